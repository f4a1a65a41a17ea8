"""How Cloud Control lists the entities of a type: at once, or below each entity of another type. Used by its reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from setpoint.aws import NOT_OFFERED, client_errors, error_code, error_message, reason
from setpoint.errors import CouldNotTellError
from setpoint.model.canonical import Json
from setpoint.model.handlers import ACCOUNT, SEPARATOR, Handlers, Parent, Verb
from setpoint.model.resource import Resource
from setpoint.observe.aws.reader import Listed, NotOfferedError, Place

SERVICE: Final = "cloudcontrol"

LISTS: Final = "cloudformation:ListResources"
"""Cloud Control's actions go by CloudFormation's prefix (Service Authorization Reference, "Actions, resources, and
condition keys for AWS Cloud Control API")."""

READS: Final = "cloudformation:GetResource"

GONE: Final = frozenset({"ResourceNotFoundException"})

UNSUPPORTED: Final[Mapping[str, str]] = {
    NOT_OFFERED: "the endpoint does not offer Cloud Control",
    "TypeNotFoundException": "Cloud Control does not know the type here",
    "UnsupportedActionException": "Cloud Control cannot do this with the type",
}
"""Error codes by which a type cannot be read, now or later (AWS Cloud Control API Reference, ListResources)."""

NO_LISTING: Final = "Cloud Control does not list the type, so only the declared are asked for"

_REFUSED: Final = re.compile(r"not authorized to perform:? ([A-Za-z0-9-]+):([A-Za-z0-9]+)")
"""How services name the action that they refuse, some in a spelling of their own; handlers hand on what they say."""

Find = Callable[[str], Handlers | None]
"""Type → its handlers."""

Model = Mapping[str, str]
"""What a listing is given to know whose entities it is to list."""

Doubt = str
"""Why one of the parents does not tell what the listing needs."""


class Listing:
    def __init__(self, handlers: Handlers, find: Find, declared: Callable[[Place], Iterable[Resource]]) -> None:
        self._handlers = handlers
        self._find = find
        self._declared = declared

    @property
    def tells_all(self) -> bool:
        """Whether it lists every entity there is, and not only those near to what is declared."""
        return Verb.LIST in self._handlers.permissions and self._needs_nothing_declared(self._handlers)

    @property
    def limit(self) -> str:
        """Why it does not tell all; empty where it does."""
        if Verb.LIST not in self._handlers.permissions:
            return NO_LISTING
        if self.tells_all:
            return ""
        needs = " and ".join(self._handlers.needs)
        return self._handlers.only_declared or f"nothing tells every {needs} to list below, so the declared ones do"

    def actions(self) -> Iterator[str]:
        """What it takes to be allowed, the listing of parents too."""
        handlers = self._handlers
        yield from handlers.asks(Verb.LIST)
        while handlers.parent is not None and (parent := self._parent(handlers)) is not None:
            yield from parent.asks(Verb.LIST)
            yield from parent.asks(Verb.READ) if handlers.parent.reads else ()
            handlers = parent

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        """Each entity once. Raises `NotOfferedError`, and `CouldNotTellError` where nothing at all is listed."""
        named: set[str] = set()
        for page in self._pages(place, self._handlers):
            yield [each for each in page if each.unread or each.identifier not in named]
            named.update(each.identifier for each in page)

    def _pages(self, place: Place, handlers: Handlers) -> Iterator[Sequence[Listed]]:
        if not handlers.needs:
            try:
                yield from _listed(place, handlers.type, {})
            except client_errors() as error:
                raise CouldNotTellError(why(error, LISTS)) from error
            return
        yield []  # what follows may be nothing at all, and then nothing is there
        for model in self._models(place, handlers):
            # Where one parent's entities cannot be told, those of the others can all the same.
            if isinstance(model, Doubt):
                yield [Listed("", unread=model)]
                continue
            try:
                yield from _listed(place, handlers.type, model)
            except client_errors() as error:
                yield [Listed("", unread=why(error, LISTS))]

    def _models(self, place: Place, handlers: Handlers) -> Iterator[Model | Doubt]:
        parent = self._parent(handlers)
        if handlers.given:
            given = (each.model for each in handlers.given if each.region in ("", place.region))
            yield from ({name: value.replace(ACCOUNT, place.account) for name, value in each.items()} for each in given)
        elif handlers.parent is not None and parent is not None and self._needs_nothing_declared(parent):
            for identifier in self._identifiers(place, parent):
                model = _below(place, handlers.parent, parent, identifier)
                if model is not None:
                    yield model
        else:
            yield from self._declared_models(place)

    def _identifiers(self, place: Place, handlers: Handlers) -> Iterator[str]:
        for page in self._pages(place, handlers):
            for each in page:
                if each.unread:
                    raise CouldNotTellError(each.unread)
                yield each.identifier

    def _declared_models(self, place: Place) -> Iterator[Model]:
        names = self._handlers.needs
        models: dict[tuple[object, ...], Model] = {}
        for resource in self._declared(place):
            known = {**resource.properties, **self._handlers.parts(resource.urn.identifier)}
            values = tuple(known.get(name) for name in names)
            if all(isinstance(value, str) and value for value in values):
                models.setdefault(values, dict(zip(names, map(str, values), strict=True)))
        yield from models.values()

    def _parent(self, handlers: Handlers) -> Handlers | None:
        return self._find(handlers.parent.type) if handlers.parent else None

    def _needs_nothing_declared(self, handlers: Handlers) -> bool:
        if not handlers.needs or handlers.given:
            return True
        parent = self._parent(handlers)
        return parent is not None and Verb.LIST in parent.permissions and self._needs_nothing_declared(parent)


def _listed(place: Place, type_name: str, model: Model) -> Iterator[Sequence[Listed]]:
    given = {"ResourceModel": orjson.dumps(model).decode()} if model else {}
    try:
        for page in place.client(SERVICE).get_paginator("list_resources").paginate(TypeName=type_name, **given):
            yield [Listed(each["Identifier"]) for each in page["ResourceDescriptions"]]
    except client_errors() as error:
        code = error_code(error)
        if code in UNSUPPORTED:
            raise NotOfferedError(UNSUPPORTED[code]) from error
        # Whose entities were to be listed is there no more, and so neither are they.
        if code not in GONE or not model:
            raise


def _below(place: Place, how: Parent, parent: Handlers, identifier: str) -> Model | Doubt | None:
    """What names one parent to the listing; None where it is there no more."""
    parts = identifier.split(SEPARATOR) if len(parent.identifier) > 1 else [identifier]
    model: dict[str, Any] = {name: parts[at] for name, at in how.parts.items()}
    if how.reads:
        try:
            properties = read(place, parent.type, identifier)
        except client_errors() as error:
            return None if error_code(error) in GONE else why(error, READS)
        for name, theirs in how.reads.items():
            model[name] = (properties or {}).get(theirs)
            if not isinstance(model[name], str):
                return f"{parent.type} {identifier} does not tell its {theirs}"
    return model


def read(place: Place, type_name: str, identifier: str) -> dict[str, Json] | None:
    """The properties of one entity; None where the answer is no JSON object. Raises botocore's errors."""
    answer = place.client(SERVICE).get_resource(TypeName=type_name, Identifier=identifier)
    try:
        value = orjson.loads(answer["ResourceDescription"].get("Properties") or "")
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def why(error: BaseException, action: str) -> str:
    """Why a call gave no answer: what was refused may be an action of the handler's, which the message names."""
    refused = _REFUSED.search(error_message(error))
    if refused:
        return f"{refused[1].lower()}:{refused[2]} denied"
    return UNSUPPORTED.get(error_code(error)) or reason(error, action)
