"""A part that values of a caller's choice may be put into, and how to put them there. Used through `probing`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Caller, Exchange, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.action_words import READS, verbs_of
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import is_parameter, words_of
from setpoint.scan.dast.requests import written
from setpoint.scan.dast.yardstick import Reading, Yardstick

BREAKING: Final = "'\"`)({{<%"
"""Ends or opens what most languages write texts, groups and templates with."""

_WRITES: Final = "place.writes"
_WRITTEN: Final = "place.written"
_LOGINS: Final = frozenset({"session", "sessions", "logon", "sign", "authentication", "credentials"})
"""Further names of what a name and a password are sent to."""

MOST_PARTS: Final = 24
"""Of one operation: requests grow with operations, not with the width of one body."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part that may be probed, and how its operation answers when it is left alone."""

    operation: Operation
    part: Part
    caller: Caller
    value: str
    """What the part holds when it is left alone."""
    held: Mapping[Part, Json]
    """Values of other parts, the same in every request."""
    left_alone: Exchange
    yardstick: Yardstick | None
    """None where the operation never answers the same twice: nothing can be told from a change of its answer."""

    is_guessed: bool = False
    """Whether the operation is asked without this part where nothing else is wanted."""

    @property
    def usual(self) -> Reading | None:
        """How it reads when it is left alone."""
        return self.reading(self.left_alone, self.value)

    @property
    def only_reads(self) -> bool:
        return only_reads(self.operation)

    @property
    def is_typed(self) -> bool:
        """Whether the document has it hold anything else than any text."""
        schema = self.part.schema
        return schema.get("type") in {"integer", "number"} or not schema.keys().isdisjoint(
            {"enum", "format", "pattern"}
        )

    @property
    def told(self) -> str:
        """As a fault names it: `body:/owner`."""
        return f"{self.part.place}:{self.part.name}"

    def reading(self, exchange: Exchange, payload: Json) -> Reading | None:
        """None where no whole answer came, or nothing can be told from it."""
        if self.yardstick is None or exchange.answer is None:
            return None
        several = payload if isinstance(payload, list) else [payload]
        sent = [text for each in several for text in (written(each), str(each))]
        return self.yardstick.reading(exchange.answer, [*sent, self.value])


def only_reads(operation: Operation) -> bool:
    """Whether it changes nothing, as far as its method, agents, its last step and the verb of its name tell.

    Other words of its name say nothing of that: `api_views.users.register` views none.
    """
    if operation.writes is not None:
        return not operation.writes
    if operation.method in {"GET", "HEAD", "OPTIONS"}:
        return True
    last = operation.path.rstrip("/").rpartition("/")[2]
    said = {*(() if is_parameter(last) else words_of(last)), *verbs_of(operation.name.rpartition(".")[2])[:1]}
    return operation.method == "POST" and not (READS | _LOGINS).isdisjoint(said)


def parts_to_probe(operation: Operation) -> Sequence[Part]:
    """Those that a text can be put in."""
    free = [each for each in operation.parts if not _is_closed(each)]
    return free[:MOST_PARTS]


def ask(bench: Workbench, place: Place, payload: Json) -> Exchange:
    """The operation with this in the part, and everything else as it is when left alone."""
    return _sent(bench, place, request(bench, place, payload), [payload])


def ask_with(bench: Workbench, place: Place, values: Mapping[Part, Json]) -> Exchange:
    """The same with these values, for one part or several; None for one that is to be left out."""
    built = bench.build(place.operation, {**place.held, **values})
    return _sent(bench, place, authorised(bench, built, place.caller), values.values())


def ask_again(bench: Workbench, place: Place) -> Exchange:
    """The operation, left alone."""
    return ask(bench, place, place.value) if place.is_guessed else ask_with(bench, place, {})


def request(bench: Workbench, place: Place, payload: Json) -> Sent:
    """What `ask` sends."""
    return authorised(bench, bench.build(place.operation, {**place.held, place.part: payload}), place.caller)


def writes(bench: Workbench) -> int:
    """How often something was asked for that may change what other operations answer."""
    return int(bench.kept.get(_WRITES, 0))


def is_kept_elsewhere(bench: Workbench, place: Place, payload: Json) -> bool:
    """Whether another operation, which may keep what it is given, was sent this very value.

    Then the value may be the name of something by now, and what finds it has run nothing.
    """
    return bool(_written_to(bench).get(written(payload), set()) - {place.operation.key})


def _sent(bench: Workbench, place: Place, sent: Sent, payloads: Iterable[Json]) -> Exchange:
    if not place.only_reads:
        bench.kept[_WRITES] = writes(bench) + 1
        for payload in payloads:
            _written_to(bench).setdefault(written(payload), set()).add(place.operation.key)
    return bench.sender.send(sent)


def _written_to(bench: Workbench) -> dict[str, set[str]]:
    """Value → keys of the operations that it was sent to and that may have kept it."""
    known: dict[str, set[str]] = bench.kept.setdefault(_WRITTEN, {})
    return known


def authorised(bench: Workbench, sent: Sent, caller: Caller) -> Sent:
    """With the credentials of the caller; as it is where that is nobody."""
    return sent if caller == ANONYMOUS else bench.accounts.authorised(sent, caller)


def _is_closed(part: Part) -> bool:
    """Whether it is only true or false, or says how the body is written."""
    return part.schema.get("type") == "boolean" or (
        part.place is PartPlace.HEADER and part.name.lower() in {"authorization", "content-type", "accept", "cookie"}
    )
