"""Which names stand for an object or a person: `orderId`, `{id}` below `/orders`, `owner`, `username`."""

from __future__ import annotations

import re
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.action_words import CHANGES, DESTROYS, READS
from setpoint.scan.dast.naming import field_of, is_parameter, noun_of, segments_of, singular, words_of

_DEEDS: Final = CHANGES | READS | DESTROYS | {"batch", "bulk", "multiple", "many", "selected", "print", "download"}

Reference = tuple[str, str]
"""What kind of object, and which of its fields names it: (`order`, `id`)."""

ID_FIELDS: Final = frozenset(
    {
        "id",
        "uuid",
        "guid",
        "oid",
        "pk",
        "key",
        "number",
        "no",
        "num",
        "nr",
        "ref",
        "reference",
        "slug",
        "code",
        "handle",
    }
)
"""Fields that name the object that they stand in."""

PEOPLE: Final = frozenset(
    {
        *("account", "author", "buyer", "client", "creator", "customer", "employee", "member", "owner", "patient"),
        *("person", "profile", "recipient", "seller", "student", "subscriber", "tenant", "user", "userid"),
    }
)
"""Nouns that mean somebody, whatever field names them."""

BETWEEN_PEOPLE: Final = frozenset(
    {
        *("comment", "follow", "follower", "friend", "invitation", "invite", "like", "message", "rating", "reaction"),
        *("reply", "report", "request", "review", "vote"),
    }
)
"""What people make for one another: to make one on another's object is what it is there for."""

LOGIN_FIELDS: Final = frozenset({"username", "login", "email", "mail"})

_SURE_FIELDS: Final = frozenset({"id", "uuid", "guid"})
"""Those that name an object in a body, too, where a `code`, a `number` or an `email` is usually what is written."""

_SEVERAL: Final = {"ids": "id", "uuids": "uuid", "guids": "guid"}
"""Names of parts that take a list of them."""

_THINGS: Final = frozenset(
    {
        *("order", "invoice", "receipt", "document", "ticket", "booking", "reservation", "report", "project", "task"),
        *("note", "contract", "statement", "claim", "case", "application", "subscription", "shipment", "appointment"),
    }
)
"""Nouns that, alone, name one of them where a part of a query or a body holds an identifier: `?order=7`."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

_NO_OBJECTS: Final = frozenset(
    {
        "authorization",
        "cookie",
        "correlation",
        "csrf",
        "csrftoken",
        "idempotency",
        "request",
        "session",
        "token",
        "trace",
    }
)
"""Words of parameters that name a call or a session, not an object."""


def reference_of(name: str, noun: str) -> Reference | None:
    """What a field or a parameter of this name refers to, where it stands in, or below, an object called `noun`."""
    words = words_of(name)
    if not words or not _NO_OBJECTS.isdisjoint(words):
        return None
    *before, last = words
    last = _SEVERAL.get(last, last)
    if last in ID_FIELDS:
        return (singular(before[-1]) if before and before[-1] != "x" else noun, last)
    if last in LOGIN_FIELDS or (before and "".join(words) in LOGIN_FIELDS):
        return ("user", last)
    if "".join(words) in {"username", "userid"}:
        return ("user", "username" if last == "name" else "id")
    return (singular(last), "id") if singular(last) in PEOPLE else None


def part_reference(operation: Operation, part: Part) -> Reference | None:
    """What this part of the operation names; of a path, every part that is no choice names something."""
    noun = thing_of(_before(operation.path, part) if part.place is PartPlace.PATH else operation.path)
    found = reference_of(_own_name(part), noun)
    if found is not None and part.place is PartPlace.BODY and found[1] not in _SURE_FIELDS:
        return None
    if found is None and part.place in {PartPlace.QUERY, PartPlace.BODY} and _is_identifier(part):
        words = words_of(_own_name(part))
        return (singular(words[-1]), "id") if len(words) == 1 and singular(words[-1]) in _THINGS else None
    if found is None and part.place is PartPlace.PATH and not part.schema.get("enum"):
        words = words_of(part.name)
        is_noun = bool(words) and singular(words[-1]) == noun
        return (noun, "id" if is_noun else "".join(words))
    return found


def _is_identifier(part: Part) -> bool:
    """Whether it holds a number or a UUID, by its schema, or by what it was found with."""
    if part.schema.get("type") == "integer" or part.schema.get("format") == "uuid":
        return True
    return str(part.example).isdecimal() or _UUID.fullmatch(str(part.example)) is not None


def single(value: Json) -> Json:
    """What a list of one thing names."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def naming_parts(operation: Operation) -> tuple[Part, ...]:
    """Its parts that name an object or a person."""
    return tuple(part for part in operation.parts if part_reference(operation, part) is not None)


def _own_name(part: Part) -> str:
    """Of a body that is nothing but a list of identifiers: `id`."""
    if part.place is not PartPlace.BODY:
        return part.name
    is_list_alone = part.name.strip("/").isdecimal() and _is_identifier(part)
    return "id" if is_list_alone else field_of(part.name)


def thing_of(path: str) -> str:
    """What the objects at a path are, without what is done to them: `note` for `/notes/edit`."""
    fixed = [each for each in segments_of(path) if not is_parameter(each)]
    while len(fixed) > 1 and not _DEEDS.isdisjoint(words_of(fixed[-1])):
        fixed.pop()
    return noun_of("/".join(fixed))


def _before(path: str, part: Part) -> str:
    return path.partition(f"{{{part.name}}}")[0]
