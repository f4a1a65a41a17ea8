"""`setpoint sbom`: bills of materials are added, made, listed, shown and compared."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from setpoint.cli.instances import checked_image
from setpoint.cli.options import json_option
from setpoint.cli.output import Output, one_line
from setpoint.cli.source import Source, source_option
from setpoint.cli.waiting import busy_with
from setpoint.errors import InputError
from setpoint.loop.stock import TakenBill, release_of
from setpoint.model.canonical import Json
from setpoint.model.component import Component, Problem, ProblemKind, Sbom
from setpoint.model.wording import counted

HIDING: Final = frozenset((ProblemKind.PURL, ProblemKind.NO_NAME, ProblemKind.NO_VERSION, ProblemKind.UNRESOLVED))
"""Problems by which an advisory may miss a component."""

_DIGEST: Final = re.compile(r"[0-9a-f]{32}")


@click.group(name="sbom")
def command() -> None:
    """Keep bills of materials of releases and images, make them, and compare them."""


@command.command(name="add")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@source_option
@click.option("--release", "named", metavar="SERVICE@VERSION", help="What was built of it.")
@click.option("--image", default="", metavar="DIGEST", help="The digest of the image that it is in: sha256:…")
@json_option
def add(source: Source, file: Path, named: str | None, image: str, *, as_json: bool) -> int:
    """Add the bill in FILE: CycloneDX 1.2 to 1.7 as JSON or XML, SPDX 2.2, 2.3 or 3.0 as JSON.

    Exits 3 when of an entry it could not be told which package in which version it is; the others were taken.
    """
    from setpoint.wiring.inventory import bill_octets

    release = release_of(named) if named is not None else None
    taken = source.inventory.add_sbom(bill_octets(file), str(file), release, checked_image(image))
    return _show_taken(Output.of(as_json=as_json), taken)


@command.command(name="make")
@click.argument("target", type=click.Path(path_type=Path, exists=True))
@source_option
@click.option("-o", "--output", "written", type=click.Path(path_type=Path, dir_okay=False), help="Write it there.")
@click.option("--release", "named", metavar="SERVICE@VERSION", help="Add it, as what was built.")
@click.option("--image", default="", metavar="DIGEST", help="Add it, as what is in the image: sha256:…")
def make(source: Source, target: Path, written: Path | None, named: str | None, image: str) -> int:
    """Make a bill of TARGET, a folder, a virtual environment or an image's tarball, as CycloneDX 1.6 JSON.

    Exits 3 when something there could not be read: what it says is then not all that there is.
    """
    from setpoint.wiring.inventory import make_bill

    release = release_of(named) if named is not None else None
    checked_image(image)
    with busy_with(one_line(f"looking through {target}")):
        octets, made, unread = make_bill(target)
    if written is not None:
        _write(written, octets)
    elif release is None and not image:
        click.echo(octets.decode())
    if release is not None or image:
        source.inventory.add_sbom(octets, str(target), release, image)
    told = f"{counted(len(made.components), 'component')} in {target}"
    click.echo(one_line(told), err=True)
    for each in unread:
        click.echo(one_line(f"could not read {each}"), err=True)
    return 3 if unread else 0


@command.command(name="list")
@click.argument("service")
@source_option
@json_option
def list_bills(source: Source, service: str, *, as_json: bool) -> int:
    """List the bills that are known of SERVICE: of its releases, and of what runs.

    Exits 3 when of some of its instances nothing is known.
    """
    output = Output.of(as_json=as_json)
    releases, running = source.inventory.sboms(service)
    if as_json:
        output.json({"service": service, "releases": releases, "running": running})
    elif not releases and not running:
        output.line(f"no bills of {service} are known")
    output.table(("release", "bill"), sorted(releases.items()))
    output.table(
        ("running", "instances"), [(digest or "not known", count) for digest, count in sorted(running.items())]
    )
    return 3 if running.get("") else 0


@command.command(name="show")
@click.argument("what")
@source_option
@json_option
def show(source: Source, what: str, *, as_json: bool) -> int:
    """Show a bill: WHAT is SERVICE@VERSION, or a bill's digest."""
    output = Output.of(as_json=as_json)
    sbom = _known(source, what)
    if as_json:
        output.json(_bill_json(sbom))
    output.line(f"{sbom.format}, {sbom.subject or 'of nothing that it names'}: {_contents(_kinds(sbom))}")
    output.table(
        ("package", "version", "licence"),
        [(each.package, each.version, ", ".join(each.licences)) for each in sbom.components],
    )
    _show_problems(output, sbom.problems)
    return 0


@command.command(name="diff")
@click.argument("before")
@click.argument("after")
@source_option
@json_option
def diff(source: Source, before: str, after: str, *, as_json: bool) -> int:
    """Show how AFTER differs from BEFORE: each is SERVICE@VERSION, a bill's digest, or a file.

    Exits 1 when they differ.
    """
    from setpoint.wiring.inventory import bill_differences

    output = Output.of(as_json=as_json)
    changes = bill_differences(_bill(source, before), _bill(source, after))
    if as_json:
        output.json(
            [
                {
                    "kind": each.kind,
                    "package": str(each.package),
                    "before": [_component_json(one) for one in each.before],
                    "after": [_component_json(one) for one in each.after],
                }
                for each in changes
            ]
        )
    elif not changes:
        output.line("no difference")
    output.table(
        ("change", "package", "before", "after"), [(each.kind, each.package, *each.versions) for each in changes]
    )
    return 1 if changes else 0


def _write(path: Path, octets: bytes) -> None:
    """Whole or not at all, but for what is no file, like a pipe."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(octets)
            return
        place = path.resolve()
        beside = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            beside.write_bytes(octets)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"the file cannot be written ({error.strerror})", where=str(path)) from error


def _bill(source: Source, what: str) -> Sbom:
    path = Path(what)
    if path.is_file():
        from setpoint.wiring.inventory import bill_octets, read_bill

        return read_bill(bill_octets(path), what)
    return _known(source, what)


def _known(source: Source, what: str) -> Sbom:
    if "@" in what:
        return source.inventory.sbom_of(release_of(what))
    if _DIGEST.fullmatch(what) is None:
        raise InputError(f"{what!r} names no bill", remedy="write SERVICE@VERSION, a bill's digest, or a file's name")
    return source.inventory.sbom(what)


def _show_taken(output: Output, taken: TakenBill) -> int:
    if output.as_json:
        output.json(
            {
                **_head_json(taken, taken.kinds),
                "is_new": taken.is_new,
                "problems": [_problem_json(each) for each in taken.problems],
            }
        )
    known = "" if taken.is_new else "; a bill of the same components was known"
    output.line(f"{taken.format}: {_contents(taken.kinds)}, as bill {taken.digest}{known}")
    _show_problems(output, taken.problems)
    return 3 if any(each.kind in HIDING for each in taken.problems) else 0


def _kinds(sbom: Sbom) -> Mapping[str, int]:
    return Counter(each.package.type for each in sbom.components)


def _contents(kinds: Mapping[str, int]) -> str:
    """The most frequent first."""
    ordered = sorted(kinds.items(), key=lambda each: (-each[1], each[0]))
    told = ", ".join(f"{count:,} {kind or 'of no type'}" for kind, count in ordered)
    return f"{counted(sum(kinds.values()), 'component')} ({told})" if told else "no components"


def _show_problems(output: Output, problems: tuple[Problem, ...]) -> None:
    if problems:
        output.line(f"of its entries {len(problems):,} could not be taken as they stand:", style="bold yellow")
    output.table(("what", "where", "text"), [(each.kind, each.where, each.what) for each in problems])


def _head_json(sbom: Sbom | TakenBill, kinds: Mapping[str, int]) -> dict[str, Json]:
    return {
        "digest": sbom.digest,
        "format": sbom.format,
        "subject": sbom.subject,
        "made_by": sbom.made_by,
        "count": sum(kinds.values()),
    }


def _bill_json(sbom: Sbom) -> Json:
    return {
        **_head_json(sbom, _kinds(sbom)),
        "components": [_component_json(each) for each in sbom.components],
        "problems": [_problem_json(each) for each in sbom.problems],
    }


def _component_json(component: Component) -> Json:
    return {
        "package": str(component.package),
        "version": component.version,
        "purl": component.purl,
        "licences": list(component.licences),
        "hashes": [list(each) for each in component.hashes],
    }


def _problem_json(problem: Problem) -> Json:
    return {"kind": problem.kind, "where": problem.where, "what": problem.what}
