"""Bills and advisories in little room. Pure; used by `bills` and `advisories`."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from setpoint.errors import LedgerError
from setpoint.model.advisory import (
    Advisory,
    Affected,
    EventKind,
    RangeEvent,
    RangeKind,
    Rating,
    VersionRange,
)
from setpoint.model.component import Component, PackageName, Problem, ProblemKind, Sbom
from setpoint.model.policy import Severity

Fields = Mapping[str, Any]


def pack_numbers(numbers: Iterable[int]) -> bytes:
    """Distinct numbers in order, each as its distance from the one before, seven bits to a byte (LEB128)."""
    packed, before = bytearray(), 0
    for number in sorted(numbers):
        distance, before = number - before, number
        while distance > 0x7F:
            packed.append(distance & 0x7F | 0x80)
            distance >>= 7
        packed.append(distance)
    return bytes(packed)


def unpack_numbers(packed: bytes) -> list[int]:
    numbers, number, distance, shift = [], 0, 0, 0
    for byte in packed:
        distance |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            number += distance
            numbers.append(number)
            distance = shift = 0
    if shift:
        raise _damaged("a list of components")
    return numbers


def pack(document: Any) -> bytes:
    return zlib.compress(orjson.dumps(document))


def unpack(packed: bytes, what: str) -> Any:
    try:
        return orjson.loads(zlib.decompress(packed))
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise _damaged(what) from error


def pack_details(sbom: Sbom) -> bytes:
    """All but the components, which dependencies name by their places: no purl is written again."""
    places = {each.purl: place for place, each in reversed(list(enumerate(sbom.components))) if each.purl}
    return pack(
        {
            "format": sbom.format,
            "made_by": sbom.made_by,
            "subject": sbom.subject,
            "dependencies": [
                [places.get(purl, purl), [places.get(each, each) for each in needed]]
                for purl, needed in sbom.dependencies
            ],
            "problems": [[each.kind, each.where, each.what] for each in sbom.problems],
        }
    )


def unpack_sbom(components: Sequence[Component], packed: bytes) -> Sbom:
    """`components` in order."""
    details = unpack(packed, "a bill of materials")

    def purl(place: int | str) -> str:
        return components[place].purl if isinstance(place, int) else place

    return Sbom(
        tuple(components),
        tuple((purl(each), tuple(purl(one) for one in needed)) for each, needed in details["dependencies"]),
        subject=details["subject"],
        made_by=details["made_by"],
        format=details["format"],
        problems=tuple(Problem(ProblemKind(kind), where, what) for kind, where, what in details["problems"]),
    )


def pack_advisory(advisory: Advisory) -> bytes:
    return pack(encode_advisory(advisory))


def encode_advisory(advisory: Advisory) -> Fields:
    return {
        "id": advisory.id,
        "aliases": advisory.aliases,
        "modified": advisory.modified.isoformat(),
        "published": _encode_time(advisory.published),
        "withdrawn": _encode_time(advisory.withdrawn),
        "summary": advisory.summary,
        "affected": [
            {
                "package": [each.package.type, each.package.name],
                "ecosystem": each.ecosystem,
                "ranges": [[one.kind, [[event.kind, event.version] for event in one.events]] for one in each.ranges],
                "versions": each.versions,
                "symbols": each.symbols,
            }
            for each in advisory.affected
        ],
        "ratings": [[each.system, each.vector, each.score, each.severity] for each in advisory.ratings],
        "references": advisory.references,
        "source": advisory.source,
    }


def unpack_advisory(packed: bytes) -> Advisory:
    document = unpack(packed, "an advisory")
    return Advisory(
        id=document["id"],
        aliases=tuple(document["aliases"]),
        modified=datetime.fromisoformat(document["modified"]),
        published=_decode_time(document["published"]),
        withdrawn=_decode_time(document["withdrawn"]),
        summary=document["summary"],
        affected=tuple(_decode_affected(each) for each in document["affected"]),
        ratings=tuple(
            Rating(system, vector, score, Severity(severity)) for system, vector, score, severity in document["ratings"]
        ),
        references=tuple(document["references"]),
        source=document["source"],
    )


def _decode_affected(document: Fields) -> Affected:
    return Affected(
        PackageName(*document["package"]),
        document["ecosystem"],
        tuple(
            VersionRange(RangeKind(kind), tuple(RangeEvent(EventKind(event), version) for event, version in events))
            for kind, events in document["ranges"]
        ),
        tuple(document["versions"]),
        tuple(document["symbols"]),
    )


def _encode_time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _decode_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _damaged(what: str) -> LedgerError:
    return LedgerError(f"{what} in the ledger is damaged", remedy="restore the ledger from a backup")
