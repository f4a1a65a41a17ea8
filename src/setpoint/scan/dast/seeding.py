"""Values for the parts of operations, and objects of the scan's own. The engine makes one `Seeds` for a scan.

How the engine uses it::

    seeds = Seeds(surface, sender, accounts, may_send, told)
    safety.own_by(seeds.owns)
    seeds.learn()                      # asks lists, makes canary objects
    Workbench(seeds.surface, …, sender=seeds.sender, build=seeds.build, owned=seeds.owned, baseline=seeds.baseline)
    seeds.clean_up()                   # at the end; deletes what it made where `may_send` lets it
    seeds.left_behind()                # lines for people: what was made and still is there

For `plan`, a `Seeds` that has not learnt builds requests as well, and sends nothing until `learn` or `baseline`.
Workbenches must send through `seeds.sender`: it puts a fresh token into the requests of forms.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Caller, Exchange, Operation, Part, PartPlace, Sent, Surface
from setpoint.scan.dast.action_words import PASSWORDS
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.creations import deletes_object, is_about_caller, is_creation
from setpoint.scan.dast.forms import FormSender, is_filled_in
from setpoint.scan.dast.interface import Accounts, Sender
from setpoint.scan.dast.learning import Learner
from setpoint.scan.dast.learning_forms import makes_by_form
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.objects import (
    Known,
    Objects,
    named_in,
    parameters,
    path_parts,
    shape,
    shown_object,
    title_of,
)
from setpoint.scan.dast.requests import request_of
from setpoint.scan.dast.surface.crawl import crawl
from setpoint.scan.dast.surface.merge import merged
from setpoint.scan.dast.values import CANARY, is_free_text, value_of, without_example

READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
"""Methods that change nothing (RFC 9110, section 9.2.1)."""

_NOBODYS: Final = {"integer": 2_000_000_011, "number": 2_000_000_011}
"""An identifier that no object has, below the largest of 32 bits: where only own ones may be written to."""


class Seeds:
    """What requests of this scan are made of."""

    def __init__(
        self,
        surface: Surface,
        sender: Sender,
        accounts: Accounts,
        may_send: Callable[[Operation], str],
        told: Callable[[str], None],
        *,
        mark: str = "",
    ) -> None:
        """`mark` makes the texts of this scan its own; drawn at random where it is left out."""
        self.sender = FormSender(surface.base, sender)
        self.surface = surface
        """May have grown once `learn` is done: what was made shows addresses that no page led to before."""
        self._accounts = accounts
        self._may_send = may_send
        self._told = told
        self._mark = mark or secrets.token_hex(3)
        self._objects = Objects()
        self._baselines: dict[tuple[Operation, Caller], Exchange | None] = {}
        self._made: list[tuple[Operation, Known]] = []
        self._created: Counter[str] = Counter()
        self._notes: list[str] = []

    @property
    def callers(self) -> tuple[Caller, ...]:
        """Accounts by rank; nobody where there are none."""
        return tuple(self._accounts.callers) or (ANONYMOUS,)

    def learn(self) -> None:
        """Ask who the callers are and what they list, once each, and make an object of each kind for each of them.

        Raises `EndedEarlyError`.
        """
        learner = Learner(self.surface, self._objects, self, self._accounts, self._may_send)
        for caller in self.callers:
            made = learner.learn(caller)
            self._made += made
            if made:
                self._told(f"made {len(made)} objects as {caller.name or 'nobody'}")
        shapes = {shape(of) for each in self.surface.operations for _, of in parameters(each.path)}
        if any(operation.page and shape(known.collection) not in shapes for operation, known in self._made):
            again = crawl(self.surface.base, self.sender, self._accounts, self._may_send, self._told)
            self.surface = merged(self.surface, again)

    def build(self, operation: Operation, values: Mapping[Part, Json]) -> Sent:
        """A request with these values, and seeded ones for all other parts that it needs.

        Identifiers that are not given name objects that the scan made, of the lowest caller that has one. For reading,
        listed ones and the document's examples do, too; for writing, none of an object that may be anybody else's.
        """
        given = {part.name: value for part, value in values.items() if part.place is PartPlace.PATH}
        caller, named = self._path_values(operation, given)
        seeded = self._seeded(operation, caller, named)
        return request_of(self.surface.base, operation, {**seeded, **values})

    def owned(self, operation: Operation, caller: Caller) -> Mapping[Part, Json] | None:
        """Values that name an object of this caller, made for the scan, or its own account.

        None where the operation names no object, or none could be made. Of an operation that makes one below
        another (`POST /orders/{id}/notes`), values that name the upper one; none are needed for `PATCH /me`.
        """
        if not list(parameters(operation.path)):
            return {} if is_about_caller(operation) and caller != ANONYMOUS else None
        named = self._objects.in_path(operation.path, caller.name, {}, own=True)
        return None if named is None else path_parts(operation, named)

    def owns(self, operation: Operation) -> bool:
        """Whether some caller has an object that the operation names, made for the scan."""
        return any(self.owned(operation, caller) is not None for caller in self.callers)

    def listed(self, operation: Operation, caller: Caller) -> Mapping[Part, Json] | None:
        """As `owned`, of any object that the target showed this caller: others may have it, too."""
        named = self._objects.in_path(operation.path, caller.name, {})
        return None if named is None else path_parts(operation, named)

    def baseline(self, operation: Operation, caller: Caller) -> Exchange | None:
        """How the operation answers this caller to seeded values: asked for once, and kept.

        Where the caller owns an object that the operation names, it is that one. None where `may_send` has an
        objection, where it would write to what is not the caller's own, and for operations that delete.
        """
        at = (operation, caller)
        if at not in self._baselines:
            self._baselines[at] = self._asked(operation, caller)
        return self._baselines[at]

    def forget(self, operation: Operation, caller: Caller) -> None:
        """The next baseline of this operation asks again: what it shows has changed."""
        self._baselines.pop((operation, caller), None)

    def get(self, url: str, caller: Caller) -> Exchange:
        """A page, as it is now."""
        return self.sender.send(self._as(Sent("GET", url), caller))

    def create(self, operation: Operation, caller: Caller, above: Mapping[str, Json], *, attempt: int) -> Exchange:
        """Make an object; its texts name the scan at the first attempt, follow the document's examples after it."""
        marker = self._marker(caller, operation)
        values: dict[Part, Json] = path_parts(operation, above)
        for part in operation.parts:
            if part in values or (attempt < 2 and not part.is_required and part.example is None):
                continue
            if is_filled_in(operation, part):
                values[part] = self.sender.placeholder(operation, part)
            elif part.place is PartPlace.BODY and attempt != 1 and is_free_text(part) and not _is_kept(operation, part):
                values[part] = value_of(without_example(part), marker)
            elif part.place in (PartPlace.BODY, PartPlace.QUERY):
                values[part] = self._value(part, caller.name, marker)
        exchange = self.sender.send(self._as(self.build(operation, values), caller))
        if exchange.answer is not None and exchange.answer.status < 400:
            self._created[operation.key] += 1
            self._baselines[operation, caller] = exchange
        return exchange

    def clean_up(self) -> None:
        """Delete what was made, last first, by operations that delete that very object, where `may_send` lets it."""
        for creation, known in reversed(list(self._made)):
            for operation in self.surface.operations:
                if not deletes_object(operation, known.collection) or self._may_send(operation):
                    continue
                named = self._objects.in_path(operation.path, known.caller, named_in(operation, known), own=True)
                if named is None:
                    continue
                sent = request_of(self.surface.base, operation, path_parts(operation, named))
                answer = self.sender.send(self._as(sent, self._caller(known.caller))).answer
                if answer is not None and (answer.status < 300 or answer.status in (404, 410)):
                    self._made.remove((creation, known))
                    break

    def left_behind(self) -> list[str]:
        """What was made and not deleted, a line each, without secrets."""
        lines = [
            f"{known.noun or 'object'} {title_of(known)} of {known.caller or 'nobody'}, made by {creation.key}"
            for creation, known in self._made
        ]
        return [*lines, *self._notes, *self._made_by_checks()]

    def _made_by_checks(self) -> Iterator[str]:
        """They try creations, too; what came of it has no other trace."""
        root = urlsplit(self.surface.base).path
        for operation in self.surface.operations:
            if makes_by_form(operation) if operation.page else is_creation(operation, self.surface):
                more = self.sender.posted[root + operation.path] - self._created[operation.key]
                if more > 0:
                    yield f"what checks may have made by {operation.key} ({more})"

    def _asked(self, operation: Operation, caller: Caller) -> Exchange | None:
        if self._may_send(operation) or operation.method == "DELETE":
            return None
        names_object = bool(list(parameters(operation.path)))
        own = self.owned(operation, caller)
        if operation.method not in READING and names_object and own is None:
            return None
        if operation.method not in READING and is_about_caller(operation) and _sets_password(operation):
            return None
        sent = self.build(operation, own or self.listed(operation, caller) or {})
        exchange = self.sender.send(self._as(sent, caller))
        is_made = exchange.answer is not None and exchange.answer.status == 201
        if operation.method == "POST" and is_made and not is_creation(operation, self.surface):
            self._notes.append(f"whatever {operation.key} made for {caller.name or 'nobody'}")
        return exchange

    def _path_values(self, operation: Operation, given: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
        """Whose object it is, and the values of the path that name it."""
        for caller in (*self.callers, ANONYMOUS):
            named = self._objects.in_path(operation.path, caller.name, given, own=True)
            if named is None and operation.method in READING:
                named = self._objects.in_path(operation.path, caller.name, given)
            if named is not None:
                return caller.name, named
        return self.callers[0].name, given

    def _seeded(self, operation: Operation, caller: str, named: Mapping[str, Json]) -> dict[Part, Json]:
        """For every part that the request needs, and those that the document has an example of."""
        marker = self._marker(self._caller(caller), operation)
        current = self._current(operation, caller, named)
        seeded: dict[Part, Json] = {}
        for part in operation.parts:
            if part.place is PartPlace.PATH:
                seeded[part] = named[part.name] if part.name in named else self._unnamed(operation, part, marker)
            elif is_filled_in(operation, part):
                seeded[part] = self.sender.placeholder(operation, part)
            elif part.place is PartPlace.BODY and part.name.lstrip("/") in current:
                seeded[part] = current[part.name.lstrip("/")]
            elif part.is_required or part.example is not None:
                seeded[part] = self._value(part, caller, marker)
        return seeded

    def _current(self, operation: Operation, caller: str, named: Mapping[str, Json]) -> Mapping[str, Json]:
        """What the own object holds that an update is about: written again, it changes nothing."""
        if is_about_caller(operation) and operation.method not in READING:
            return self._caller_now(operation, caller)
        if operation.method not in ("PUT", "PATCH"):
            return {}
        for each in self._objects.of(caller, own=True):
            if named_in(operation, each).items() <= named.items() and named_in(operation, each):
                return {key: value for key, value in each.members.items() if value is not None}
        return {}

    def _caller_now(self, operation: Operation, caller: str) -> Mapping[str, Json]:
        """What the caller's own account holds: its name and address must be the same after the scan."""
        for (asked, by), exchange in self._baselines.items():
            if (asked.method, asked.path, by.name) == ("GET", operation.path, caller) and exchange and exchange.answer:
                return {key: each for key, each in shown_object(json_of(exchange.answer)).items() if each is not None}
        return {}

    def _value(self, part: Part, caller: str, marker: str) -> Json:
        known = self._objects.named_by(part, caller)
        return known if known is not None else value_of(part, marker)

    def _unnamed(self, operation: Operation, part: Part, marker: str) -> Json:
        """For a path whose object is not known: an example to read; nobody's to write to."""
        if operation.method in READING:
            return value_of(part, marker)
        kind = part.schema.get("type")
        return _NOBODYS.get(kind, f"{CANARY}-{marker}-none") if isinstance(kind, str) else f"{CANARY}-{marker}-none"

    def _marker(self, caller: Caller, operation: Operation) -> str:
        """Different for each caller, so that what one made is told from what another did."""
        place = self.callers.index(caller) if caller in self.callers else 9
        return f"{self._mark}{place}{sum(operation.key.encode()) % 1000:03}"

    def _caller(self, name: str) -> Caller:
        return next((each for each in self.callers if each.name == name), ANONYMOUS)

    def _as(self, sent: Sent, caller: Caller) -> Sent:
        return sent if caller == ANONYMOUS else self._accounts.authorised(sent, caller)


def _sets_password(operation: Operation) -> bool:
    """An account whose password changed is lost to the scan."""
    return any(
        not PASSWORDS.isdisjoint(words_of(part.name)) or part.schema.get("format") == "password"
        for part in operation.parts
    )


def _is_kept(operation: Operation, part: Part) -> bool:
    """What a form came with already is not overwritten: it may be the caller's own profile."""
    return bool(operation.page) and part.example is not None
