"""By which of its members an object is named, and which kind of object a part names by how it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.scan.dast.naming import field_of, singular, words_of

IDENTIFIERS: Final = ("id", "uuid", "guid", "key", "slug", "ref", "reference", "number", "code", "uid", "pk", "handle")
"""Words that names of identifying members end in; of several members, the first of these counts."""

_SURE: Final = ("id", "uuid", "guid")
"""Words by which nothing else is called."""

_SEVERAL: Final = tuple(f"{each}s" for each in _SURE)
"""Words by which nothing is called but a list of such."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
"""RFC 9562, 4; without the lines, too."""

PEOPLE: Final = frozenset({
    "user", "member", "customer", "person", "people", "profile", "account", "me", "self", "owner", "author", "employee",
    "patient", "student", "client", "whoami", "userinfo",
})  # fmt: skip
"""What targets call whoever calls them."""


def noun_of_part(name: str) -> str:
    """`order` for `order_id`, `/items/0/orderId`, `/order_ids/0` and `{order}`.

    Empty for `id` alone, and for what is no identifier.
    """
    words = words_of(field_of(name))
    if len(words) > 1 and words[-1] in (*IDENTIFIERS, *_SEVERAL):
        return singular(words[-2])
    return ""


def identifier(members: Mapping[str, Json], name: str, noun: str) -> Json:
    """What names the object where this part stands; None where nothing among its members does."""
    return next(identifiers(members, name, noun), None)


def identifiers(members: Mapping[str, Json], name: str, noun: str) -> Iterator[Json]:
    """The same, and what else may, the likeliest first."""
    wanted = words_of(name)
    by_words = {words_of(key): value for key, value in members.items() if isinstance(value, (str, int)) and value != ""}
    by_words = {key: value for key, value in by_words.items() if not isinstance(value, bool)}
    keys = [wanted]
    for ending in ((wanted[-1],) if wanted and wanted[-1] in IDENTIFIERS else ()) + IDENTIFIERS:
        keys += [(ending,), (noun, ending)]
    keys += [key for key in by_words if key and key[-1] in _SURE]
    keys += [("name",), *(key for key in by_words if key and key[-1] in IDENTIFIERS)]
    yield from dict.fromkeys(by_words[key] for key in keys if key in by_words)


def is_sure(members: Mapping[str, Json], names: Iterable[str], noun: str) -> bool:
    """Whether a member surely names the object: an `id`, or what is called as the parts are that take it."""
    wanted = {*map(words_of, names)} | {each for ending in _SURE for each in ((ending,), (noun, ending))}
    return any(isinstance(value, (str, int)) and words_of(key) in wanted for key, value in members.items())


def fits(value: Json, schema: Mapping[str, Json]) -> bool:
    """Whether a part with this schema may hold the value."""
    if schema.get("type") in {"integer", "number"}:
        return not isinstance(value, str) or (value.isdecimal() and value == str(int(value)))
    return schema.get("format") != "uuid" or (isinstance(value, str) and _UUID.fullmatch(value) is not None)
