"""`setpoint identity ARN|NAME`: what one identity was meant to be allowed, what it is granted, what it uses."""

from __future__ import annotations

import click

from setpoint.cli.identity_view import HEADINGS, account_json, principal_json, table_rows
from setpoint.cli.options import json_option
from setpoint.cli.output import Output, moment
from setpoint.cli.source import Source, source_option
from setpoint.cli.standing import show_standing, standing_json
from setpoint.loop.standing import Standing
from setpoint.model.finding import FindingSource
from setpoint.model.identity import AccountReading, PrincipalUse


@click.command(name="show")
@source_option
@click.argument("name", metavar="ARN|NAME")
@click.option("--all", "everything", is_flag=True, help="Each action in a row of its own, and every action used.")
@json_option
def show(source: Source, name: str, *, everything: bool, as_json: bool) -> int:
    """Show what one identity was meant to be allowed, what it is granted, and what it uses.

    As of the last heartbeat. `setpoint identity ARN` is short for it. Exits 1 when something differs that nobody
    accepts, 3 when something could not be told.
    """
    principal = source.identities.one(name)
    now, accounts = source.standing(), source.identities.accounts()
    reading = next((each for each in accounts if each.account == principal.comparison.urn.account), None)
    accepted = accepted_of(source, principal)
    output = Output.of(as_json=as_json)
    if as_json:
        shown = principal_json(principal, principal.rows, {path: by for (_, path), by in accepted.items()})
        coverage = [account_json(reading)] if reading else []
        output.json({**shown, **standing_json(now), "as_of": now.beat.ended_at.isoformat(), "accounts": coverage})
    else:
        _show(output, principal, now, reading, everything=everything)
    if any(place not in accepted for place in principal.places):
        return 1
    return 0 if is_certain(now, [reading] if reading else []) and not principal.is_unsure else 3


def accepted_of(source: Source, principal: PrincipalUse) -> dict[tuple[str, str], str]:
    """Rule and path of what differs → what accepts it."""
    service = principal.comparison.service or None
    records = source.findings(service, include_closed=False, include_accepted=True)
    own = (each.finding for each in records if each.finding.urn == principal.comparison.urn)
    return {
        (each.rule, each.path): each.accepted_by
        for each in own
        if each.source is FindingSource.IDENTITY and each.accepted_by
    }


def is_certain(now: Standing, readings: list[AccountReading]) -> bool:
    """Whether everything was read that the answer depends on."""
    return not now.too_old and bool(readings) and all(each.read_at and not each.doubts for each in readings)


def _show(
    output: Output, principal: PrincipalUse, now: Standing, reading: AccountReading | None, *, everything: bool
) -> None:
    comparison = principal.comparison
    output.line(comparison.principal, style="bold")
    output.line(f"service: {comparison.service or 'none that a tag names'}")
    output.line(f"declared: {comparison.declared_at or comparison.provided_by or 'nowhere'}")
    if not comparison.exists:
        output.line("it does not exist", style="red")
    output.line(f"read: {moment(reading.read_at) if reading else '-'}")
    output.table(HEADINGS, table_rows(principal.rows, everything=everything))
    if not principal.rows:
        output.line("nothing is granted to it, and nothing was intended to be")
    for doubt in dict.fromkeys((*comparison.doubts, *(reading.doubts if reading else ()))):
        output.line(f"could not tell all: {doubt}", style="bold yellow")
    show_standing(output, now)
