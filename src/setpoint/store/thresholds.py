"""The signed last thresholds: what the gate goes by while the ledger is out of reach. Named by `wiring`.

The loop writes the file after each beat; `setpoint gate` reads it, on this machine or on one that only has the file and
its key. A document is good for one scope and until it expires, and only as it was written: its HMAC (RFC 2104) covers
all of it. Whoever has the key can write thresholds, so only the file's owner may read it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from setpoint.errors import CouldNotTellError, InputError, LedgerError
from setpoint.files import parse_json, read_bytes
from setpoint.model.canonical import Json, canonical_bytes
from setpoint.model.decision import Factor
from setpoint.model.service import Threshold
from setpoint.store.interface import LastKnown
from setpoint.store.key_file import is_there, make_key, read_key, written_beside

VERSION: Final = 1

PURPOSE: Final = b"setpoint last thresholds\n"
"""Stands before what is signed, so that nothing signed under the same key for another end passes for thresholds."""

SKEW: Final = timedelta(minutes=1)
"""How far the clock of a machine that reads may be behind that of the one that wrote."""

MAX_BYTES: Final = 16 * 1024 * 1024


class SignedThresholds:
    """Implements `store.interface.ThresholdKeeper` on a file and its key."""

    def __init__(self, path: Path, key_path: Path, *, valid_for: float) -> None:
        """`valid_for` in seconds, from the end of the heartbeat."""
        self._path = path
        self._key_path = key_path
        self._valid_for = timedelta(seconds=valid_for)

    def check(self) -> None:
        """Raises `InputError` for a key that is there and cannot be used."""
        if is_there(self._key_path):
            read_key(self._key_path)

    def keep(self, known: LastKnown) -> None:
        if not is_there(self._key_path):
            with _kept(self._key_path):
                make_key(self._key_path)
        payload = _encode(known, expires_at=known.beat_ended_at + self._valid_for)
        document = {"payload": payload, "signature": _signature(read_key(self._key_path), payload)}
        content = canonical_bytes(document) + b"\n"
        with _kept(self._path), written_beside(self._path, content) as temporary:
            temporary.replace(self._path)

    def recall(self, scope: str, now: datetime) -> LastKnown:
        try:
            payload = self._verified()
        except InputError as error:
            raise CouldNotTellError(error.what, where=error.where, remedy=error.remedy) from error
        if payload["version"] != VERSION:
            raise self._refusal(f"the last thresholds are in form {payload['version']}", "upgrade Setpoint")
        known, expires_at = _decode(payload), datetime.fromisoformat(payload["expires_at"])
        if known.scope != scope:
            raise self._refusal(f"the last thresholds are of scope {known.scope!r}", f"bring those of {scope!r}")
        if known.beat_ended_at > now + SKEW:
            at = known.beat_ended_at.isoformat(timespec="seconds")
            raise self._refusal(f"the last thresholds are from the future ({at})", "set this machine's clock")
        if now >= expires_at:
            at = expires_at.isoformat(timespec="seconds")
            raise self._refusal(f"the last thresholds expired at {at}", "bring newer ones")
        return known

    def _verified(self) -> Json:
        """What was signed; `InputError` where that cannot be told."""
        where = str(self._path)
        document = parse_json(read_bytes(self._path, limit=MAX_BYTES), where)
        fields = ("payload", "signature")
        if not isinstance(document, dict) or not all(name in document for name in fields):
            raise InputError("these are no signed thresholds", where=where)
        signature = _signature(read_key(self._key_path), document["payload"])
        # Compared in a time that does not tell how much of a forged signature is right.
        if not hmac.compare_digest(signature.encode(), str(document["signature"]).encode()):
            raise InputError(
                "the last thresholds are not what was signed", where=where, remedy="bring the file and its key again"
            )
        return document["payload"]

    def _refusal(self, what: str, remedy: str) -> CouldNotTellError:
        return CouldNotTellError(what, where=str(self._path), remedy=remedy)


def _signature(key: bytes, payload: Json) -> str:
    return hmac.new(key, PURPOSE + canonical_bytes(payload), "sha256").hexdigest()


def _encode(known: LastKnown, expires_at: datetime) -> Json:
    return {
        "version": VERSION,
        "scope": known.scope,
        "beat_ended_at": known.beat_ended_at.isoformat(),
        "expires_at": expires_at.isoformat(),
        "unknowns": list(known.unknowns),
        "thresholds": {
            name: {"base": each.base, "value": each.value, "load": each.load} for name, each in known.thresholds.items()
        },
        "oldest_findings": {name: at.isoformat() for name, at in known.oldest_findings.items()},
        "seen": dict(known.seen),
        "in_source": dict(known.in_source),
    }


def _decode(payload: Json) -> LastKnown:
    at = datetime.fromisoformat(payload["beat_ended_at"])
    return LastKnown(
        scope=payload["scope"],
        beat_ended_at=at,
        unknowns=tuple(payload["unknowns"]),
        thresholds={name: _threshold(name, each, at) for name, each in payload["thresholds"].items()},
        oldest_findings={name: datetime.fromisoformat(each) for name, each in payload["oldest_findings"].items()},
        seen=payload.get("seen", {}),
        in_source=payload.get("in_source", {}),
    )


def _threshold(name: str, fields: Json, at: datetime) -> Threshold:
    because = f"what production showed up to {at.isoformat(timespec='seconds')}"
    factors = (Factor("all signals", fields["load"], because),) if fields["load"] else ()
    return Threshold(name, fields["base"], fields["value"], fields["load"], factors, at)


@contextmanager
def _kept(path: Path) -> Iterator[None]:
    """What the system says against writing the file, in our words."""
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"the last thresholds cannot be kept ({error.strerror})",
            where=str(path),
            remedy="name another path under gate: in setpoint.yaml, or make its folder writable",
        ) from error
