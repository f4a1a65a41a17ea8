"""Puts together what commands and the server ask of the inventory: bills are read, questions understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from setpoint.compare.component.difference import ComponentChange, differences
from setpoint.compare.component.running import ReleaseDrift, compare_running
from setpoint.errors import InputError, NotKnownError
from setpoint.files import read_bytes
from setpoint.loop.affected import MOST_ADVISORIES, Asked
from setpoint.loop.component_drift import running_releases
from setpoint.model.advisory import Advisory, AffectedStatus, Match
from setpoint.model.canonical import Json
from setpoint.model.component import Sbom
from setpoint.store.interface import InventoryReader, LedgerReader

PURL: Final = "pkg:"


def bill_octets(path: Path) -> bytes:
    """The document in a file, which may be packed by gzip."""
    from setpoint.intent.sbom.octets import MAX_BYTES, plain

    return plain(read_bytes(path, limit=MAX_BYTES), str(path))


def read_bill(octets: bytes, where: str) -> Sbom:
    from setpoint.intent.sbom.reading import read_sbom

    return read_sbom(octets, where)


def asked_for(text: str, inventory: InventoryReader) -> Asked:
    """A package URL with versions, or the id of an advisory that is known; `NotKnownError` for one that is not."""
    if text.lower().startswith(PURL):
        from setpoint.compare.component.asked import AskedPackage

        package = AskedPackage.parse(text)
        return Asked(str(package), (package.package,), lambda component: _told(package.match(component)))
    known = inventory.advisories([text])
    if not known:
        raise NotKnownError(
            f"no advisory {text!r} is known here",
            remedy="read it in: setpoint advisories sync; or ask for the package: setpoint affected 'pkg:pypi/NAME@<X'",
        )
    return asked_about(known)


def asked_about(advisories: Sequence[Advisory]) -> Asked:
    """Whatever any of these says; they need not be known here."""
    from setpoint.compare.component.matching import AdvisoryIndex
    from setpoint.compare.component.merging import merge

    flaws, index = merge(advisories), AdvisoryIndex(advisories)
    entries = [each for advisory in advisories if advisory.withdrawn is None for each in advisory.affected]
    names = [each.id for each in flaws] or [each.id for each in advisories]
    return Asked(
        title=", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else ""),
        packages=tuple(dict.fromkeys(each.package for each in entries)),
        match=index.matches,
        flaws=flaws,
        symbols=tuple(dict.fromkeys(symbol for each in entries for symbol in each.symbols)),
    )


def _told(match: Match | None) -> Sequence[Match]:
    return () if match is None or match.status is AffectedStatus.NOT_AFFECTED else (match,)


def advisories_of(documents: Sequence[Json]) -> list[Advisory]:
    """As OSV spells them."""
    from setpoint.observe.advisories.reading import read_advisory

    return _few((read_advisory(each, where=f"advisories[{at}]") for at, each in enumerate(documents)), "advisories")


def _few(advisories: Iterable[Advisory], where: str) -> list[Advisory]:
    found: list[Advisory] = []
    for each in advisories:
        if len(found) == MOST_ADVISORIES:
            raise InputError(
                f"more than {MOST_ADVISORIES:,} advisories are asked about at once",
                where=where,
                remedy="read them in instead: setpoint advisories sync --from",
            )
        found.append(each)
    if not found:
        raise InputError("there is no advisory in it", where=where, remedy="give one in OSV's format")
    return found


def make_bill(target: Path) -> tuple[bytes, Sbom, tuple[str, ...]]:
    """As CycloneDX, as itself, and what could not be read there."""
    from setpoint.intent.sbom.making import make_sbom
    from setpoint.intent.sbom.writing import write_cyclonedx

    made = make_sbom(target)
    return write_cyclonedx(made.sbom), made.sbom, tuple(str(each) for each in made.unread)


def bill_differences(before: Sbom, after: Sbom) -> tuple[ComponentChange, ...]:
    return differences(before, after)


def component_drift(ledger: LedgerReader, service: str) -> list[ReleaseDrift]:
    """Release by release; `NotKnownError` where no agent tells what it is made of."""
    found = [
        ReleaseDrift(each.release, compare_running(each.built, each.processes))
        for each in running_releases(ledger, service)
    ]
    if not found:
        raise NotKnownError(
            f"no agent told lately what {service} is made of",
            remedy="run it under the agent: docs/how-to/know-what-runs.md",
        )
    return found
