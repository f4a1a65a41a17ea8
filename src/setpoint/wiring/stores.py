"""The ledger, the journal and the lake, opened for whoever needs them as the settings say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from setpoint.model.event import Event
from setpoint.settings import Settings
from setpoint.store.audit_mark import AuditMark
from setpoint.store.interface import Journal, Lake, Ledger, LedgerReader, ServerLedger, TokenStore
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.thresholds import SignedThresholds


@contextmanager
def open_reader(settings: Settings) -> Iterator[LedgerReader]:
    """The ledger of a command that only reads; it must exist."""
    with _opened(settings, create=False, read_only=True) as ledger:
        yield ledger


@contextmanager
def open_existing_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger of a command that tells the loop something; it must exist."""
    with _opened(settings, create=False) as ledger:
        yield ledger


@contextmanager
def open_first_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger of a command that may be the first to write anything; it is made where there is none."""
    with _opened(settings) as ledger:
        yield ledger


@contextmanager
def open_server_ledger(settings: Settings) -> Iterator[ServerLedger]:
    """The ledger of the server, which begins one where there is none yet."""
    with _opened(settings) as ledger:
        yield ledger


@contextmanager
def open_tokens(settings: Settings, *, create: bool = False, read_only: bool = False) -> Iterator[TokenStore]:
    """Who may call the API, for as long as the ledger is open for it."""
    with _opened(settings, create=create, read_only=read_only) as ledger:
        yield ledger.access(settings.server.master_key)


def open_journal(settings: Settings, *, taken: int) -> Journal:
    """For the ingest process; `taken` is the newest offset that the lake has."""
    from setpoint.store.journal.journal import open_journal as open_folder

    return open_folder(settings.ingest.journal, settings.ingest.limits, taken=taken)


def open_lake(settings: Settings) -> Lake:
    """The lake, in a process of its own; raises `LakeError` where it cannot be used."""
    from setpoint.store.lake.remote import open_remote_lake

    return open_remote_lake(settings.lake.file, settings.lake.limits)


def pseudonymiser(settings: Settings) -> Callable[[Event], Event]:
    """What the privacy rules leave of an event. Makes the key when there is first a rule that needs it."""
    from setpoint.store.lake.privacy import Pseudonymiser
    from setpoint.store.lake.pseudonym_key import pseudonym_key

    privacy = settings.privacy
    key = pseudonym_key(privacy.key_file) if privacy.needs_key else b""
    return Pseudonymiser(privacy.rules, key).clean


def signed_thresholds(settings: Settings) -> SignedThresholds:
    gate = settings.gate
    return SignedThresholds(gate.threshold_file, gate.key_file, valid_for=gate.threshold_valid_for)


@contextmanager
def _opened(settings: Settings, *, create: bool = True, read_only: bool = False) -> Iterator[SqlLedger]:
    address, mark = settings.ledger_address(), _audit_mark(settings)
    ledger = open_ledger(address, create=create, read_only=read_only, mark=mark)
    try:
        yield ledger
    finally:
        ledger.close()


def _audit_mark(settings: Settings) -> AuditMark:
    return AuditMark(settings.ledger.with_name(f"{settings.ledger.name}.audit.json"), settings.gate.key_file)
