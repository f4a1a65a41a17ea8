"""Links, forms and calls of scripts as operations. Called by `crawl` and `browser`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, BodyForm, Caller, KnownFrom, Operation, Part, PartPlace
from setpoint.scan.dast.action_words import graver
from setpoint.scan.dast.path_templates import parameters
from setpoint.scan.dast.surface.pages import TOKEN_FORMAT, Field, Form
from setpoint.scan.dast.surface.scripts import Call
from setpoint.scan.dast.surface.templates import Names, names_in, template_of

MAX_QUERY: Final = 30
"""Names in the query of one address."""

_PUT_IN: Final = re.compile(r"\$\{[^{}]*\}")
"""Where a script puts a value in."""

_KINDS: Final = ((bool, "boolean"), (int, "integer"), (float, "number"))


@dataclass(frozen=True, slots=True)
class Sighting:
    """A request that a page offers."""

    method: str
    path: str
    """Below the base, with its identifiers; a template where a script has one."""
    query: str = ""
    form: Form | None = None
    page: str = ""
    """Below the base; where the form stands."""
    fields: Mapping[str, Json] = field(default_factory=dict, hash=False)
    """Of a JSON body, with the values that a script itself has."""
    body: BodyForm = BodyForm.NONE
    parts: tuple[Part, ...] = ()
    """Of a body that was seen whole, which is written as `body` says."""
    known_from: KnownFrom = KnownFrom.CRAWL
    seen_by: Caller = ANONYMOUS
    label: str = ""
    """What links to it say that it does."""


@dataclass(slots=True)
class Sightings:
    """All of a crawl, in their order."""

    found: list[Sighting] = field(default_factory=list)

    def operations(self, values: Names = frozenset()) -> tuple[Operation, ...]:
        """One for each method and template, with the parts that any of its sightings names.

        `values` are words that are known to stand for objects.
        """
        names = values | names_in(
            (each.path, each.seen_by) for each in self.found if each.method == "GET" and not each.form
        )
        by_key: dict[tuple[str, str], Operation] = {}
        for each in self.found:
            operation = operation_of(each, names)
            known = by_key.get((operation.method, operation.path))
            by_key[operation.method, operation.path] = operation if known is None else _joined(known, operation)
        return tuple(by_key.values())


def operation_of(sighting: Sighting, names: Names = frozenset()) -> Operation:
    """The operation that this is a request of."""
    path, values = template_of(sighting.path, names)
    parts = [Part(PartPlace.PATH, name, _schema_of(value), value, is_required=True) for name, value in values.items()]
    named = {part.name for part in parts}
    parts += [
        Part(PartPlace.PATH, name, {"type": "string"}, is_required=True)
        for name, _ in parameters(path)
        if name not in named
    ]
    query = parse_qsl(sighting.query, keep_blank_values=True)[:MAX_QUERY]
    parts += [_query_part(name, value) for name, value in dict(query).items()]
    body = BodyForm.NONE
    if sighting.form is not None:
        body = _body_of(sighting.form)
        parts += [_part(body, each) for each in sighting.form.fields if each.name not in dict(query) or body]
    elif sighting.parts:
        body = sighting.body
        parts += sighting.parts
    elif sighting.fields:
        body = BodyForm.JSON
        parts += [_member(name, value) for name, value in sighting.fields.items()]
    page, known = template_of(sighting.page, names) if sighting.page else ("", {})
    return Operation(
        sighting.method,
        path,
        tuple(parts),
        body,
        summary=sighting.form.label if sighting.form else sighting.label,
        known_from=frozenset({sighting.known_from}),
        page=page if known.keys() <= values.keys() else sighting.page,
    )


def _body_of(form: Form) -> BodyForm:
    if form.method != "POST":
        return BodyForm.NONE
    known = {each.value: each for each in (BodyForm.MULTIPART, BodyForm.TEXT)}
    return known.get(form.encoding, BodyForm.FORM)


def _query_part(name: str, value: str) -> Part:
    """What a script puts in is always there, and its value is not known."""
    if _PUT_IN.search(value):
        return Part(PartPlace.QUERY, name, {"type": "string"}, is_required=True)
    return Part(PartPlace.QUERY, name, _schema_of(value), value)


def _member(name: str, value: Json) -> Part:
    kind = next((kind for of, kind in _KINDS if isinstance(value, of)), "string")
    return Part(PartPlace.BODY, f"/{name}", {"type": kind}, value, is_required=True)


def _part(body: BodyForm, each: Field) -> Part:
    """As a browser sends it: with every field that is not for choosing between buttons."""
    is_choice = "const" in each.schema
    is_token = each.schema.get("format") == TOKEN_FORMAT
    return Part(
        PartPlace.BODY if body else PartPlace.QUERY,
        each.name,
        each.schema,
        None if is_token or (each.is_free and not each.value) else each.value,
        is_required=each.is_required or not is_choice,
    )


def _joined(known: Operation, other: Operation) -> Operation:
    is_foreign = known.body and other.body and known.body is not other.body
    theirs = {(part.place, part.name): part for part in other.parts}
    ours = {(part.place, part.name): part for part in known.parts}
    more = [part for at, part in theirs.items() if at not in ours]
    told = (theirs.get(at, part) if part.example is None else part for at, part in ours.items())
    return replace(
        known,
        parts=(*told, *(part for part in more if not (is_foreign and part.place is PartPlace.BODY))),
        body=known.body or other.body,
        page=known.page or other.page,
        summary=graver(known.summary, other.summary),
        known_from=known.known_from | other.known_from,
    )


def _schema_of(value: str) -> dict[str, str]:
    return {"type": "integer"} if value.isdecimal() and len(value) < 19 else {"type": "string"}


def below(base: str, address: str) -> tuple[str, str] | None:
    """Path and query of an address below the base; None where it is elsewhere."""
    at, home = urlsplit(address), urlsplit(base)
    if (at.scheme, at.netloc.lower()) != (home.scheme, home.netloc.lower()):
        return None
    if at.path != home.path and not at.path.startswith(f"{home.path}/"):
        return None
    return at.path.removeprefix(home.path) or "/", at.query


def sightings_of_forms(forms: Iterable[Form], base: str, page: str) -> list[Sighting]:
    found = []
    for form in forms:
        at = below(base, form.address)
        if at is not None:
            has_token = any(each.schema.get("format") == TOKEN_FORMAT for each in form.fields)
            on = page if has_token or form.method == "POST" else ""
            found.append(Sighting(form.method, at[0], at[1] if form.method == "POST" else "", form, on))
    return found


def sighting_of_call(call: Call, base: str) -> Sighting | None:
    root = urlsplit(base).path
    if root and not call.path.startswith(f"{root}/"):
        return None
    return Sighting(call.method, call.path.removeprefix(root), call.query, fields=call.fields)
