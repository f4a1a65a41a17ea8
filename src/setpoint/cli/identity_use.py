"""`setpoint identity use`: which permissions were used, counted from logs of CloudTrail. Needs no configuration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output, moment
from setpoint.cli.server_options import only_here
from setpoint.cli.times import time_of
from setpoint.cli.waiting import Waiting
from setpoint.model.canonical import Json
from setpoint.model.permission_use import ANY_TIME, Gap, Use
from setpoint.model.wording import counted

if TYPE_CHECKING:
    from setpoint.observe.cloudtrail.files import FilesRead

MOST_TOLD: Final = 20
"""Of gaps, unmapped events and refused records, that people are told one by one; JSON with --details has all."""


@click.command(name="use")
@click.argument("paths", type=click.Path(path_type=Path), metavar="FILE|DIR...", nargs=-1, required=True)
@click.option("--principal", metavar="ARN", help="Only what this user, role or service used; a session means its role.")
@click.option("--since", metavar="WHEN", help="From 30d ago, or from a day (2026-05-31, UTC) on; else all there is.")
@click.option("--until", metavar="WHEN", help="Up to then, in the same words.")
@click.option(
    "--public-keys",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What aws cloudtrail list-public-keys printed: signatures of digests are checked, too.",
)
@click.option("--details", is_flag=True, help="With resources, days, who stands behind sessions, and what was denied.")
@json_option
@only_here("reads files on this machine")
def use(
    paths: tuple[Path, ...],
    principal: str | None,
    since: str | None,
    until: str | None,
    public_keys: Path | None,
    *,
    details: bool,
    as_json: bool,
) -> int:
    """Count which permissions were used, by principal and action, from logs of CloudTrail.

    Logs as CloudTrail delivers them, answers of LookupEvents, and events from EventBridge are understood, with gzip or
    without. A call that was denied used nothing and is counted apart. Exits 3 where hours are missing, or a log in a
    folder could not be read: something may have been used then.
    """
    from setpoint.files import read_bytes
    from setpoint.observe.aws.recorded_event import principal_of
    from setpoint.observe.cloudtrail.digests import expect_cryptography, read_public_keys
    from setpoint.observe.cloudtrail.files import count_files

    now, keys = datetime.now(UTC), None
    window = (time_of("--since", since, now) or ANY_TIME[0], time_of("--until", until, now) or ANY_TIME[1])
    if public_keys is not None:
        expect_cryptography()
        keys = read_public_keys(read_bytes(public_keys), str(public_keys))
    with Waiting() as waiting:
        read = count_files(paths, window=window, keys=keys, progress=waiting)
    wanted = principal_of(principal) if principal else None
    uses = [each for each in read.counts.uses if wanted is None or principal_of(each.principal) == wanted]
    output = Output.of(as_json=as_json)
    if as_json:
        output.json(_whole(read, uses) if details else _simple(uses))
    else:
        _show(output, uses, details=details)
        _explain(output, read)
    return 0 if not read.gaps and not read.counts.refused else 3


def _simple(uses: Iterable[Use]) -> Json:
    """Principal → action → how often it was used."""
    counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in uses:
        if each.used:
            counts[each.principal][each.action] += each.used
    return {principal: dict(sorted(actions.items())) for principal, actions in sorted(counts.items())}


def _whole(read: FilesRead, uses: Sequence[Use]) -> Json:
    counts = read.counts
    return {
        "uses": [
            {
                "principal": each.principal,
                "original": each.original or None,
                "action": each.action,
                "resource": each.resource,
                "day": each.day.isoformat(),
                "used": each.used,
                "failed": each.failed,
                "denied": each.denied,
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
            }
            for each in sorted(uses, key=_place)
        ],
        "events": counts.events,
        "repeated": counts.repeated,
        "not_permissions": counts.not_permissions,
        "unmapped": dict(sorted(counts.unmapped.items())),
        "unmapped_events": counts.unmapped_events,
        "refused": list(counts.first_refused),
        "gaps": [_gap(each) for each in read.gaps],
        "logs": read.logs,
        "digests": read.digests,
    }


def _gap(gap: Gap) -> Json:
    since, until = _times(gap)
    return {
        "account": gap.account or None,
        "region": gap.region or None,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "kind": gap.kind.value,
        "reason": gap.reason,
    }


def _show(output: Output, uses: Sequence[Use], *, details: bool) -> None:
    if details:
        output.table(
            ("principal", "action", "resource", "day", "used", "denied", "first", "last", "on behalf of"),
            [
                (each.principal, each.action, each.resource, each.day, each.used, each.denied, each.first, each.last,
                 each.original)
                for each in sorted(uses, key=_place)
            ],
        )  # fmt: skip
        return
    output.table(("principal", "action", "used", "denied", "first", "last"), list(_rows(uses)))


def _rows(uses: Iterable[Use]) -> Iterator[tuple[object, ...]]:
    """One for each principal and action."""
    for (principal, action), group in groupby(sorted(uses, key=_place), key=lambda each: (each.principal, each.action)):
        of_action = list(group)
        first, last = min(each.first for each in of_action), max(each.last for each in of_action)
        yield (
            principal,
            action,
            sum(each.used for each in of_action),
            sum(each.denied for each in of_action),
            first,
            last,
        )


def _explain(output: Output, read: FilesRead) -> None:
    """What the counts are made of, and what they lack."""
    counts = read.counts
    beside = [f"{counts.not_permissions:,} that take no permission"]
    beside += [f"{counts.unmapped_events:,} of which no IAM action is known"] if counts.unmapped_events else []
    beside += [f"{counts.repeated:,} delivered twice"] if counts.repeated else []
    output.line(f"{counted(counts.events, 'event')} in {counted(read.logs, 'log')}: {', '.join(beside)}")
    unmapped = sorted(counts.unmapped.items(), key=lambda each: (-each[1], each[0]))
    _tell(output, [f"no IAM action is known of {name}: {counted(times, 'event')}" for name, times in unmapped])
    _tell(output, [f"could not tell: {each}" for each in counts.first_refused], of=counts.refused)
    _tell(output, [f"could not tell: {_told(each)}" for each in read.gaps])


def _tell(output: Output, lines: Sequence[str], *, of: int = 0) -> None:
    for line in lines[:MOST_TOLD]:
        output.line(line, style="yellow")
    more = max(of, len(lines)) - len(lines[:MOST_TOLD])
    if more > 0:
        output.line(f"and {more:,} more like these; --details --json shows them", style="yellow")


def _told(gap: Gap) -> str:
    since, until = _times(gap)
    place = "/".join(filter(None, (gap.account, gap.region)))
    when = f" from {moment(since)} to {moment(until)}" if since and until else ""
    return f"{place}{when}: {gap.reason}" if place or when else gap.reason


def _times(gap: Gap) -> tuple[datetime | None, datetime | None]:
    """None where it is not known when."""
    return (None, None) if (gap.since, gap.until) == ANY_TIME else (gap.since, gap.until)


def _place(use: Use) -> tuple[object, ...]:
    return use.principal, use.action, use.resource, use.day, use.original
