"""`setpoint doctor`: what can and cannot be read, before anything relies on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from setpoint import __version__
from setpoint.cli.beats import coverage_json
from setpoint.cli.options import json_option
from setpoint.cli.output import Output, moment
from setpoint.cli.reading import reading, show_reading
from setpoint.cli.source import Source, source_option
from setpoint.model.canonical import Json
from setpoint.model.examination import Examination, Examiner
from setpoint.model.snapshot import doubts
from setpoint.model.wording import counted

CLOCKS_AGREE: Final = 5.0
"""Seconds: more than an answer is on its way for."""


@click.command(name="doctor")
@source_option
@json_option
def command(source: Source, *, as_json: bool) -> int:
    """Read a little of everything: declared state, policies, and every area of production.

    Whatever is wrong or cannot be read, the rest is still told. Exits 2 when something is wrong that a heartbeat would
    end on, 3 when something cannot be read; then it names the missing permission. A server is examined by its own
    configuration and credentials; how it stands to whoever asks is told besides.
    """
    output = Output.of(as_json=as_json)
    with _waiting():
        found, examiner = source.examination()
    if as_json:
        output.json({**_document(found), **({"server": _examiner_json(examiner)} if examiner else {})})
    else:
        _show(output, found)
        if found.work:
            show_reading(output, found)
        if examiner:
            _show_examiner(output, examiner)
    if found.faults:
        return 2
    return 0 if found.is_certain else 3


@contextmanager
def _waiting() -> Iterator[None]:
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status("asking AWS for a little of everything …"):
        yield


def _show(output: Output, found: Examination) -> None:
    account = f"account {found.account} ({found.partition})" if found.account else "an account that is not known"
    where = f"regions {', '.join(found.regions)}" if found.regions else "no regions"
    output.line(f"{account}, {where}, mode {found.mode}")
    output.line(f"{counted(found.declared, 'resource')} declared, {counted(found.policies, 'policy', 'policies')}")
    output.table(
        ("declared, but not covered", "why"), [(each.area, "; ".join(each.reasons)) for each in found.not_covered]
    )
    output.table(
        ("area", "read", "because"),
        [
            (each.area, each.extent, "; ".join(each.reasons))
            for each in sorted(found.coverage, key=lambda one: one.area)
        ],
    )
    lacking = {each.area.type for each in doubts(found.coverage)}
    if lacking:
        output.line("reading these types wholly needs:")
        output.table(
            ("type", "permissions"),
            [(name, ", ".join(actions)) for name, actions in found.permissions.items() if name in lacking],
        )
    elif found.is_certain and not found.faults:
        output.line("everything can be read", style="green")
    elif found.not_covered:
        output.line("of what is not covered, nothing is ever known", style="yellow")
    for each in found.unread:
        output.line(f"could not tell: {each}", style="bold yellow")
    for each in found.faults:
        output.line(f"wrong: {each}", style="bold red")
    for each in found.remarks:
        output.line(each, style="yellow")


def _show_examiner(output: Output, examiner: Examiner) -> None:
    clocks = f"its clock is {abs(examiner.ahead):.0f} s {'ahead' if examiner.ahead > 0 else 'behind'}"
    output.line(
        f"asked {examiner.url}, version {examiner.version} (this program: {__version__}); "
        + ("the clocks agree" if _clocks_agree(examiner) else clocks)
    )
    bound = f" for {examiner.service}" if examiner.service else ""
    ends = f"until {moment(examiner.expires_at)}" if examiner.expires_at else "no expiry is known"
    output.line(f"it takes you for {examiner.caller}, who may {', '.join(examiner.scopes)}{bound}, {ends}")


def _clocks_agree(examiner: Examiner) -> bool:
    return abs(examiner.ahead) < CLOCKS_AGREE


def _document(found: Examination) -> dict[str, Json]:
    return {
        "account": found.account,
        "regions": list(found.regions),
        "mode": found.mode,
        "declared": found.declared,
        "policies": found.policies,
        "declared_coverage": coverage_json(found.declared_coverage),
        "coverage": coverage_json(found.coverage),
        "permissions": {name: list(actions) for name, actions in found.permissions.items()},
        "reading": reading(found),
        "faults": list(found.faults),
        "remarks": list(found.remarks),
        "unread": list(found.unread),
    }


def _examiner_json(examiner: Examiner) -> Json:
    return {
        "url": examiner.url,
        "version": examiner.version,
        "ahead_s": round(examiner.ahead, 1),
        "caller": examiner.caller,
        "scopes": list(examiner.scopes),
        "service": examiner.service,
        "expires_at": examiner.expires_at.isoformat() if examiner.expires_at else None,
    }
