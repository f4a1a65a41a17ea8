"""`setpoint approve`, `reject`, `undo`, `pause`, `resume`: what a person tells the loop. The loop carries it out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from setpoint.cli.actor import actor
from setpoint.cli.options import Decorator, config_option, json_option
from setpoint.cli.output import Output
from setpoint.errors import InputError
from setpoint.model.order import Order, OrderKind
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.settings import Settings, load_settings
from setpoint.store.interface import Ledger
from setpoint.wiring import open_existing_ledger

NEEDS = {
    OrderKind.APPROVE: RemediationState.AWAITING_APPROVAL,
    OrderKind.REJECT: RemediationState.AWAITING_APPROVAL,
    OrderKind.UNDO: RemediationState.VERIFIED,
}
"""The state in which an order makes sense."""

number_argument: Decorator = click.argument("number", type=int)
reason_option: Decorator = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it goes into the audit log."
)


@click.command(name="approve")
@number_argument
@config_option
@reason_option
@json_option
def approve(number: int, config: Path, reason: str, *, as_json: bool) -> int:
    """Approve remediation NUMBER: the loop applies it, if the state is still the one that it was planned for."""
    return _order_about(number, OrderKind.APPROVE, config, reason, Output.of(as_json=as_json))


@click.command(name="reject")
@number_argument
@config_option
@reason_option
@json_option
def reject(number: int, config: Path, reason: str, *, as_json: bool) -> int:
    """Reject remediation NUMBER: nothing is changed, and the difference is left to people."""
    return _order_about(number, OrderKind.REJECT, config, reason, Output.of(as_json=as_json))


@click.command(name="undo")
@number_argument
@config_option
@reason_option
@json_option
def undo(number: int, config: Path, reason: str, *, as_json: bool) -> int:
    """Undo remediation NUMBER: the loop sets back what it had found, and does not revert it again."""
    return _order_about(number, OrderKind.UNDO, config, reason, Output.of(as_json=as_json))


@click.command(name="pause")
@config_option
@reason_option
@json_option
def pause(config: Path, reason: str, *, as_json: bool) -> int:
    """Return everything to audit at once: from now on nothing is changed, whatever the configuration says."""
    output, settings = Output.of(as_json=as_json), load_settings(config)
    with open_existing_ledger(settings) as ledger:
        given = _give(ledger, OrderKind.PAUSE, None, reason)
    _answer(output, given, "paused; end it with: setpoint resume --reason …")
    return 0


@click.command(name="resume")
@config_option
@reason_option
@json_option
def resume(config: Path, reason: str, *, as_json: bool) -> int:
    """End a pause: the next heartbeat does again what the configuration says."""
    output, settings = Output.of(as_json=as_json), load_settings(config)
    with open_existing_ledger(settings) as ledger:
        if ledger.pause_in_force() is None:
            raise InputError("nothing is paused")
        given = _give(ledger, OrderKind.RESUME, None, reason)
    _answer(output, given, "resumed")
    return 0


def _order_about(number: int, kind: OrderKind, config: Path, reason: str, output: Output) -> int:
    settings = load_settings(config)
    with open_existing_ledger(settings) as ledger:
        remediation = _remediation(ledger, settings, number)
        if remediation.state is not NEEDS[kind]:
            raise InputError(
                f"remediation {number} is {remediation.state}: {remediation.reason}",
                remedy=f"only one that is {NEEDS[kind]} can be given this order",
            )
        if any(each.remediation == number for each in ledger.open_orders()):
            raise InputError(f"an order about remediation {number} waits already for the loop to carry it out")
        given = _give(ledger, kind, number, reason)
    _answer(output, given, f"ordered; the loop carries it out: setpoint remediations shows what came of {number}")
    return 0


def _remediation(ledger: Ledger, settings: Settings, number: int) -> Remediation:
    known = ledger.remediations(scope=settings.loop.scope)
    found = next((each for each in known if each.id == number), None)
    if found is None:
        raise InputError(f"there is no remediation {number}", remedy="list them with: setpoint remediations")
    return found


def _give(ledger: Ledger, kind: OrderKind, remediation: int | None, reason: str) -> Order:
    if not reason.strip():
        raise InputError("an order needs a reason", remedy="give one with --reason")
    now = max(datetime.now(UTC), ledger.latest_time() or datetime.now(UTC))
    return ledger.visitor().give_order(Order(0, kind, remediation, actor(), reason, now))


def _answer(output: Output, order: Order, text: str) -> None:
    if output.as_json:
        document: dict[str, Any] = {
            "order": order.id,
            "kind": order.kind,
            "remediation": order.remediation,
            "actor": order.actor,
            "reason": order.reason,
            "at": order.at.isoformat(),
        }
        output.json(document)
    output.line(text)
