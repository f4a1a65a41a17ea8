"""How Cloud Control lists the entities of a type: at once, or below each entity of another type. Used by its reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import orjson

from setpoint.aws import NOT_OFFERED, client_errors, error_code, error_message, reason
from setpoint.errors import CouldNotTellError
from setpoint.model.handlers import SEPARATOR, Handlers, Verb
from setpoint.model.resource import Resource
from setpoint.observe.aws.reader import Listed, NotOfferedError, Place

SERVICE: Final = "cloudcontrol"

LISTS: Final = "cloudformation:ListResources"
"""Cloud Control's actions go by CloudFormation's prefix (Service Authorization Reference, "Actions, resources, and
condition keys for AWS Cloud Control API")."""

GONE: Final = frozenset({"ResourceNotFoundException"})

UNSUPPORTED: Final[Mapping[str, str]] = {
    NOT_OFFERED: "the endpoint does not offer Cloud Control",
    "TypeNotFoundException": "Cloud Control does not know the type here",
    "UnsupportedActionException": "Cloud Control cannot do this with the type",
}
"""Error codes by which a type cannot be read, now or later (AWS Cloud Control API Reference, ListResources)."""

_REFUSED: Final = re.compile(r"not authorized to perform:? ([A-Za-z0-9-]+):([A-Za-z0-9]+)")
"""How services name the action that they refuse, some in a spelling of their own; handlers hand on what they say."""

Find = Callable[[str], Handlers | None]
"""Type → its handlers."""

Model = Mapping[str, str]
"""What a listing is given to know whose entities it is to list."""


class Listing:
    def __init__(self, handlers: Handlers, find: Find, declared: Callable[[Place], Iterable[Resource]]) -> None:
        self._handlers = handlers
        self._find = find
        self._declared = declared

    @property
    def tells_all(self) -> bool:
        """Whether it lists every entity there is, and not only those near to what is declared."""
        return Verb.LIST in self._handlers.permissions and self._needs_nothing_declared(self._handlers)

    def actions(self) -> Iterator[str]:
        """What it takes to be allowed, the listing of parents too."""
        handlers: Handlers | None = self._handlers
        while handlers is not None:
            yield from handlers.asks(Verb.LIST)
            handlers = self._parent(handlers)

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
            try:
                yield from _listed(place, handlers.type, model)
            except client_errors() as error:
                # The other parents' entities can be told all the same.
                yield [Listed("", unread=why(error, LISTS))]

    def _models(self, place: Place, handlers: Handlers) -> Iterator[Model]:
        parent = self._parent(handlers)
        if handlers.given:
            yield from (each.model for each in handlers.given if each.region in ("", place.region))
        elif handlers.parent is not None and parent is not None and self._needs_nothing_declared(parent):
            for identifier in self._identifiers(place, parent):
                parts = identifier.split(SEPARATOR) if len(parent.identifier) > 1 else [identifier]
                yield {name: parts[at] for name, at in handlers.parent.parts.items()}
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


def why(error: BaseException, action: str) -> str:
    """Why a call gave no answer: what was refused may be an action of the handler's, which the message names."""
    refused = _REFUSED.search(error_message(error))
    if refused:
        return f"{refused[1].lower()}:{refused[2]} denied"
    return UNSUPPORTED.get(error_code(error)) or reason(error, action)
