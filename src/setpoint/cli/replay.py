"""`setpoint policy replay`: the recorded past under other policies, and every decision that would change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from setpoint.cli.options import json_option, service_option
from setpoint.cli.output import Output
from setpoint.cli.replayed import Progress, document, show
from setpoint.cli.source import Source, source_option
from setpoint.cli.times import time_of
from setpoint.decide.replayed import ReplayQuestion
from setpoint.errors import InputError
from setpoint.intent.guardrails import find_policy_files, parse_guardrails
from setpoint.model.policy import PolicyFile

ASKED_BY_OPTION: Final = frozenset({"since", "until", "service", "policy"})


@click.command(name="replay")
@source_option
@click.option(
    "--policies",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Judge by this folder in the place of those that the configuration names. May be given several times.",
)
@click.option("--no-shipped", is_flag=True, help="Leave out the shipped pack.")
@click.option(
    "--since", metavar="WHEN", help="From 30d ago, or from a day (2026-05-31, UTC) on; else all that is kept."
)
@click.option("--until", metavar="WHEN", help="Up to then, in the same words; else up to now.")
@service_option
@click.option("--policy", default="*", show_default=True, metavar="GLOB", help="Tell of these policies only: s3/*.")
@json_option
def command(
    source: Source,
    folders: tuple[Path, ...],
    since: str | None,
    until: str | None,
    service: str | None,
    policy: str,
    *,
    no_shipped: bool,
    as_json: bool,
) -> int:
    """Judge the recorded past again, and show every decision that would change.

    The policies are those of the configuration as they are on disk now, so that a changed working copy is compared with
    what was decided; through a server, its own, or those of the folders given here. Exits 0 when nothing would change,
    1 when something would, 3 when nothing would but the past does not reach back that far, a state could not be read,
    or an evaluation failed.
    """
    output, now = Output.of(as_json=as_json), datetime.now(UTC)
    question = ReplayQuestion(
        since=time_of("--since", since, now),
        until=time_of("--until", until, now),
        service=service,
        policy=policy,
        shipped=not no_shipped,
        files=_files(folders),
    )
    with Progress() as progress, _by_option():
        report = source.replay(question, progress)
    if as_json:
        output.json(document(report))
    else:
        show(output, report)
    return report.exit_code()


@contextmanager
def _by_option() -> Iterator[None]:
    """What is wrong with a field of the question is told of the option that it came from, as one that is misread is."""
    try:
        yield
    except InputError as error:
        if error.where not in ASKED_BY_OPTION:
            raise
        raise InputError(error.what, where=f"--{error.where}", remedy=error.remedy) from error


def _files(folders: tuple[Path, ...]) -> tuple[PolicyFile, ...]:
    """Whole in themselves: what is wrong with one is told here, whoever judges by them."""
    files = tuple(find_policy_files(folders))
    parse_guardrails(files)
    return files
