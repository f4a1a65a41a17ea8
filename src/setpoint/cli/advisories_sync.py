"""`setpoint advisories sync`: takes in what is new, from OSV's export, CISA and FIRST, or from files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output, moment
from setpoint.cli.server_options import only_here
from setpoint.cli.waiting import Waiting
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.observe.interface import SourceRead
from setpoint.settings import AdvisorySources, load_settings
from setpoint.store.interface import Ledger

HERE: Final = "works on the ledger of this machine"
USUAL: Final = "usual"
"""Stands for a feed's own address."""


@click.command(name="sync")
@config_option
@click.option(
    "--ecosystem", "ecosystems", multiple=True, metavar="NAME", help="As OSV spells it: PyPI, npm, Go; may be repeated."
)
@click.option(
    "--from",
    "files",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    metavar="FILE|DIR",
    help="Advisories in OSV's format: JSON, JSON Lines, either with gzip, a zip, or a folder; may be repeated.",
)
@click.option("--address", metavar="URL", help="Where the export of OSV is, in the place of OSV's own.")
@click.option(
    "--kev",
    is_flag=False,
    flag_value=USUAL,
    metavar="[URL|FILE]",
    help="CISA's catalogue of what is exploited; by itself, from CISA.",
)
@click.option(
    "--epss",
    is_flag=False,
    flag_value=USUAL,
    metavar="[URL|FILE]",
    help="How likely flaws are to be exploited; by itself, from FIRST.",
)
@json_option
@only_here(HERE)
def sync(
    config: Path,
    ecosystems: tuple[str, ...],
    files: tuple[Path, ...],
    address: str | None,
    kev: str | None,
    epss: str | None,
    *,
    as_json: bool,
) -> int:
    """Take in what is new of advisories. Without any source, those of the configuration, under advisories.

    What runs is held against it by the loop, within a second; nothing is scanned again. Exits 3 when a source could not
    be read; the others were.
    """
    # `advisories match` is of the same group, and needs no ledger.
    from setpoint.wiring.stores import open_first_ledger

    settings = load_settings(config)
    configured = settings.advisories.sources
    if not (ecosystems or files or kev or epss):
        sources = _of_configuration(configured, address)
    else:
        sources = AdvisorySources(_exported(ecosystems), address or configured.address, _fetched(kev), _fetched(epss))
    with Waiting() as waiting, open_first_ledger(settings) as ledger:
        read = [*_from_files(files, _file(kev), _file(epss), ledger, waiting), *_from_afar(sources, ledger, waiting)]
    _show(Output.of(as_json=as_json), read)
    return 3 if any(each.failure for each in read) else 0


def _of_configuration(sources: AdvisorySources, address: str | None) -> AdvisorySources:
    if not sources.ecosystems:
        raise InputError(
            "no source of advisories is named",
            remedy="name one, such as --ecosystem PyPI or --from FILE, or write advisories.ecosystems in setpoint.yaml",
        )
    return replace(sources, address=address) if address else sources


def _exported(ecosystems: tuple[str, ...]) -> tuple[str, ...]:
    from setpoint.observe.advisories.ecosystems import exported_ecosystem

    try:
        return tuple(dict.fromkeys(exported_ecosystem(each) for each in ecosystems))
    except InputError as error:
        raise InputError(error.what, where="--ecosystem", remedy=error.remedy) from error


def _fetched(feed: str | None) -> str | None:
    """Its address, empty for its own; None where it is not asked for, or is a file."""
    if feed == USUAL:
        return ""
    return feed if feed is not None and _is_address(feed) else None


def _file(feed: str | None) -> Path | None:
    return None if feed is None or feed == USUAL or _is_address(feed) else Path(feed)


def _is_address(feed: str) -> bool:
    return "://" in feed


def _from_files(
    files: tuple[Path, ...], kev: Path | None, epss: Path | None, ledger: Ledger, waiting: Waiting
) -> Iterator[SourceRead]:
    from setpoint.wiring.advisories import read_epss_file, read_file, read_kev_file

    for each in files:
        yield read_file(each, ledger, waiting)
    if kev is not None:
        yield read_kev_file(kev, ledger)
    if epss is not None:
        yield read_epss_file(epss, ledger, waiting)


def _from_afar(sources: AdvisorySources, ledger: Ledger, waiting: Waiting) -> Iterator[SourceRead]:
    from setpoint.wiring.advisories import read_sources

    return read_sources(sources, ledger, waiting)


def _show(output: Output, read: list[SourceRead]) -> None:
    if output.as_json:
        output.json([_document(each) for each in read])
        return
    output.table(
        ("source", "taken", "new", "changed", "refused", "newest", "could not be read"),
        [
            (each.source, each.taken, each.new, each.changed, each.refused, moment(each.newest), each.failure)
            for each in read
        ],
    )
    for each in read:
        for reason in each.first_refused:
            output.line(f"refused: {reason}", style="yellow")
        if len(each.first_refused) < each.refused:
            output.line(f"and {each.refused - len(each.first_refused):,} more of {each.source}", style="yellow")


def _document(read: SourceRead) -> Json:
    return {
        "source": read.source,
        "taken": read.taken,
        "new": read.new,
        "changed": read.changed,
        "refused": read.refused,
        "first_refused": list(read.first_refused),
        "newest": read.newest.isoformat() if read.newest else None,
        "could_not_read": read.failure,
    }
