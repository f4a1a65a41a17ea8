"""What a target tells a caller of its objects: who it is, what it lists, what it made. Called by `seeding`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Operation, Surface
from setpoint.scan.dast.answers import is_success, json_of, page_of
from setpoint.scan.dast.creations import is_about_caller, is_creation
from setpoint.scan.dast.interface import Accounts
from setpoint.scan.dast.learning_forms import FormWatch, makes_by_form
from setpoint.scan.dast.learnt_values import claims, pointed
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of, words_of
from setpoint.scan.dast.objects import (
    PEOPLE,
    Known,
    Objects,
    collection_of,
    identifier,
    located,
    noun_of_part,
    parameters,
    shape,
    shown_object,
    shown_objects,
)
from setpoint.scan.dast.surface.pages import joined, links_of

ATTEMPTS: Final = 3
"""At making one object: with own texts, with the document's examples, with everything that it offers."""

_REFUSED: Final = frozenset({400, 409, 415, 422})
"""The values were not to its liking (RFC 9110, 15.5): others may be."""


class Asks(Protocol):
    """How the target is asked: `seeding.Seeds`."""

    def baseline(self, operation: Operation, caller: Caller) -> Exchange | None:
        """Once, and kept."""

    def forget(self, operation: Operation, caller: Caller) -> None:
        """What it answered is no longer how it is: the next one asks again."""

    def create(self, operation: Operation, caller: Caller, above: Mapping[str, Json], *, attempt: int) -> Exchange: ...

    def get(self, url: str, caller: Caller) -> Exchange:
        """A page, as it is now."""


class Learner:
    """Learns for one caller after the other; what it finds goes into `objects`."""

    def __init__(
        self,
        surface: Surface,
        objects: Objects,
        asks: Asks,
        accounts: Accounts,
        may_send: Callable[[Operation], str],
    ) -> None:
        self._surface = surface
        self._objects = objects
        self._asks = asks
        self._accounts = accounts
        self._may_send = may_send

    def learn(self, caller: Caller) -> list[tuple[Operation, Known]]:
        """What was made for the caller, by which operation."""
        self._learn_self(caller)
        made: list[tuple[Operation, Known]] = []
        for depth in range(4):
            for operation in self._lists(depth):
                self._learn_list(operation, caller)
            for operation in self._creations(depth):
                made += [(operation, known) for known in self._make(operation, caller)]
        return made

    def _learn_self(self, caller: Caller) -> None:
        if caller == ANONYMOUS:
            return
        members = claims(self._accounts.token(caller))
        if members:
            self._objects.add(Known(caller.name, "/users", members, is_own=True))
        for operation in self._surface.operations:
            if operation.method != "GET" or not is_about_caller(operation):
                continue
            exchange = self._asks.baseline(operation, caller)
            answer = exchange.answer if exchange and is_success(exchange) else None
            if shown := shown_object(json_of(answer)) if answer else {}:
                self._objects.add(Known(caller.name, _home_of(segments_of(operation.path)), shown, is_own=True))

    def _lists(self, depth: int) -> Iterator[Operation]:
        """GETs of collections whose objects other operations name, below so many parameters."""
        found = [each for each in self._surface.operations if len(list(parameters(each.path))) == depth]
        yield from (each for each in found if each.method == "GET" and self._is_named(each))

    def _creations(self, depth: int) -> list[Operation]:
        """What may be sent of what makes objects, below so many parameters."""
        found = [each for each in self._surface.operations if len(list(parameters(each.path))) == depth]
        makes = [each for each in found if (makes_by_form(each) if each.page else is_creation(each, self._surface))]
        return [each for each in makes if not self._may_send(each)]

    def _is_named(self, operation: Operation) -> bool:
        """Whether anything names what this lists."""
        if is_parameter((segments_of(operation.path) or ("",))[-1]):
            return False
        collection = collection_of(operation.path)
        noun = noun_of(collection)
        for each in self._surface.operations:
            if any(shape(of) == shape(collection) or noun_of(of) == noun for _, of in parameters(each.path)):
                return True
            if any(noun_of_part(part.name) == noun for part in each.parts):
                return True
        return not segments_of(operation.path)

    def _learn_list(self, operation: Operation, caller: Caller) -> list[Known]:
        if list(parameters(operation.path)) and self._objects.in_path(operation.path, caller.name, {}) is None:
            return []
        exchange = self._asks.baseline(operation, caller)
        if exchange is None or exchange.answer is None or not is_success(exchange):
            return []
        return self._shown(operation, caller, exchange, exchange.answer)

    def _shown(self, operation: Operation, caller: Caller, exchange: Exchange, answer: Answer) -> list[Known]:
        """What a list shows; of a page, what it links to."""
        above = _below(exchange, self._surface, operation)
        collection = collection_of(operation.path)
        found = [Known(caller.name, collection, each, above) for each in shown_objects(json_of(answer))]
        linked = (self._at(address, caller) for address in links_of(page_of(answer), exchange.sent.url))
        found += [each for each in linked if each]
        for each in found:
            self._objects.add(each)
        return found

    def _make(self, operation: Operation, caller: Caller) -> list[Known]:
        above = self._objects.in_path(operation.path, caller.name, {}, own=True)
        if above is None:
            return []
        if operation.page:
            return self._make_by_form(operation, caller, above)
        before = self._objects.of(caller.name)
        for attempt in range(ATTEMPTS):
            exchange = self._asks.create(operation, caller, above, attempt=attempt)
            if exchange.answer is None:
                return []
            if exchange.answer.status < 400:
                return self._made(operation, caller, above, exchange.answer, before)
            if exchange.answer.status not in _REFUSED:
                return []
        return []

    def _make_by_form(self, operation: Operation, caller: Caller, above: Mapping[str, Json]) -> list[Known]:
        watch = FormWatch(self._surface, operation, caller, self._asks.get)
        answer = self._asks.create(operation, caller, above, attempt=0).answer
        known = watch.made(answer) if answer is not None and answer.status < 400 else None
        for listing in self._listings(operation):
            self._asks.forget(listing, caller)
        if known is None:
            return []
        self._objects.add(known)
        return [known]

    def _made(
        self, operation: Operation, caller: Caller, above: Mapping[str, Json], answer: Answer, before: list[Known]
    ) -> list[Known]:
        """The object that the answer tells of: in its body, by its address, or new in its list."""
        collection, noun = collection_of(operation.path), noun_of(collection_of(operation.path))
        members = shown_object(json_of(answer))
        self._follow_links(operation, caller, answer)
        known: Known | None = None
        if identifier(members, "id", noun) is not None:
            known = Known(caller.name, collection, members, dict(above), is_own=True)
        elif at := self._at(_location(answer, self._surface.base + operation.path), caller):
            known = replace(at, is_own=True)
        if known is None:
            return self._new_in_lists(operation, caller, before)
        for listing in self._listings(operation):
            self._asks.forget(listing, caller)
        self._objects.add(known)
        return [known]

    def _new_in_lists(self, operation: Operation, caller: Caller, before: list[Known]) -> list[Known]:
        """What the list shows that it did not show before: only where that is one thing is it ours."""
        for listing in self._listings(operation):
            self._asks.forget(listing, caller)
            new = [each for each in self._learn_list(listing, caller) if each not in before]
            if len(new) == 1:
                own = replace(new[0], is_own=True)
                self._objects.add(own)
                return [own]
        return []

    def _listings(self, operation: Operation) -> list[Operation]:
        """Lists that should show what this makes."""
        collection = collection_of(operation.path)
        return [
            each
            for each in self._surface.operations
            if each.method == "GET"
            and (shape(each.path) == shape(collection) or (each.page == "" and each.path == operation.page))
        ]

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

    def _at(self, address: str, caller: Caller) -> Known | None:
        """The object at an address: its path is that of an operation that reads one."""
        path = urlsplit(address).path
        root = urlsplit(self._surface.base).path
        if not path.startswith(f"{root}/"):
            return None
        for operation in self._surface.operations:
            named = list(parameters(operation.path))
            ends_so = named and is_parameter(segments_of(operation.path)[-1])
            values = located(path.removeprefix(root), operation) if ends_so and operation.method == "GET" else None
            if values is not None:
                name, collection = named[-1]
                above = {each: unquote(str(values[each])) for each, _ in named[:-1]}
                return Known(caller.name, collection, {name: unquote(str(values[name]))}, above)
        return None


def _location(answer: Answer, url: str) -> str:
    told = answer.header("location") or answer.header("content-location")
    return joined(url, told) if told else ""


def _below(exchange: Exchange, surface: Surface, operation: Operation) -> dict[str, Json]:
    """What the operation's own parameters were in this request."""
    path = urlsplit(exchange.sent.url).path.removeprefix(urlsplit(surface.base).path)
    return {name: unquote(str(value)) for name, value in (located(path, operation) or {}).items()}


def _home_of(steps: tuple[str, ...]) -> str:
    """`/users` of `/users/me`; `/me` is of users, too, as far as names go."""
    people = [place for place, each in enumerate(steps[:-1]) if words_of(each) and noun_of(f"/{each}") in PEOPLE]
    return "/" + "/".join(steps[: people[-1] + 1]) if people else "/users"
