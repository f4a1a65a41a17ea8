"""VEX in CycloneDX 1.4 to 1.7 (https://cyclonedx.org/docs/1.6/json/#vulnerabilities), alone or within a bill.

What `setpoint affected --format vex` prints is read, too: services are its products.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from setpoint.errors import InputError
from setpoint.intent.sbom.members import Object, an_object, child, items, text
from setpoint.intent.vex.times import time_in
from setpoint.model.purl import Purl
from setpoint.model.vex import VexStatement, VexStatus

_STATUSES: Final = {
    "resolved": VexStatus.FIXED,
    "resolved_with_pedigree": VexStatus.FIXED,
    "exploitable": VexStatus.AFFECTED,
    "in_triage": VexStatus.UNDER_INVESTIGATION,
    "false_positive": VexStatus.NOT_AFFECTED,
    "not_affected": VexStatus.NOT_AFFECTED,
    "": VexStatus.UNDER_INVESTIGATION,
}

_OF_VERSION: Final = {"affected": VexStatus.AFFECTED, "unknown": VexStatus.UNDER_INVESTIGATION}
"""What a list of versions says otherwise than the statement that it is in."""

_PACKAGES: Final = frozenset(("library", "framework", "operating-system", "file"))
"""Types of what a document may be about and that is a component, not a product with components."""

_SERVICE: Final = "service:"
_ELSEWHERE: Final = "urn:cdx:"
"""How a reference into another document begins (https://cyclonedx.org/capabilities/bomlink/)."""


@dataclass(frozen=True, slots=True)
class _Place:
    product: str
    component: str = ""


def read_cyclonedx(document: Object, where: str) -> Iterator[VexStatement]:
    """Raises `InputError`, without `where`, for a member of the wrong type or a state that is not known."""
    places = dict(_places(document))
    for index, entry in enumerate(items(document, "vulnerabilities", "")):
        path = f"vulnerabilities[{index}]"
        vulnerability = an_object(entry, path)
        yield from _statements(vulnerability, path, places, where)


def _statements(vulnerability: Object, path: str, places: dict[str, _Place], where: str) -> Iterator[VexStatement]:
    analysis = child(vulnerability, "analysis", path)
    said = text(analysis, "state", f"{path}.analysis")
    if said not in _STATUSES:
        known = ", ".join(each for each in _STATUSES if each)
        raise InputError(f"{path}.analysis.state is {said[:100]!r}", remedy=f"one of {known}")
    whole = VexStatement(
        names=_names(vulnerability, path),
        status=_STATUSES[said],
        said=said or "no state",
        reason=_reason(analysis, said, f"{path}.analysis"),
        product="",
        component="",
        where=f"{where}: {path}",
        at=_time(vulnerability, analysis, path),
    )
    affects = items(vulnerability, "affects", path)
    if not affects:
        yield whole
    for number, entry in enumerate(affects):
        inner = f"{path}.affects[{number}]"
        affected = an_object(entry, inner)
        place = _place(text(affected, "ref", inner), places)
        placed = replace(whole, product=place.product, component=place.component)
        yield from _of_versions(placed, affected, inner)


def _of_versions(statement: VexStatement, affected: Object, path: str) -> Iterator[VexStatement]:
    """For each version that is listed, which may be said otherwise of; for what is referred to where none is."""
    versions = items(affected, "versions", path)
    if not versions:
        yield statement
    for number, entry in enumerate(versions):
        inner = f"{path}.versions[{number}]"
        told = an_object(entry, inner)
        version, span, status = (text(told, key, inner) for key in ("version", "range", "status"))
        if status in _OF_VERSION:
            yield replace(statement, component=_with(statement.component, version), status=_OF_VERSION[status])
        elif version and statement.component:
            yield replace(statement, component=_with(statement.component, version))
        else:
            # Of a product all versions run under one name: what is said of one of them must not hold for the others.
            what = f"the version {version[:100]!r}" if version else f"the range {span[:100]!r}"
            unread = f"{statement.said} of {what}, which is not read"
            yield replace(statement, status=VexStatus.UNDER_INVESTIGATION, said=unread)


def _with(component: str, version: str) -> str:
    try:
        return str(replace(Purl.parse(component), version=version))
    except InputError:
        return component


def _names(vulnerability: Object, path: str) -> tuple[str, ...]:
    name = text(vulnerability, "id", path)
    if not name:
        raise InputError(f"{path} has no id")
    references = (an_object(each, f"{path}.references") for each in items(vulnerability, "references", path))
    return tuple(dict.fromkeys((name, *(each for one in references if (each := text(one, "id", path))))))


def _reason(analysis: Object, said: str, path: str) -> str:
    given = [each for key in ("justification", "detail") if (each := text(analysis, key, path))]
    return ": ".join((said, *given)) if given or _STATUSES[said] is VexStatus.FIXED else ""


def _time(vulnerability: Object, analysis: Object, path: str) -> datetime | None:
    own = time_in((analysis, f"{path}.analysis"), keys=("lastUpdated", "firstIssued"))
    return own or time_in((vulnerability, path), keys=("updated", "published", "created"))


def _place(reference: str, places: dict[str, _Place]) -> _Place:
    if reference in places:
        return places[reference]
    if reference.startswith(_ELSEWHERE):
        reference = unquote(reference.partition("#")[2])
    if reference.startswith("pkg:"):
        return _Place("", reference)
    return _Place(reference)


def _places(document: Object) -> Iterator[tuple[str, _Place]]:
    """What a reference within the document is to."""
    subject = child(child(document, "metadata", ""), "component", "metadata")
    path = "metadata.component"
    product = ""
    if subject and text(subject, "type", path) not in _PACKAGES:
        product = _product(subject, path)
        yield text(subject, "bom-ref", path), _Place(product)
        yield from _components(subject, path, product)
    elif subject:
        yield from _component(subject, path, "")
    yield from _components(document, "", product)


def _components(parent: Object, path: str, product: str) -> Iterator[tuple[str, _Place]]:
    for index, entry in enumerate(items(parent, "components", path)):
        inner = f"{path}.components[{index}]" if path else f"components[{index}]"
        yield from _component(an_object(entry, inner), inner, product)


def _component(entry: Object, path: str, product: str) -> Iterator[tuple[str, _Place]]:
    reference = text(entry, "bom-ref", path)
    if reference.startswith(_SERVICE) and "purl" not in entry:
        product = reference
        yield reference, _Place(product)
    elif reference:
        yield reference, _Place(product, text(entry, "purl", path) or text(entry, "name", path))
    yield from _components(entry, path, product)


def _product(subject: Object, path: str) -> str:
    reference = text(subject, "bom-ref", path)
    return reference if reference.startswith(_SERVICE) else text(subject, "name", path)
