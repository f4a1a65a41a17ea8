"""What an agent's report may hold beside its head: a table of members, as `schemas/agent-report.schema.json` says it.

A check takes a value and where it stands (`findings[0].cwe`), and raises `InputError`. Members that no table names are
kept and mean nothing: they are of a later agent's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from setpoint.errors import InputError
from setpoint.ingest.documents import LONGEST_TEXT, moment, text
from setpoint.ingest.refusals import too_large
from setpoint.model.canonical import Json

Check = Callable[[Json, str], None]

LARGEST_NUMBER: Final = 2**53 - 1
"""The largest whole number that every JSON library reads as it stands (RFC 8259, section 6)."""

# As much of each as `schemas/agent-report.schema.json` lets a report hold, by which agents go.
LONGEST_NAME: Final = 256
LARGEST_CWE: Final = 99_999
MOST_FINDINGS: Final = 1_000
MOST_ROUTES: Final = 1_000
MOST_FUNCTIONS: Final = 5_000
MOST_LOOKS: Final = 1_000
MOST_FRAMES: Final = 32
MOST_ORIGINS: Final = 16
MOST_PROBES: Final = 8
MOST_BOUNDS: Final = 64
MOST_COUNTS: Final = 32
MOST_COMPONENTS: Final = 5_000
MOST_MISHAPS: Final = 101
"""A hundred kinds, and one for all the rest."""


def name(value: Json, where: str) -> None:
    """Text that is not empty and holds no control character."""
    text({where: value}, where, longest=LONGEST_NAME)


def words(value: Json, where: str) -> None:
    """The same, longer, and it may be empty."""
    if value != "":
        text({where: value}, where, longest=LONGEST_TEXT)


def whole_number(value: Json, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_NUMBER:
        raise InputError(f"{where} is no whole number from 0 to {LARGEST_NUMBER:,}")


def amount(value: Json, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_NUMBER:
        raise InputError(f"{where} is no number from 0 to {LARGEST_NUMBER:,}")


def truth(value: Json, where: str) -> None:
    if not isinstance(value, bool):
        raise InputError(f"{where} is neither true nor false")


def time(value: Json, where: str) -> None:
    if value is None:
        raise InputError(f"{where} is not as RFC 3339 writes it", remedy="send such as 2026-11-23T12:00:00Z")
    moment({where: value}, where, _ANY_TIME)


def between(least: float, most: float, *, integer: bool) -> Check:
    def check(value: Json, where: str) -> None:
        kind = int if integer else int | float
        if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
            raise InputError(f"{where} is no {'whole ' if integer else ''}number from {least:,} to {most:,}")

    return check


def one_of(*listed: str) -> Check:
    def check(value: Json, where: str) -> None:
        if value not in listed:
            raise InputError(f"{where} is none of {', '.join(listed)}")

    return check


def like(pattern: str, described: str) -> Check:
    compiled = re.compile(pattern)

    def check(value: Json, where: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise InputError(f"{where} is no {described}")

    return check


def list_of(each: Check, most: int, *, least: int = 0) -> Check:
    def check(value: Json, where: str) -> None:
        if not isinstance(value, list):
            raise InputError(f"{where} is no list")
        if len(value) > most:
            raise too_large(f"there are {len(value):,} {where}; at most {most:,} are taken")
        if len(value) < least:
            raise InputError(f"{where} is empty")
        for number, item in enumerate(value):
            each(item, f"{where}[{number}]")

    return check


def object_of(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    def check(value: Json, where: str) -> None:
        if not isinstance(value, dict):
            raise InputError(f"{where} is no JSON object")
        for member, each in required.items():
            if member not in value:
                raise InputError(f"{where}.{member} is missing")
            each(value[member], f"{where}.{member}")
        for member, each in (optional or {}).items():
            if member in value:
                each(value[member], f"{where}.{member}")

    return check


def counts(value: Json, where: str) -> None:
    """Names and whole numbers."""
    if not isinstance(value, dict):
        raise InputError(f"{where} is no JSON object")
    if len(value) > MOST_COUNTS:
        raise too_large(f"there are {len(value):,} {where}; at most {MOST_COUNTS} are taken")
    for member, count in value.items():
        if not _COUNT.fullmatch(member):
            raise InputError(f"a name in {where} is not 1 to 32 small letters, digits and hyphens")
        whole_number(count, f"{where}.{member}")


def latency(value: Json, where: str) -> None:
    """A histogram: one count more than it has bounds."""
    _HISTOGRAM(value, where)
    match value:
        case {"bounds": list(bounds), "counts": list(numbers)} if len(numbers) != len(bounds) + 1:
            raise InputError(f"{where}.counts does not have one more than {where}.bounds")


_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)
_COUNT: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_HISTOGRAM: Final = object_of(
    {"bounds": list_of(amount, MOST_BOUNDS), "counts": list_of(whole_number, MOST_BOUNDS + 1), "sum": amount},
)
_FUNCTION: Final = object_of({"file": words, "line": whole_number, "function": name})
_ORIGIN: Final = object_of({"part": name}, {"name": words, "shape": words, "fingerprint": words})
_FINDING: Final = object_of(
    {
        "key": like(r"[0-9a-f]{32}", "key of 32 hexadecimal digits"),
        "type": name,
        "cwe": between(1, LARGEST_CWE, integer=True),
        "sink": name,
        "frames": list_of(_FUNCTION, MOST_FRAMES, least=1),
        "count": whole_number,
    },
    {
        "attack": truth,
        "confidence": between(0, 1, integer=False),
        "context": words,
        "origins": list_of(_ORIGIN, MOST_ORIGINS),
        "method": words,
        "route": words,
        "attacks": whole_number,
        "first": time,
        "last": time,
        "probes": list_of(name, MOST_PROBES),
    },
)
_ROUTE: Final = object_of(
    {"route": name, "method": name, "calls": whole_number},
    {"framework": words, "statuses": counts, "latency": latency, "effects": counts},
)
_LOOKS: Final = object_of(
    {
        "file": words,
        "line": whole_number,
        "function": name,
        "cwe": between(1, LARGEST_CWE, integer=True),
        "count": whole_number,
    }
)
_STATE: Final = "digest of 32 hexadecimal digits"
_FUNCTIONS: Final = list_of(_FUNCTION, MOST_FUNCTIONS)

MEMBERS: Final[Mapping[str, Check]] = {
    "release": words,
    "agent": object_of(
        {},
        {
            "version": name,
            "python": name,
            "implementation": name,
            "coverage": one_of("exact", "sampled", "off"),
            "started": time,
            "cpu_seconds": amount,
            "container": name,
        },
    ),
    "findings": list_of(_FINDING, MOST_FINDINGS),
    "routes": list_of(_ROUTE, MOST_ROUTES),
    "functions": object_of(
        {},
        {
            "mode": one_of("exact", "sampled"),
            "application": _FUNCTIONS,
            "libraries": _FUNCTIONS,
            "defined": _FUNCTIONS,
        },
    ),
    "looks": list_of(_LOOKS, MOST_LOOKS),
    "sbom": object_of(
        {"digest": like(r"[0-9a-f]{32}", _STATE)},
        {
            "base": like(r"([0-9a-f]{32})?", _STATE),
            "whole": truth,
            "document": object_of({}),
            "components": list_of(object_of({"type": name, "bom-ref": words, "name": words}), MOST_COMPONENTS),
        },
    ),
    "mishaps": list_of(object_of({"kind": name, "count": whole_number}), MOST_MISHAPS),
}


def check_members(report: Mapping[str, Json]) -> None:
    """What the report says of the service from inside. A member that is null counts as absent."""
    for member, check in MEMBERS.items():
        value = report.get(member)
        if value is not None:
            check(value, member)
