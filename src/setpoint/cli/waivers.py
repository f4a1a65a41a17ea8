"""`setpoint waive` and `setpoint waivers`."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output, moment
from setpoint.cli.source import Source, source_option
from setpoint.cli.standing import show_standing_of
from setpoint.errors import CouldNotTellError, InputError
from setpoint.loop.instructions import OF_THE_WORLD
from setpoint.model.canonical import Json
from setpoint.model.globs import matches
from setpoint.model.waiver import ANNOUNCED_BEFORE, IDLE_AFTER, Waiver


@click.command(name="waive")
@source_option
@click.option("--urn", "scope", required=True, metavar="GLOB", help="Which entities: a glob over URNs.")
@click.option("--policy", default="*", show_default=True, metavar="GLOB", help="Which rules: ids, drift/changed, …")
@click.option("--path", default="*", show_default=True, metavar="GLOB", help="Which properties.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is accepted.")
@click.option("--owner", required=True, metavar="NAME", help="Who answers for it.")
@click.option("--ticket", default="", metavar="ID", help="Where it is tracked.")
@click.option("--days", type=click.IntRange(1, 366), help="For how many days.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Until the start of this day, in UTC.")
@json_option
def waive(
    source: Source,
    scope: str,
    policy: str,
    path: str,
    reason: str,
    owner: str,
    ticket: str,
    days: int | None,
    until: datetime | None,
    *,
    as_json: bool,
) -> int:
    """Answer for a known problem until a day, at most a year off; from that second on it counts again."""
    output = Output.of(as_json=as_json)
    entered = source.waive(
        lambda now: Waiver("", scope, policy, path, reason, owner, ticket, now, _expiry(now, days, until))
    )
    if as_json:
        output.json(_document(entered, entered.created_at))
    output.line(f"waiver {entered.id} holds until {moment(entered.expires_at)}")
    if entered.is_of_everything:
        output.line(
            "it is about every entity and every policy: until then nothing counts; "
            f"setpoint waivers --end {entered.id} takes it back",
            style="bold yellow",
        )
    elif not as_json and _fits_nothing_yet(source, entered):
        output.line(
            f"nothing that was found so far has a rule {entered.policy!r}; the rules of what was: "
            f"setpoint findings --all; if it is misspelt: setpoint waivers --end {entered.id}",
            style="bold yellow",
        )
    return 0


def _fits_nothing_yet(source: Source, waiver: Waiver) -> bool:
    """Of what agents see and advisories tell there is no list of rules: a misspelt one can only be told by this."""
    if not waiver.policy.startswith(OF_THE_WORLD):
        return False
    found = source.findings(None, include_closed=True, include_accepted=True)
    return not any(matches(waiver.policy, each.finding.rule) for each in found)


@click.command(name="waivers")
@source_option
@click.option("--all", "include_expired", is_flag=True, help="Ended ones too.")
@click.option("--end", "ended", metavar="ID", help="End this waiver now.")
@json_option
def command(source: Source, ended: str | None, *, include_expired: bool, as_json: bool) -> int:
    """List waivers, those of the configuration too: active ones, those that expire soon, those that match nothing."""
    output = Output.of(as_json=as_json)
    if ended is not None:
        source.end_waiver(ended)
    now = _now(source)
    waivers = [each for each in source.waivers() if include_expired or each.is_active(now)]
    if as_json:
        output.json([_document(each, now) for each in waivers])
    elif not waivers:
        output.line("no waivers")
    output.table(
        ("id", "state", "entities", "policy", "path", "owner", "reason", "ticket", "until", "last matched"),
        [
            (
                each.id,
                _state(each, now),
                each.scope,
                each.policy,
                each.path,
                each.owner,
                each.reason,
                each.ticket,
                each.expires_at,
                each.last_matched,
            )
            for each in waivers
        ],
    )
    show_standing_of(output, source)
    return 0


def _now(source: Source) -> datetime:
    """Not before the last beat, though the machine's clock may have been set back since: what was over stays over."""
    with suppress(CouldNotTellError):
        return max(datetime.now(UTC), source.last_beat().ended_at)
    return datetime.now(UTC)


def _expiry(now: datetime, days: int | None, until: datetime | None) -> datetime:
    if days is not None and until is not None:
        raise InputError("a waiver has one expiry, and two are given", remedy="give either --days or --until")
    if until is not None:
        return until.replace(tzinfo=UTC)
    if days is None:
        raise InputError("a waiver needs an expiry", remedy="give either --days or --until")
    return now + timedelta(days=days)


def _state(waiver: Waiver, now: datetime) -> str:
    if not waiver.is_active(now):
        return "ended"
    if waiver.expires_at - now <= ANNOUNCED_BEFORE:
        return "expires soon"
    if now - (waiver.last_matched or waiver.created_at) >= IDLE_AFTER:
        return f"matched nothing for {IDLE_AFTER.days} days"
    return "active"


def _document(waiver: Waiver, now: datetime) -> Json:
    return {
        "id": waiver.id,
        "state": _state(waiver, now),
        "urn": waiver.scope,
        "policy": waiver.policy,
        "path": waiver.path,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "ticket": waiver.ticket,
        "actor": waiver.actor,
        "created_at": waiver.created_at.isoformat(),
        "expires_at": waiver.expires_at.isoformat(),
        "last_matched": waiver.last_matched.isoformat() if waiver.last_matched else None,
    }
