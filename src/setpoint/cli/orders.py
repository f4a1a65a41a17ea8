"""`setpoint approve`, `reject`, `undo`, `pause`, `resume`: what a person tells the loop. The loop carries it out."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import click

from setpoint.cli.options import Decorator, json_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.errors import CouldNotTellError
from setpoint.model.order import Order, OrderKind

number_argument: Decorator = click.argument("number", type=int)
reason_option: Decorator = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it goes into the audit log."
)


@click.command(name="approve")
@number_argument
@source_option
@reason_option
@json_option
def approve(source: Source, number: int, reason: str, *, as_json: bool) -> int:
    """Approve remediation NUMBER: the loop applies it, if the state is still the one that it was planned for."""
    return _order_about(source, number, OrderKind.APPROVE, reason, Output.of(as_json=as_json))


@click.command(name="reject")
@number_argument
@source_option
@reason_option
@json_option
def reject(source: Source, number: int, reason: str, *, as_json: bool) -> int:
    """Reject remediation NUMBER: nothing is changed, and the difference is left to people."""
    return _order_about(source, number, OrderKind.REJECT, reason, Output.of(as_json=as_json))


@click.command(name="undo")
@number_argument
@source_option
@reason_option
@json_option
def undo(source: Source, number: int, reason: str, *, as_json: bool) -> int:
    """Undo remediation NUMBER: the loop sets back what it had found, and does not revert it again."""
    return _order_about(source, number, OrderKind.UNDO, reason, Output.of(as_json=as_json))


@click.command(name="pause")
@source_option
@reason_option
@json_option
def pause(source: Source, reason: str, *, as_json: bool) -> int:
    """Return everything to audit at once: from now on nothing is changed, whatever the configuration says."""
    output = Output.of(as_json=as_json)
    with suppress(CouldNotTellError):
        before = source.standing().paused
        if before:
            output.line(f"it was paused already, {before}; from now on this reason stands")
    told = "paused, in every scope of this ledger; end it with: setpoint resume --reason …"
    _answer(output, source.pause(reason), told)
    return 0


@click.command(name="resume")
@source_option
@reason_option
@json_option
def resume(source: Source, reason: str, *, as_json: bool) -> int:
    """End a pause: the next heartbeat does again what the configuration says."""
    _answer(Output.of(as_json=as_json), source.resume(reason), "resumed")
    return 0


def _order_about(source: Source, number: int, kind: OrderKind, reason: str, output: Output) -> int:
    given = source.order_about(number, kind, reason)
    _answer(output, given, f"ordered; the loop carries it out: setpoint remediations shows what came of {number}")
    return 0


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
