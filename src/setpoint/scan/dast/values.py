"""Values that a schema accepts, and that name the scan where people could see them. Called by `seeding`.

What the document offers comes first (`Part.example`); what is made here is plausible for the part's format and name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from setpoint.model.canonical import Json
from setpoint.model.dast import Part, PartPlace
from setpoint.scan.dast.identifiers import noun_of_part
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.patterns import text_matching
from setpoint.scan.dast.surface.schemas import entries, example_of, items, simplified, type_of

CANARY: Final = "setpoint"
"""Begins every text that the scan makes up, so that people who come upon it know where it is from."""

MAIL_HOST: Final = "example.com"
"""Nobody's (RFC 2606): what is mailed there reaches no one."""

_AHEAD: Final = timedelta(days=30)
"""Dates are in the future: bookings and deadlines accept no others; birthdays are long ago."""

MAX_LENGTH: Final = 1_000
MAX_ITEMS: Final = 20
MAX_LEVELS: Final = 5
"""Of an object that is made as one value."""


def value_of(part: Part, marker: str) -> Json:
    """The document's own value for the part, else one that its schema accepts, with `marker` in its texts."""
    if part.example is not None and not (isinstance(part.example, (dict, list)) and not part.example):
        return part.example
    name = part.name.rpartition("/")[2] if part.place is PartPlace.BODY else part.name
    if name.isdecimal() or not name:
        name = part.name.strip("/0123456789").rpartition("/")[2]
    return made(part.schema, name, marker)


def is_free_text(part: Part) -> bool:
    """Whether people may write there what they like."""
    schema = part.schema
    if schema.get("type") != "string" or any(key in schema for key in ("enum", "const", "format", "pattern")):
        return False
    return not noun_of_part(part.name) and words_of(part.name)[-1:] not in ((), ("id",))


def is_choice(part: Part) -> bool:
    """Whether it is one of a few words, and names no object: the `{version}` of `/api/v{version}/orders`."""
    return any(key in part.schema for key in ("enum", "const"))


def is_file(part: Part) -> bool:
    """Whether it is one that is uploaded, as its schema says."""
    return part.schema.get("format") == "binary" or "contentMediaType" in part.schema


def without_example(part: Part) -> Part:
    offers = ("example", "examples", "default")
    return replace(part, example=None, schema={key: value for key, value in part.schema.items() if key not in offers})


def made(schema: Json, name: str, marker: str, level: int = 0) -> Json:
    """A value that the schema accepts."""
    simple = simplified(schema)
    offered = example_of(simple)
    if offered is not None:
        return offered
    kind = type_of(simple)
    if kind in ("integer", "number"):
        return _number(simple, whole=kind == "integer")
    if kind in ("boolean", "null"):
        return True if kind == "boolean" else None
    if kind in ("array", "object"):
        return _composed(simple, kind, name, marker, level + 1) if level < MAX_LEVELS else []
    return _text(simple, name, marker)


def _composed(schema: Mapping[str, Json], kind: str, name: str, marker: str, level: int) -> Json:
    """A list of as many as there must be, or an object with the members that it must have."""
    if kind == "object":
        wanted = entries(schema, "required")
        return {key: made(each, key, marker, level) for key, each in items(schema, "properties") if key in wanted}
    count = min(max(1, _bound(schema, "minItems", 1)), MAX_ITEMS)
    return [made(schema.get("items"), name, f"{marker}{place or ''}", level) for place in range(count)]


def _number(schema: Mapping[str, Json], *, whole: bool) -> int | float:
    """One, or the nearest that is allowed."""
    low, high = _limit(schema, "minimum", -math.inf), _limit(schema, "maximum", math.inf)
    step = _limit(schema, "multipleOf", 1.0 if whole else 0.0)
    least = step or (0.01 if high - low > 1 else 0.0)
    low = max(low, *_exclusive(schema, "exclusiveMinimum", low, least))
    high = min(high, *_exclusive(schema, "exclusiveMaximum", high, -least))
    value = min(max(1.0, low), high)
    if step > 0:
        value = math.ceil(value / step - 1e-9) * step
        if value > high:
            value = math.floor(high / step) * step
    return int(value) if whole else value


def _exclusive(schema: Mapping[str, Json], key: str, limit: float, step: float) -> tuple[float]:
    """The bound that excludes itself: a number since JSON Schema 2019-09, in OpenAPI 3.0 a flag beside the bound."""
    told = schema.get(key)
    if told is True:
        return (limit + step,)
    if isinstance(told, (int, float)) and not isinstance(told, bool):
        return (told + step,)
    return (limit,)


def _text(schema: Mapping[str, Json], name: str, marker: str) -> str:
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and (found := text_matching(pattern)) is not None:
        return found
    maker = _FORMATS.get(str(schema.get("format"))) or _by_name(name)
    text = maker(marker) if maker else f"{CANARY}-{marker}"
    least, most = _bound(schema, "minLength", 0), _bound(schema, "maxLength", MAX_LENGTH)
    if len(text) > most and not maker:
        text = marker  # what tells two callers' objects apart is kept the longest
    return text.ljust(min(least, MAX_LENGTH), "x")[:most] if most else text[:0]


def _by_name(name: str) -> Callable[[str], str] | None:
    words = words_of(name)
    return next((_NAMES[each] for each in reversed(words) if each in _NAMES), None)


def password(marker: str) -> str:
    """One that the usual rules for passwords accept: long, of all kinds of characters."""
    return f"Setpoint-7!{marker}"


def _day(_marker: str) -> str:
    return (datetime.now(UTC) + _AHEAD).date().isoformat()


def _moment(_marker: str) -> str:
    return (datetime.now(UTC) + _AHEAD).strftime("%Y-%m-%dT%H:%M:%SZ")


def _mail(marker: str) -> str:
    return f"{CANARY}-{marker}@{MAIL_HOST}".lower()


def _address(marker: str) -> str:
    return f"https://{MAIL_HOST}/{CANARY}-{marker}"


_FORMATS: Final[Mapping[str, Callable[[str], str]]] = {
    "uuid": lambda marker: str(uuid5(NAMESPACE_URL, marker)),
    "date": _day,
    "date-time": _moment,
    "time": lambda _: "12:00:00Z",
    "duration": lambda _: "P1D",
    "email": _mail,
    "idn-email": _mail,
    "uri": _address,
    "url": _address,
    "iri": _address,
    "uri-reference": lambda marker: f"/{CANARY}-{marker}",
    "hostname": lambda _: MAIL_HOST,
    "ipv4": lambda _: "192.0.2.1",
    "ip": lambda _: "192.0.2.1",
    "ipvanyaddress": lambda _: "192.0.2.1",
    "ipv6": lambda _: "2001:db8::1",
    "byte": lambda _: "c2V0cG9pbnQ=",
    "base64": lambda _: "c2V0cG9pbnQ=",
    "password": password,
    "decimal": lambda _: "1",
    "json-pointer": lambda _: "/a",
    "regex": lambda _: "a",
}
"""Of JSON Schema (2020-12 validation, 7.3), OpenAPI's registry and what frameworks write; addresses are for
documentation (RFC 5737, RFC 3849)."""

_NAMES: Final[Mapping[str, Callable[[str], str]]] = {
    "email": _mail,
    "mail": _mail,
    "url": _address,
    "uri": _address,
    "link": _address,
    "website": _address,
    "homepage": _address,
    "callback": _address,
    "webhook": _address,
    "password": password,
    "passwd": password,
    "pwd": password,
    "phone": lambda _: "+12025550123",
    "mobile": lambda _: "+12025550123",
    "date": _day,
    "birthday": lambda _: "1990-01-15",
    "dob": lambda _: "1990-01-15",
    "country": lambda _: "DE",
    "currency": lambda _: "EUR",
    "language": lambda _: "en",
    "locale": lambda _: "en",
    "zip": lambda _: "12345",
    "postcode": lambda _: "12345",
    "uuid": lambda marker: str(uuid5(NAMESPACE_URL, marker)),
    "id": lambda _: "1",
    "page": lambda _: "1",
    "limit": lambda _: "10",
    "offset": lambda _: "0",
    "quantity": lambda _: "1",
    "amount": lambda _: "1",
    "price": lambda _: "1",
}
"""By the last word of a part's name that is among these, where its schema says text only."""


def _bound(schema: Mapping[str, Json], key: str, otherwise: int) -> int:
    value = schema.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise


def _limit(schema: Mapping[str, Json], key: str, otherwise: float) -> float:
    value = schema.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise
