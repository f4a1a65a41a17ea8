"""What people tell the loop, by a command or the API: written down here, carried out by `loop.orders`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from setpoint.errors import ConflictError, InputError, NotFoundError
from setpoint.fields import did_you_mean
from setpoint.loop.clock import Clock
from setpoint.model.drift import DriftKind
from setpoint.model.finding import FindingSource
from setpoint.model.globs import matches
from setpoint.model.identity import ALL_RULES
from setpoint.model.order import Order, OrderKind
from setpoint.model.quarantine import LIFTABLE, QUARANTINE
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.waiver import Waiver, check
from setpoint.store.interface import LedgerReader, LedgerWriter

NEEDS: Final[Mapping[OrderKind, RemediationState]] = {
    OrderKind.APPROVE: RemediationState.AWAITING_APPROVAL,
    OrderKind.REJECT: RemediationState.AWAITING_APPROVAL,
    OrderKind.UNDO: RemediationState.VERIFIED,
}
"""The state in which an order makes sense."""

OF_THE_WORLD: Final = (
    f"{FindingSource.RUNTIME}/",
    f"{FindingSource.COMPONENT}/",
    f"{FindingSource.CODE}/",
    f"{FindingSource.DAST}/",
    f"{FindingSource.GATE}/",
)
"""Begin the rules of what agents see, what advisories and scanners tell, and how releases got in: none has a list."""


def time_of(ledger: LedgerReader) -> datetime:
    """Now, but never earlier than anything that the ledger holds."""
    return Clock(ledger.latest_time()).now()


def no_such_remediation(number: int) -> NotFoundError:
    return NotFoundError(f"there is no remediation {number}", remedy="list them with: setpoint remediations")


def makes_sense(kind: OrderKind, remediation: Remediation) -> bool:
    """Whether it is in a state for this order."""
    if kind is OrderKind.UNDO and remediation.urn.type == QUARANTINE:
        return remediation.state in LIFTABLE
    return remediation.state is NEEDS.get(kind)


def order_about(
    remediation: Remediation, kind: OrderKind, actor: str, reason: str, ledger: LedgerReader, writer: LedgerWriter
) -> Order:
    """Approve, reject or undo it; `ConflictError` where its state does not allow that."""
    number, needed = remediation.id, NEEDS[kind]
    if not makes_sense(kind, remediation):
        raise ConflictError(
            f"remediation {number} is {remediation.state}: {remediation.reason}",
            remedy=f"only one that is {needed} can be given this order",
        )
    if any(each.remediation == number for each in ledger.open_orders()):
        raise ConflictError(f"an order about remediation {number} waits already for the loop to carry it out")
    return _give(ledger, writer, kind, number, actor, reason)


def pause(actor: str, reason: str, ledger: LedgerReader, writer: LedgerWriter) -> Order:
    """From now on nothing is changed, whatever the mode."""
    return _give(ledger, writer, OrderKind.PAUSE, None, actor, reason)


def resume(actor: str, reason: str, ledger: LedgerReader, writer: LedgerWriter) -> Order:
    """`ConflictError` where nothing is paused."""
    if ledger.pause_in_force() is None:
        raise ConflictError("nothing is paused")
    return _give(ledger, writer, OrderKind.RESUME, None, actor, reason)


def waive(waiver: Waiver, writer: LedgerWriter) -> Waiver:
    """With the id that it was given; `ConflictError` where its times do not do now."""
    try:
        check(waiver)
    except InputError as error:
        raise ConflictError(error.what, where=error.where, remedy=error.remedy) from error
    return writer.add_waiver(waiver)


def expect_rule(glob: str, policies: Iterable[str], *, where: str = "") -> None:
    """`InputError` where a waiver's glob over rules fits none: it would keep nothing from counting.

    `policies` are the ids of all that there are.
    """
    rules = {*(f"drift/{kind}" for kind in DriftKind), *ALL_RULES, *policies}
    if glob.startswith(OF_THE_WORLD) or any(matches(glob, each) for each in rules):
        return
    folders = {f"{each.rpartition('/')[0]}/*" for each in rules}
    raise NotFoundError(f"there is no policy {glob!r}", where=where, remedy=did_you_mean(glob, rules | folders))


def _give(
    ledger: LedgerReader, writer: LedgerWriter, kind: OrderKind, remediation: int | None, actor: str, reason: str
) -> Order:
    if not reason.strip():
        raise InputError("an order needs a reason", remedy="give one with --reason")
    return writer.give_order(Order(0, kind, remediation, actor, reason, time_of(ledger)))
