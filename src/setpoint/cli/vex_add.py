"""`setpoint vex add`: statements of VEX become waivers, and what comes of none is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import click

from setpoint.cli.actor import actor
from setpoint.cli.advisories_sync import HERE
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.files import read_bytes
from setpoint.loop import instructions
from setpoint.loop.vex import VexAnswer, VexReader, VexTerms
from setpoint.model.waiver import Waiver
from setpoint.model.wording import counted
from setpoint.settings import load_settings
from setpoint.wiring.judging import component_parts
from setpoint.wiring.stores import open_existing_ledger

LARGEST_FILE: Final = 64 * 1024 * 1024


@click.group(name="vex")
def command() -> None:
    """What suppliers and teams state of flaws; setpoint affected --format openvex states it for others."""


@command.command(name="add")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
@click.option("--owner", required=True, metavar="NAME", help="Who answers for believing it.")
@click.option("--days", type=click.IntRange(1, 366), required=True, help="For how many days.")
@click.option("--ticket", default="", metavar="ID", help="Where it is tracked.")
@click.option("--service", default="", metavar="NAME", help="What it is about, where it calls it otherwise.")
@json_option
@only_here(HERE)
def add(file: Path, config: Path, owner: str, days: int, ticket: str, service: str, *, as_json: bool) -> int:
    """Enter a waiver for each flaw that FILE, OpenVEX or CycloneDX as JSON, says is fixed or does not affect.

    Statements that something is affected, or is looked into, waive nothing. Exits 3 when one fits nothing that is known
    here; the others were taken.
    """
    from setpoint.intent.vex.reading import read_vex

    statements = read_vex(read_bytes(file, limit=LARGEST_FILE), str(file))
    settings = load_settings(config)
    with open_existing_ledger(settings) as ledger:
        now, writer = instructions.time_of(ledger), ledger.visitor()
        terms = VexTerms(owner, ticket, now + timedelta(days=days), service)
        answer = VexReader(ledger, component_parts(), settings.services).answer(statements, terms, now)
        with writer.transaction():
            entered = [instructions.waive(replace(each, actor=actor()), writer) for each in answer.waivers]
    _show(Output.of(as_json=as_json), entered, answer)
    return 3 if any(each.is_unknown for each in answer.untaken) else 0


def _show(output: Output, entered: list[Waiver], answer: VexAnswer) -> None:
    if output.as_json:
        output.json(
            {
                "entered": [_document(each) for each in entered],
                "known": [_document(each) for each in answer.known],
                "untaken": [
                    {
                        "where": each.statement.where,
                        "flaw": each.statement.names[0],
                        "about": each.statement.about,
                        "says": each.statement.said,
                        "why": each.why,
                    }
                    for each in answer.untaken
                ],
            }
        )
    output.table(
        ("waiver", "entities", "policy", "path", "reason", "until"),
        [(each.id, each.scope, each.policy, each.path, each.reason, each.expires_at) for each in entered],
    )
    if answer.known:
        output.line(f"waived already: {', '.join(dict.fromkeys(each.id for each in answer.known))}")
    output.table(
        ("flaw", "says", "of", "no waiver, because", "where"),
        [
            (each.statement.names[0], each.statement.said, each.statement.about, each.why, each.statement.where)
            for each in answer.untaken
        ],
    )
    output.line(
        f"{counted(len(entered), 'waiver')} entered, {len(answer.known):,} held already; "
        f"{counted(len(answer.untaken), 'statement')} waived nothing"
    )


def _document(waiver: Waiver) -> dict[str, str]:
    return {
        "id": waiver.id,
        "urn": waiver.scope,
        "policy": waiver.policy,
        "path": waiver.path,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "ticket": waiver.ticket,
        "expires_at": waiver.expires_at.isoformat(),
    }
