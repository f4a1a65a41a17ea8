"""Weaknesses in the source as policies see them: their type, its properties, and one of them in that shape.

`check` knows the type from here; the gate judges what is made here, as it does with components.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.code import KnownWeakness, weakness_document, weakness_of
from setpoint.model.resource import Resource
from setpoint.model.scan import Standing, StandingOf
from setpoint.model.schema import Kind, ResourceSchema
from setpoint.model.urn import GLOBAL, Urn

WEAKNESS: Final = "Setpoint::Code::Weakness"

SCAN: Final = "Setpoint::Code::Scan"
"""All that scanners told of a release, as one resource: so it is handed to the gate, and recorded with the decision."""

SCHEMA: Final = ResourceSchema(
    WEAKNESS,
    version="1",
    primary_identifier=("fingerprint",),
    kinds={
        "fingerprint": Kind.STRING,
        "kind": Kind.STRING,
        "rule": Kind.STRING,
        "cwes": Kind.LIST,
        "cwes[*]": Kind.INTEGER,
        "severity": Kind.STRING,
        "score": Kind.NUMBER,
        "file": Kind.STRING,
        "function": Kind.STRING,
        "tools": Kind.LIST,
        "tools[*]": Kind.STRING,
        "is_new": Kind.BOOLEAN,
        "standing": Kind.STRING,
        "is_attacked": Kind.BOOLEAN,
        "watched": Kind.INTEGER,
    },
)


def scan_resource(weaknesses: Iterable[KnownWeakness]) -> Resource:
    """To be taken apart by `known_in`."""
    told = sorted(weaknesses, key=lambda each: each.weakness.fingerprint)
    return Resource(_urn(SCAN, "told"), {"weaknesses": [_document(each) for each in told]}, "scanners")


def known_in(resource: Resource) -> Iterator[KnownWeakness]:
    """What a scan tells; nothing of any other resource."""
    if resource.type == SCAN:
        yield from map(_known_of, resource.properties["weaknesses"])


def weakness_properties(known: KnownWeakness) -> dict[str, Json]:
    """All that policies can read of one."""
    weakness, standing = known.weakness, known.standing
    return {
        "fingerprint": weakness.fingerprint,
        "kind": weakness.kind,
        "rule": weakness.rule,
        "cwes": list(weakness.cwes),
        "severity": weakness.severity,
        "score": weakness.score,
        "file": weakness.place.file,
        "function": weakness.place.function or None,
        "tools": sorted({each.partition("/")[0] for each in weakness.told_by}),
        "is_new": weakness.is_new,
        "standing": standing.standing,
        "is_attacked": known.is_attacked,
        "watched": standing.watched,
    }


def weakness_resource(known: KnownWeakness) -> Resource:
    """Identified by its finding's path."""
    return Resource(_urn(WEAKNESS, known.path), weakness_properties(known), "scanners")


def _document(known: KnownWeakness) -> dict[str, Json]:
    standing = known.standing
    return {
        **weakness_document(known.weakness),
        "standing": standing.standing,
        "because": standing.because,
        "places": list(standing.places),
        "watched": standing.watched,
        "is_attacked": known.is_attacked,
        "first_seen": known.first_seen.isoformat() if known.first_seen else None,
    }


def _known_of(document: Json) -> KnownWeakness:
    standing = StandingOf(
        Standing(document["standing"]), document["because"], tuple(document["places"]), document["watched"]
    )
    first_seen = document["first_seen"]
    since = datetime.fromisoformat(first_seen) if first_seen else None
    return KnownWeakness(weakness_of(document), standing, document["is_attacked"], since)


def _urn(type_name: str, identifier: str) -> Urn:
    """In the form of a resource's, for the short while that it is judged: findings are of the service."""
    return Urn.aws("setpoint", "", GLOBAL, type_name, identifier)
