"""What a target tells a caller of its objects: who it is, what it lists, what it made. Called by `seeding`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import unquote, urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Operation, Surface
from setpoint.scan.dast.answers import is_success, json_of, page_of
from setpoint.scan.dast.consumed import consumed_by
from setpoint.scan.dast.creations import is_about_caller, is_creation
from setpoint.scan.dast.identifiers import PEOPLE
from setpoint.scan.dast.interface import Accounts
from setpoint.scan.dast.learning_asks import Asks
from setpoint.scan.dast.learning_creations import Maker
from setpoint.scan.dast.learning_forms import makes_by_form
from setpoint.scan.dast.learnt_values import claims, is_called, named_as, payload_of
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of, words_of
from setpoint.scan.dast.objects import Known, Objects
from setpoint.scan.dast.own_values import codes_of, gives_code, told_of_caller
from setpoint.scan.dast.path_templates import collection_of, located, parameters
from setpoint.scan.dast.readers import Readers
from setpoint.scan.dast.shown_objects import shown_object, shown_objects
from setpoint.scan.dast.surface.pages import links_of


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
        self._consumed = consumed_by(surface)
        self._readers = Readers(surface)
        self._maker = Maker(surface, objects, asks, may_send, self._readers, self._learn_list)

    def learn(self, caller: Caller) -> list[tuple[Operation, Known]]:
        """What was made for the caller, by which operation."""
        self._learn_self(caller)
        if caller != ANONYMOUS:
            self._learn_codes(caller)
        made: list[tuple[Operation, Known]] = []
        for depth in range(4):
            for operation in self._lists(depth):
                self._learn_list(operation, caller)
            for operation in self._creations(depth):
                made += [(operation, known) for known in self._maker.make(operation, caller)]
        return made

    def _learn_self(self, caller: Caller) -> None:
        if caller == ANONYMOUS:
            return
        for members in (named_as(self._accounts.user(caller)), claims(self._accounts.token(caller))):
            if members:
                self._objects.add(Known(caller.name, "/users", members, is_own=True))
        told = [json_of(each) for each in self._accounts.greetings(caller)]
        self._tell(caller, *told, payload_of(self._accounts.token(caller)))
        for operation in self._surface.operations:
            if operation.method != "GET" or not is_about_caller(operation):
                continue
            exchange = self._asks.baseline(operation, caller)
            answer = exchange.answer if exchange and is_success(exchange) else None
            if answer is None:
                continue
            self._tell(caller, json_of(answer))
            if shown := shown_object(json_of(answer)):
                home = _home_of(segments_of(operation.path))
                self._objects.add(Known(caller.name, home, shown, is_own=True))

    def _tell(self, caller: Caller, *documents: Json) -> None:
        for document in documents:
            self._objects.own_values.add(caller.name, told_of_caller(document))

    def _learn_codes(self, caller: Caller) -> None:
        """`GET /referral-code` gives the code that another operation takes by the same words."""
        for operation in self._surface.operations:
            name = gives_code(operation)
            exchange = self._asks.baseline(operation, caller) if name else None
            if exchange and exchange.answer and is_success(exchange):
                self._objects.own_values.add(caller.name, codes_of(json_of(exchange.answer), name))

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
        return self._consumed.takes_listed(operation.path) or not segments_of(operation.path)

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
        user = self._accounts.user(caller) if noun_of(collection) in PEOPLE else ""
        found = [
            Known(caller.name, collection, each, above, is_own=is_called(each, user))
            for each in shown_objects(json_of(answer))
        ]
        linked = (self._readers.at(address, caller) for address in links_of(page_of(answer), exchange.sent.url))
        found += [each for each in linked if each]
        for each in found:
            self._objects.add(each)
        return found


def _below(exchange: Exchange, surface: Surface, operation: Operation) -> dict[str, Json]:
    """What the operation's own parameters were in this request."""
    path = urlsplit(exchange.sent.url).path.removeprefix(urlsplit(surface.base).path)
    return {name: unquote(str(value)) for name, value in (located(path, operation) or {}).items()}


def _home_of(steps: tuple[str, ...]) -> str:
    """`/users` of `/users/me`; `/me` is of users, too, as far as names go."""
    people = [place for place, each in enumerate(steps[:-1]) if words_of(each) and noun_of(f"/{each}") in PEOPLE]
    return "/" + "/".join(steps[: people[-1] + 1]) if people else "/users"
