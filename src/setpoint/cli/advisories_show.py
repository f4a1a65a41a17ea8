"""`setpoint advisories list` and `show`: what is known here of flaws, and how fresh that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from setpoint.cli.advisories_sync import HERE
from setpoint.cli.advisory_view import KnownProblem, document, show_problem
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output, by_severity
from setpoint.cli.server_options import only_here
from setpoint.errors import CouldNotTellError
from setpoint.model.advisory import SyncState
from setpoint.model.inventory import Flaw
from setpoint.model.purl import Purl
from setpoint.settings import load_settings
from setpoint.store.interface import InventoryReader

FEEDS: Final = ("KEV", "EPSS")
"""Sources that hold no advisories, and say something about them."""


@click.command(name="list")
@click.argument("package", required=False, metavar="[PURL]")
@config_option
@json_option
@only_here(HERE)
def list_known(package: str | None, config: Path, *, as_json: bool) -> int:
    """List where advisories are from, how many, how fresh; with PURL, the flaws that are known of any of its versions.

    Exits 3 when none is known at all.
    """
    from setpoint.wiring.judging import component_parts
    from setpoint.wiring.stores import open_reader

    output = Output.of(as_json=as_json)
    with open_reader(load_settings(config)) as ledger:
        inventory = ledger.inventory()
        counts = inventory.summary().advisories_by_source
        if package is not None:
            named = Purl.parse(package).package
            flaws = component_parts().matcher.merge(inventory.advisories_of([named]))
            _show_flaws(output, str(named), flaws)
        else:
            _show_sources(output, counts, _states(inventory, counts))
    return 0 if counts else 3


@click.command(name="show")
@click.argument("identity", metavar="ID")
@config_option
@json_option
@only_here(HERE)
def show(identity: str, config: Path, *, as_json: bool) -> int:
    """Show one problem under all of its names: ratings, packages, versions, whether it is exploited."""
    from setpoint.wiring.stores import open_reader

    output = Output.of(as_json=as_json)
    with open_reader(load_settings(config)) as ledger:
        problem = _problem(identity, ledger.inventory())
    if as_json:
        output.json(document(problem))
    else:
        show_problem(output, problem)
    return 0


def _problem(identity: str, inventory: InventoryReader) -> KnownProblem:
    from setpoint.wiring.judging import component_parts

    known = inventory.advisories([identity])
    if not known:
        raise CouldNotTellError(
            f"no advisory {identity!r} is known here", remedy="read it in: setpoint advisories sync"
        )
    names = {name for each in known for name in (each.id, *each.aliases)}
    exploited, scored = inventory.known_exploited(names), inventory.exploit_scores(names)
    return KnownProblem(
        identity,
        known,
        component_parts().matcher.merge(known),
        tuple(exploited[each] for each in sorted(exploited)),
        tuple(scored[each] for each in sorted(scored)),
    )


def _states(inventory: InventoryReader, counts: Mapping[str, int]) -> Mapping[str, SyncState]:
    states = {each: inventory.sync_state(each) for each in sorted({*counts, *FEEDS})}
    return {source: each for source, each in states.items() if each is not None}


def _show_sources(output: Output, counts: Mapping[str, int], states: Mapping[str, SyncState]) -> None:
    rows = [(each, counts.get(each, 0), states.get(each, SyncState(each))) for each in sorted({*counts, *states})]
    if output.as_json:
        output.json(
            [
                {
                    "source": source,
                    "advisories": count,
                    "newest": state.newest.isoformat() if state.newest else None,
                    "read_at": state.synced_at.isoformat() if state.synced_at else None,
                }
                for source, count, state in rows
            ]
        )
    elif not rows:
        output.line("no advisories are known; read them in: setpoint advisories sync --ecosystem PyPI")
    output.table(
        ("source", "advisories", "newest", "read at"),
        [(source, count, state.newest, state.synced_at) for source, count, state in rows],
    )


def _show_flaws(output: Output, package: str, flaws: Sequence[Flaw]) -> None:
    if output.as_json:
        output.json(
            [
                {"id": each.id, "names": list(each.names), "severity": each.severity, "summary": each.summary}
                for each in flaws
            ]
        )
    elif not flaws:
        output.line(f"no advisory about {package} is known here")
    output.table(
        ("flaw", "severity", "also called", "summary"),
        [
            (each.id, each.severity, ", ".join(name for name in each.names if name != each.id), each.summary)
            for each in sorted(flaws, key=lambda each: by_severity(each.severity))
        ],
    )
