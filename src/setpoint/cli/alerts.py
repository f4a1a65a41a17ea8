"""`setpoint alerts` and `setpoint alerts test`: what reached people who are elsewhere, and whether it would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from setpoint.cli.options import config_option, goes_to_subcommand, json_option
from setpoint.cli.output import Output, value
from setpoint.cli.source import Source, open_source, source_option
from setpoint.model.canonical import Json
from setpoint.store.interface import Delivery, DeliveryState

LISTED: Final = 100
"""Messages in one answer; the counts are of all."""


@click.group(name="alerts", invoke_without_command=True)
@config_option
@json_option
@click.pass_context
def command(context: click.Context, config: Path, *, as_json: bool) -> int:
    """Show how many messages wait, were delivered or were given up, by channel; and those that did not get there."""
    if goes_to_subcommand(context):
        return 0
    with open_source(context, config) as source:
        channels = {name: _counts(counts) for name, counts in source.channels().items()}
        undelivered = [
            each
            for state in (DeliveryState.WAITING, DeliveryState.GIVEN_UP)
            for each in source.deliveries(state, limit=LISTED)
        ]
    _show(Output.of(as_json=as_json), channels, undelivered)
    return 0


def _show(output: Output, channels: Mapping[str, Mapping[str, int]], undelivered: Sequence[Delivery]) -> None:
    if output.as_json:
        output.json({"channels": channels, "undelivered": [_document(each) for each in undelivered]})
    elif not channels:
        output.line("no channels are configured: alerts go to the terminal, and to alerts.file")
    output.table(("channel", *DeliveryState), [(name, *counts.values()) for name, counts in channels.items()])
    output.table(
        ("message", "state", "channel", "alerts", "first of them", "since", "attempts", "next", "why"),
        [_row(each) for each in undelivered],
    )


@command.command(name="test")
@click.argument("channel")
@source_option
@json_option
def test(source: Source, channel: str, *, as_json: bool) -> int:
    """Send a test message to CHANNEL and tell whether it got there. Exits 1 when it did not."""
    output, reason = Output.of(as_json=as_json), source.try_channel(channel)
    if as_json:
        output.json({"channel": channel, "delivered": not reason, "reason": reason})
    output.line(f"not delivered: {reason}" if reason else "delivered", style="red" if reason else "green")
    return 1 if reason else 0


def _counts(of_states: Mapping[DeliveryState, int]) -> dict[str, int]:
    return {str(state): of_states.get(state, 0) for state in DeliveryState}


def _row(delivery: Delivery) -> tuple[object, ...]:
    return (
        delivery.id,
        delivery.state,
        delivery.channel,
        len(delivery.alerts) + delivery.more,
        value(delivery.alerts[0].get("title"), longest=60),
        delivery.created_at,
        delivery.attempts,
        delivery.next_at,
        delivery.reason,
    )


def _document(delivery: Delivery) -> Json:
    return {
        "id": delivery.id,
        "state": delivery.state,
        "channel": delivery.channel,
        "alerts": list(delivery.alerts),
        "more": delivery.more,
        "created_at": delivery.created_at.isoformat(),
        "attempts": delivery.attempts,
        "next_at": delivery.next_at.isoformat() if delivery.next_at else None,
        "reason": delivery.reason,
    }
