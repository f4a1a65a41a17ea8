"""Objects of the scan's own: made, and found again under the name that the target gave them. Called by `learning`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Caller, Operation, Surface
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.consumed import consumed_by
from setpoint.scan.dast.identifiers import identifier, identifiers, is_sure
from setpoint.scan.dast.learning_asks import Asks
from setpoint.scan.dast.learning_forms import FormWatch
from setpoint.scan.dast.learnt_values import pointed
from setpoint.scan.dast.naming import noun_of
from setpoint.scan.dast.objects import Known, Objects, named_in
from setpoint.scan.dast.optional_parts import REFUSED
from setpoint.scan.dast.path_templates import collection_of, parameters, path_parts, shape
from setpoint.scan.dast.readers import Readers
from setpoint.scan.dast.requests import request_of
from setpoint.scan.dast.shown_objects import shown_object
from setpoint.scan.dast.surface.pages import joined

ATTEMPTS: Final = 3
"""At making one object: with own texts, with the document's examples, with everything that it offers."""

MOST_CANDIDATES: Final = 3
"""Members of one object that are tried as its name."""


RARE: Final = 5
"""Letters or digits of a value from which on two objects hardly share it."""


class Maker:
    """Makes objects for one caller after the other; they go into `objects`."""

    def __init__(
        self,
        surface: Surface,
        objects: Objects,
        asks: Asks,
        may_send: Callable[[Operation], str],
        readers: Readers,
        learn_list: Callable[[Operation, Caller], list[Known]],
    ) -> None:
        self._surface = surface
        self._objects = objects
        self._asks = asks
        self._may_send = may_send
        self._readers = readers
        self._learn_list = learn_list
        self._consumed = consumed_by(surface)

    def make(self, operation: Operation, caller: Caller) -> list[Known]:
        above = self._objects.in_path(operation.path, caller.name, {}, own=True)
        if above is None:
            return []
        if operation.page:
            return self._make_by_form(operation, caller, above)
        before = len(self._objects)
        for attempt in range(ATTEMPTS):
            exchange = self._asks.create(operation, caller, above, attempt=attempt)
            if exchange.answer is None:
                return []
            if exchange.answer.status < 400:
                return self._made(operation, caller, above, exchange.answer, before)
            if exchange.answer.status not in REFUSED:
                return []
        return []

    def _make_by_form(self, operation: Operation, caller: Caller, above: Mapping[str, Json]) -> list[Known]:
        watch = FormWatch(self._surface, operation, caller, self._asks.get)
        answer = self._asks.create(operation, caller, above, attempt=0).answer
        known = watch.made(answer) if answer is not None and answer.status < 400 else None
        for listing in self._readers.listings(operation):
            self._asks.forget(listing, caller)
        if known is None:
            return []
        self._objects.add(known)
        return [known]

    def _made(
        self, operation: Operation, caller: Caller, above: Mapping[str, Json], answer: Answer, before: int
    ) -> list[Known]:
        """The object that the answer tells of: in its body, by its address, or new in its list."""
        collection, noun = collection_of(operation.path), noun_of(collection_of(operation.path))
        members = shown_object(json_of(answer))
        self._follow_links(operation, caller, answer)
        known: Known | None = None
        if is_sure(members, self._called(collection), noun):
            known = Known(caller.name, collection, members, dict(above), is_own=True)
        elif at := self._readers.at(_location(answer, self._surface.base + operation.path), caller):
            known = replace(at, members={**members, **at.members}, is_own=True)
        if known is None:
            if found := self._new_in_lists(operation, caller, before, members):
                return found
            if identifier(members, "id", noun) is None:
                return []
            known = self._read_again(Known(caller.name, collection, members, dict(above), is_own=True), caller)
        for listing in self._readers.listings(operation):
            self._asks.forget(listing, caller)
        self._objects.add(known)
        return [known]

    def _called(self, collection: str) -> list[str]:
        """What operations call the parameter that names an object of the collection."""
        return self._consumed.names.get(shape(collection), [])

    def _new_in_lists(
        self, operation: Operation, caller: Caller, before: int, members: Mapping[str, Json]
    ) -> list[Known]:
        """What the list shows that it did not show before: only where that is one thing is it ours.

        Of several it is the one that holds what the answer told of; both together say what it is.
        """
        for listing in self._readers.listings(operation):
            self._asks.forget(listing, caller)
            new = [each for each in self._learn_list(listing, caller) if not self._objects.knew(each, before)]
            if len(new) > 1:
                new = [each for each in new if _shares(each.members, members)]
            if len(new) == 1:
                also = {
                    key: each for key, each in members.items() if key not in new[0].members and not _is_of_answer(key)
                }
                own = replace(new[0], members={**new[0].members, **also}, is_own=True)
                self._objects.add(own)
                return [own]
        return []

    def _read_again(self, known: Known, caller: Caller) -> Known:
        """With that of its members as its name by which its owner can read it: nothing else tells which it is."""
        for operation in self._surface.operations:
            named = list(parameters(operation.path))
            if operation.method != "GET" or self._may_send(operation) or not named:
                continue
            name, collection = named[-1]
            if shape(collection) != shape(known.collection) or len(named) > len(known.above) + 1:
                continue
            for value in islice(identifiers(known.members, name, known.noun), MOST_CANDIDATES):
                members = {**known.members, name: value}
                values = path_parts(operation, named_in(operation, replace(known, members=members)))
                sent = request_of(self._surface.base, operation, values)
                if is_success(self._asks.get(sent.url, caller)):
                    return replace(known, members=members)
        return known

    def _follow_links(self, operation: Operation, caller: Caller, answer: Answer) -> None:
        """What the document says of where values of this answer go."""
        for link in operation.links:
            value = pointed(link.expression, answer)
            for target in self._surface.operations if value is not None else ():
                if link.operation not in (target.name, target.key):
                    continue
                for name, collection in parameters(target.path):
                    if name == link.part:
                        self._objects.add(Known(caller.name, collection, {name: value}, is_own=True))


def _is_of_answer(name: str) -> bool:
    """Whether a member says how it went, and nothing of what was made."""
    return name.lower() in {"status", "success", "ok", "message", "msg", "detail", "error", "code", "result"}


def _shares(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    """Whether both hold a value that hardly anything else holds."""
    return not _rare(one).isdisjoint(_rare(other))


def _rare(members: Mapping[str, Json]) -> frozenset[str]:
    values = (str(each) for each in members.values() if isinstance(each, (str, int)) and not isinstance(each, bool))
    return frozenset(each for each in values if len(each) >= RARE)


def _location(answer: Answer, url: str) -> str:
    told = answer.header("location") or answer.header("content-location")
    return joined(url, told) if told else ""
