"""`setpoint affected`: every running instance that an advisory, or a package named in the news, bears on."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

import click

from setpoint.cli.instances import instance_json
from setpoint.cli.options import json_option
from setpoint.cli.output import Output, one_line
from setpoint.cli.source import Source, source_option
from setpoint.cli.waiting import busy_with
from setpoint.errors import InputError
from setpoint.files import parse_json, read_bytes, read_lines
from setpoint.loop.affected import AffectedAnswer
from setpoint.model.canonical import Json
from setpoint.model.inventory import Hit, Instance
from setpoint.model.wording import counted

IN_QUESTION: Final = "advisories"
"""Begins where an error is that is about one of the advisories in a file."""
SHOWN: Final = 1_000
"""Instances that are named unless all are asked for; the counts are of all."""
ALL: Final = 10_000_000
LARGEST_FILE: Final = 16 * 1024 * 1024


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    VEX = "vex"
    """CycloneDX 1.6."""
    OPENVEX = "openvex"
    """OpenVEX 0.2.0."""
    CSV = "csv"


@click.command(name="affected")
@click.argument("what", required=False)
@source_option
@click.option(
    "--advisory-file",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Advisories in OSV's format that need not be known yet, in the place of WHAT.",
)
@click.option("--all", "everything", is_flag=True, help=f"Name every instance, not only the first {SHOWN:,}.")
@click.option(
    "--format",
    "form",
    type=click.Choice([each.value for each in Format]),
    default=Format.TABLE.value,
    show_default=True,
    help="How to show it; vex is CycloneDX 1.6, openvex OpenVEX 0.2.0.",
)
@json_option
def command(source: Source, what: str | None, file: Path | None, form: str, *, everything: bool, as_json: bool) -> int:
    """Show every instance that WHAT bears on: GHSA-…, CVE-…, or a package as in 'pkg:pypi/requests@<2.32'.

    Exits 1 when one is affected, 3 when of some it could not be told.
    """
    chosen = _format(Format(form), as_json=as_json)
    # A document for others to go by is never cut.
    is_whole = everything or chosen in (Format.VEX, Format.OPENVEX, Format.CSV)
    try:
        with busy_with("looking"):
            answer = source.inventory.affected(_asked(what, file), most=ALL if is_whole else SHOWN)
            without_bill = _without_bill(source, answer, chosen, everything=everything)
    except InputError as error:
        if file is None or not error.where.startswith(IN_QUESTION):
            raise
        raise InputError(error.what, where=f"{file}: {error.where}", remedy=error.remedy) from error
    _show(answer, chosen, without_bill)
    if answer.instances:
        return 1
    return 3 if answer.could_not_compare or answer.unknown or answer.unread else 0


def _without_bill(source: Source, answer: AffectedAnswer, form: Format, *, everything: bool) -> Sequence[Instance]:
    """Those that may be affected, too, where the form has a place for them: at a terminal, where all are asked for."""
    if not answer.unknown or form not in (Format.TABLE, Format.JSON) or (form is Format.TABLE and not everything):
        return ()
    return list(islice(source.inventory.instances_without_bill(), ALL if everything else SHOWN))


def _format(form: Format, *, as_json: bool) -> Format:
    if not as_json:
        return form
    if form not in (Format.TABLE, Format.JSON):
        raise InputError(f"--json and --format {form} ask for two forms", remedy="leave one of them out")
    return Format.JSON


def _asked(what: str | None, file: Path | None) -> str | list[Json]:
    if what is not None and file is None:
        return what
    if file is not None and what is None:
        return _documents(file)
    raise InputError("one question is asked at a time", remedy="name either WHAT or --advisory-file FILE")


def _documents(file: Path) -> list[Json]:
    """One document, an array of them, or one on each line."""
    if file.suffix in {".jsonl", ".ndjson", ".gz"}:
        return [parse_json(line, where) for where, line in read_lines(file)]
    document = parse_json(read_bytes(file, limit=LARGEST_FILE), str(file))
    return document if isinstance(document, list) else [document]


def _show(answer: AffectedAnswer, form: Format, without_bill: Sequence[Instance]) -> None:
    match form:
        case Format.TABLE:
            _show_tables(Output.of(as_json=False), answer, without_bill)
        case Format.JSON:
            Output.of(as_json=True).json(_json(answer, without_bill))
        case Format.VEX:
            from setpoint.cli.vex import vex_of

            Output.of(as_json=True).json(vex_of(answer))
        case Format.OPENVEX:
            from setpoint.cli.openvex import openvex_of

            Output.of(as_json=True).json(openvex_of(answer, datetime.now(UTC)))
        case Format.CSV:
            _write_csv(answer)


def _show_tables(output: Output, answer: AffectedAnswer, without_bill: Sequence[Instance]) -> None:
    for flaw in answer.flaws:
        others = ", ".join(each for each in flaw.names if each != flaw.id)
        summary = f": {flaw.summary}" if flaw.summary else ""
        output.line(f"{flaw.id}{f' ({others})' if others else ''}, {flaw.severity}{summary}")
    services = sum(1 for each in answer.services if each.instances)
    output.line(
        f"{answer.title}: {counted(answer.instances, 'instance')} of {counted(services, 'service')} affected"
        if answer.instances
        else f"{answer.title}: no instance is known to be affected"
    )
    if answer.could_not_compare:
        output.line(
            f"could not compare: the versions in {counted(answer.could_not_compare, 'instance')}", style="bold yellow"
        )
    if answer.unknown:
        output.line(
            f"could not tell: of {counted(answer.unknown, 'instance')} no bill of materials is known"
            f"{'' if without_bill else '; --all names each'}",
            style="bold yellow",
        )
    for each in answer.unread:
        output.line(f"could not tell what else runs: {each}", style="bold yellow")
    output.table(
        ("service", "instances", "not compared", "tier", "exposure", "owner"),
        [
            (each.service, f"{each.instances:,}", each.could_not_compare or "", each.tier, each.exposure, each.owner)
            for each in answer.services
        ],
    )
    output.table(
        ("service", "instance", "release", "environment", "package", "version", "fixed in", "reached", "waived by"),
        [_row(each) for each in answer.hits],
    )
    output.table(
        ("without a bill", "instance", "release", "environment", "image"),
        [(each.service, each.id, each.release, each.environment, each.image) for each in without_bill],
    )
    if answer.is_cut:
        output.line(f"the first {len(answer.hits):,} are named; --all names every one")


def _row(hit: Hit) -> tuple[object, ...]:
    return (
        hit.instance.service,
        hit.instance.id,
        hit.instance.release,
        hit.instance.environment,
        hit.package,
        f"{hit.version} (not comparable)" if hit.could_not_compare else hit.version,
        ", ".join(hit.fixed),
        hit.reached,
        hit.waived_by,
    )


def _json(answer: AffectedAnswer, without_bill: Sequence[Instance]) -> Json:
    hits: defaultdict[str, list[Json]] = defaultdict(list)
    for each in answer.hits:
        hits[each.instance.service].append(_hit_json(each))
    return {
        "asked": answer.title,
        "flaws": [
            {
                "id": each.id,
                "names": list(each.names),
                "advisories": list(each.advisories),
                "summary": each.summary,
                "severity": each.severity,
            }
            for each in answer.flaws
        ],
        "instances": answer.instances,
        "could_not_compare": answer.could_not_compare,
        "unknown": answer.unknown,
        "unread": list(answer.unread),
        "without_bill": [instance_json(each) for each in without_bill],
        "is_cut": answer.is_cut or len(without_bill) < answer.unknown,
        "services": [
            {
                "service": each.service,
                "instances": each.instances,
                "could_not_compare": each.could_not_compare,
                "tier": each.tier,
                "exposure": each.exposure,
                "owner": each.owner,
                "hits": hits[each.service],
            }
            for each in answer.services
        ],
    }


def _hit_json(hit: Hit) -> dict[str, Json]:
    return {
        "instance": instance_json(hit.instance),
        "package": str(hit.package),
        "version": hit.version,
        "purl": hit.purl,
        "advisory": hit.advisory,
        "advisories": list(hit.advisories),
        "could_not_compare": hit.could_not_compare,
        "fixed": list(hit.fixed),
        "reached": hit.reached,
        "reached_by": hit.reached_by,
        "waived_by": hit.waived_by,
    }


def _write_csv(answer: AffectedAnswer) -> None:
    """RFC 4180, with a header; a cell that a spreadsheet would take for a formula stands behind an apostrophe.

    Control characters are spelt out, as wherever text from outside may reach a terminal.
    """
    import csv

    writer = csv.writer(sys.stdout)
    columns = ("service", "instance", "release", "environment", "image", "package", "version", "purl", "advisory")
    more = ("could_not_compare", "fixed", "reached", "reached_by", "tier", "exposure", "owner", "waived_by")
    writer.writerow((*columns, *more))
    for hit in answer.hits:
        one = hit.instance
        told = (one.service, one.id, one.release, one.environment, one.image, hit.package, hit.version, hit.purl)
        rest = (hit.advisory, hit.could_not_compare, " ".join(hit.fixed), hit.reached, hit.reached_by)
        placed = (hit.tier, hit.exposure, hit.owner, hit.waived_by)
        writer.writerow([_harmless(_spelt(each)) for each in (*told, *rest, *placed)])


def _spelt(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _harmless(cell: str) -> str:
    shown = one_line(cell)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@", "\t")) else shown
