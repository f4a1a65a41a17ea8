"""`setpoint advisories match`: which advisories affect each row of a file. Needs no configuration and no ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from setpoint.cli.advisories_rows import Row, read_rows
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.cli.waiting import busy_with
from setpoint.errors import InputError
from setpoint.model.advisory import Advisory, AffectedStatus, Match
from setpoint.model.wording import counted
from setpoint.observe.advisories.ecosystems import known_ecosystem


@dataclass(frozen=True, slots=True)
class _Answer:
    row: Row
    matches: list[Match]

    def ids(self, status: AffectedStatus) -> list[str]:
        return [each.advisory for each in self.matches if each.status is status]


@click.command(name="match")
@click.argument("rows", type=click.Path(path_type=Path), metavar="ROWS.csv")
@click.option(
    "--advisories",
    "sources",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="FILE|DIR",
    help="Advisories in OSV's format: JSON, JSON Lines, either with gzip, a zip, or a folder. May be repeated.",
)
@click.option(
    "--ecosystem", default="PyPI", show_default=True, metavar="NAME", help="Of rows that name none, as OSV spells it."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document a row.")
@only_here("reads files on this machine")
def match(rows: Path, sources: tuple[Path, ...], ecosystem: str, *, as_json: bool) -> int:
    """Tell which advisories affect each package and version of ROWS.csv.

    Columns are package and version, and ecosystem or purl where there is a third; a header row may name them. Withdrawn
    advisories affect nothing. A version that its ecosystem does not accept could not be compared, unless an advisory
    lists it.
    """
    try:
        ecosystem = known_ecosystem(ecosystem)
    except InputError as error:
        raise click.UsageError(f"--ecosystem: {error.diagnostics()}") from error
    with busy_with("matching"):
        answers = _matched(read_rows(rows, ecosystem=ecosystem), sources)
    _show(Output.of(as_json=as_json), answers)
    if any(each.ids(AffectedStatus.AFFECTED) for each in answers):
        return 1
    return 3 if any(each.matches for each in answers) else 0


def _matched(rows: Iterable[Row], sources: Iterable[Path]) -> list[_Answer]:
    from setpoint.compare.component.matching import AdvisoryIndex
    from setpoint.observe.advisories.files import read_advisories

    index = AdvisoryIndex(advisory for source in sources for advisory in _some(read_advisories(source), source))
    return [_Answer(row, index.matches(row.component)) for row in rows]


def _some(advisories: Iterable[Advisory], source: Path) -> Iterator[Advisory]:
    """All of them; `InputError` where there is none: nothing would be affected by nothing."""
    none = True
    for each in advisories:
        none = False
        yield each
    if none:
        raise InputError("there is no advisory in it", where=str(source), remedy="give advisories in OSV's format")


def _show(output: Output, answers: list[_Answer]) -> None:
    if output.as_json:
        for each in answers:
            output.json(
                {
                    "package": each.row.package,
                    "version": each.row.version,
                    "advisories": each.ids(AffectedStatus.AFFECTED),
                    "could_not_compare": each.ids(AffectedStatus.COULD_NOT_COMPARE),
                }
            )
        return
    told = [each for each in answers if each.matches]
    output.table(
        ("package", "version", "advisories", "could not compare"),
        [
            (
                each.row.package,
                each.row.version,
                ", ".join(each.ids(AffectedStatus.AFFECTED)),
                ", ".join(each.ids(AffectedStatus.COULD_NOT_COMPARE)),
            )
            for each in told
        ],
    )
    affected = sum(bool(each.ids(AffectedStatus.AFFECTED)) for each in told)
    unknown = sum(bool(each.ids(AffectedStatus.COULD_NOT_COMPARE)) for each in told)
    rows = counted(len(answers), "row")
    output.line(f"{rows}: {affected} affected, {unknown} that could not be compared with every advisory")
