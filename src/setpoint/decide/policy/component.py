"""Components as policies see them: their type, its properties, and what is known of one in that shape.

`check` knows the type from here; the gate and `decide/guardrails` judge what is made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from setpoint.decide.policy.licences import joined, licences_in
from setpoint.model.canonical import Json, Unknown
from setpoint.model.inventory import FlawUse, Reached, UsedComponent
from setpoint.model.resource import Resource
from setpoint.model.schema import Kind, ResourceSchema
from setpoint.model.urn import GLOBAL, Urn

COMPONENT: Final = "Setpoint::Component"

BILL: Final = "Setpoint::Bill"
"""All that a release is made of, as one resource: so it is handed to the gate, and recorded with what it decides."""

SCHEMA: Final = ResourceSchema(
    COMPONENT,
    version="1",
    primary_identifier=("purl",),
    kinds={
        "type": Kind.STRING,
        "name": Kind.STRING,
        "version": Kind.STRING,
        "purl": Kind.STRING,
        "licences": Kind.LIST,
        "licences[*]": Kind.STRING,
        "licence_expression": Kind.STRING,
        "is_loaded": Kind.BOOLEAN,
        "severity": Kind.STRING,
        "known_exploited": Kind.BOOLEAN,
        "fixed_known": Kind.BOOLEAN,
    },
)

LOADED: Final[Mapping[Reached, bool | None]] = {
    Reached.SYMBOL: True,
    Reached.PACKAGE: True,
    Reached.LOADED: True,
    Reached.NOT_LOADED: False,
    Reached.NOT_SEEN: None,
    Reached.UNKNOWN: None,
}


def bill_resource(components: Iterable[UsedComponent]) -> Resource:
    """To be taken apart by `components_in`, or `components_of`."""
    listed = [{"place": each.component.place, "properties": _properties(each)} for each in components]
    return Resource(_urn(BILL, "built"), {"components": listed}, "bill of materials")


def components_in(resource: Resource) -> Iterator[Resource]:
    """What a bill lists; of any other resource, itself."""
    if resource.type != BILL:
        yield resource
        return
    yield from components_of(resource)


def components_of(bill: Resource) -> Iterator[Resource]:
    """What it lists, whatever it goes by: what a service ran is recorded under the service's URN."""
    for each in bill.properties["components"]:
        yield _resource(each["place"], each["properties"])


def _resource(place: str, properties: Mapping[str, Json]) -> Resource:
    return Resource(_urn(COMPONENT, place), properties, "bill of materials")


def _urn(type_name: str, identifier: str) -> Urn:
    """In the form of a resource's, for the short while that it is judged: findings are of the service."""
    return Urn.aws("setpoint", "", GLOBAL, type_name, identifier)


def _properties(used: UsedComponent) -> dict[str, Json]:
    component, expression = used.component, joined(used.component.licences)
    return {
        "type": component.package.type or None,
        "name": component.package.name,
        "version": component.version or None,
        "purl": component.purl or None,
        "licences": list(licences_in(expression)),
        "licence_expression": expression or None,
        "is_loaded": LOADED[used.reached],
        **_of_flaws(used.flaws),
    }


def _of_flaws(flaws: Sequence[FlawUse]) -> dict[str, Json]:
    """Where a version could not be compared, only what that flaw would not change is known."""
    certain = [each for each in flaws if not each.could_not_compare]
    known = _if_these_hold(certain)
    if len(certain) == len(flaws):
        return known
    doubtful = sorted(each.flaw.id for each in flaws if each.could_not_compare)
    untold = Unknown(f"it could not be told whether it is affected by {', '.join(doubtful)}")
    at_worst = _if_these_hold(flaws)
    return {name: value if at_worst[name] == value else untold for name, value in known.items()}


def _if_these_hold(flaws: Sequence[FlawUse]) -> dict[str, Json]:
    worst = max((each.flaw.severity for each in flaws), key=lambda each: each.rank, default=None)
    return {
        "severity": worst.value if worst else None,
        "known_exploited": any(each.known_exploited for each in flaws),
        "fixed_known": all(each.fixed for each in flaws) if flaws else None,
    }
