"""OpenVEX 0.0.2 to 0.2.0 (https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.members import Object, a_text, an_object, child, items, text
from setpoint.intent.vex.times import time_in
from setpoint.model.canonical import Json
from setpoint.model.vex import VexStatement, VexStatus

CONTEXT: Final = "https://openvex.dev/ns"
"""How the `@context` of every version begins."""

PURL: Final = "pkg:"

_STATUSES: Final = {
    "not_affected": VexStatus.NOT_AFFECTED,
    "fixed": VexStatus.FIXED,
    "affected": VexStatus.AFFECTED,
    "under_investigation": VexStatus.UNDER_INVESTIGATION,
}


def read_openvex(document: Object, where: str) -> Iterator[VexStatement]:
    """Raises `InputError`, without `where`, for a member of the wrong type or a status that is not known."""
    for index, entry in enumerate(items(document, "statements", "")):
        path = f"statements[{index}]"
        statement = an_object(entry, path)
        said = text(statement, "status", path)
        if said not in _STATUSES:
            raise InputError(f"{path}.status is {said[:100]!r}", remedy=f"one of {', '.join(_STATUSES)}")
        at = time_in((statement, path), (document, ""), keys=("last_updated", "timestamp"))
        for product, component in _places(statement, path):
            yield VexStatement(
                names=_names(statement, path),
                status=_STATUSES[said],
                said=said,
                reason=_reason(statement, said, path),
                product=product,
                component=component,
                where=f"{where}: {path}",
                at=at,
            )


def _names(statement: Object, path: str) -> tuple[str, ...]:
    """Until 0.0.2 a vulnerability was its id alone."""
    given = statement.get("vulnerability")
    path = f"{path}.vulnerability"
    if isinstance(given, str):
        return (given,)
    vulnerability = an_object(given, path)
    name = text(vulnerability, "name", path) or text(vulnerability, "@id", path)
    if not name:
        raise InputError(f"{path} has no name")
    aliases = [a_text(each, f"{path}.aliases") for each in items(vulnerability, "aliases", path)]
    return tuple(dict.fromkeys((name, *aliases)))


def _reason(statement: Object, said: str, path: str) -> str:
    keys = ("justification", "impact_statement", "status_notes")
    given = [each for key in keys if (each := text(statement, key, path))]
    # What is fixed needs no further reason; why something is not affected, a statement has to say.
    return ": ".join((said, *given)) if given or said == "fixed" else ""


def _places(statement: Object, path: str) -> Iterator[tuple[str, str]]:
    """Product and component. A package without subcomponents is a component itself; anything else is a product."""
    products = items(statement, "products", path)
    if not products:
        yield "", ""
    for index, product in enumerate(products):
        where = f"{path}.products[{index}]"
        named = _identity(product, where)
        inner = items(product, "subcomponents", where) if isinstance(product, dict) else []
        for number, each in enumerate(inner):
            yield named, _identity(each, f"{where}.subcomponents[{number}]")
        if not inner:
            yield ("", named) if named.startswith(PURL) else (named, "")


def _identity(thing: Json, path: str) -> str:
    """Its package URL, wherever that is; else whatever it is called by."""
    if isinstance(thing, str):
        return thing
    component = an_object(thing, path)
    called = text(component, "@id", path)
    purl = text(child(component, "identifiers", path), "purl", f"{path}.identifiers")
    found = called if called.startswith(PURL) else purl or called
    if not found:
        raise InputError(f"{path} is called by no @id and no purl")
    return found
