"""What to write so that it is known again, and where the owner reads whether it was written.

A status says nothing of a write: `204` may have done nothing, an error page may have done it all. What counts is
that the owner is shown a value afterwards that it was not shown before. Called by the checks that write.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.answers import is_success, json_of, leaves
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.records import linkable, pattern_of
from setpoint.scan.dast.checks.access.references import part_reference, single
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.creations import is_about_caller
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import is_parameter, segments_of, words_of

MOST_WATCHES: Final = 3
"""Places where one write is looked for."""

_TEXTS: Final = (
    *("note", "notes", "comment", "description", "remark", "memo", "bio", "about", "text", "content", "message"),
    *("subject", "title", "caption", "label", "nickname", "display", "summary", "body", "name"),
)
"""Last words of fields that hold what people write, which nothing depends on: the most harmless first."""

_DELICATE: Final = frozenset(
    {
        *("password", "passwd", "pwd", "secret", "token", "csrf", "email", "mail", "role", "roles", "username"),
        *("login", "user", "url", "uri", "href", "phone", "file", "filename", "type", "format", "locale", "language"),
        *("currency", "country", "timezone", "date", "time"),
    }
)
"""Words of fields that the account, or its way in, depends on, or whose values have a form."""

_STATES: Final = frozenset({"status", "state", "phase", "stage"})


@dataclass(frozen=True, slots=True)
class Watch:
    """A place where something is read."""

    operation: Operation
    values: Values

    @property
    def is_of_object(self) -> bool:
        """Whether it shows one thing that is named, and not a list that differs for each reader."""
        return bool(self.values)

    def read(self, bench: Workbench, caller: Caller) -> Exchange:
        return ask(bench, self.operation, self.values, caller)


@dataclass(frozen=True, slots=True)
class Writing:
    """A value that is written, and by which it is known again."""

    part: Part | None
    """None where the call itself changes something."""
    value: Json = None
    also: tuple[Part, ...] = ()
    """Other fields that take the same text: a list may show the title alone."""

    def values(self, beside: Values) -> Values:
        return {**beside, **{part: self.value for part in (self.part, *self.also) if part is not None}}

    def is_shown(self, before: Exchange, after: Exchange) -> bool:
        """Whether the value was not there before, and is there after."""
        if before.answer is None or after.answer is None or not is_success(after):
            return False
        if isinstance(self.value, str) and not (self.part and self.part.schema.get("enum")):
            text = self.value.encode()
            return text in after.answer.body and text not in before.answer.body
        if self.part is None:
            return _moved(before, after)
        name = field_name(self.part)
        return self.value in values_named(after, name) and self.value not in values_named(before, name)


def field_name(part: Part) -> str:
    """Of a body: the last step of its pointer."""
    return part.name.rpartition("/")[2]


def types_of(part: Part) -> frozenset[str]:
    """JSON types that its schema lets it have; none where it does not say."""
    told = part.schema.get("type") or ()
    return frozenset([told] if isinstance(told, str) else told)


def own_pages(bench: Workbench) -> list[Watch]:
    """Where a caller reads itself."""
    own = (each for each in bench.surface.operations if each.method == "GET" and is_about_caller(each))
    return [Watch(each, {}) for each in own if not bench.may_send(each)][:2]


def values_named(exchange: Exchange, name: str) -> list[Json]:
    """Values of this name in the document of an answer, whatever it stands in."""
    document = json_of(exchange.answer) if exchange.answer is not None else None
    wanted = words_of(name)
    return [value for pointer, value in leaves(document) if words_of(pointer.rpartition("/")[2]) == wanted]


def writing_for(operation: Operation, values: Values, before: Sequence[Exchange]) -> Writing | None:
    """The most harmless way to leave a trace by this operation; None where there is none."""
    free = [part for part in operation.parts if part.place is PartPlace.BODY and part not in values]
    ranked = [(rank, part) for part in free if (rank := _text_rank(part, operation)) is not None]
    if ranked:
        ranked.sort(key=lambda each: each[0])
        first, *others = [part for rank, part in ranked if rank < len(_TEXTS) or rank == ranked[0][0]]
        return Writing(first, new_text(min((first, *others), key=_longest)), tuple(others))
    for part in free:
        for exchange in before:
            for value in values_named(exchange, field_name(part)):
                other = another_value(part, value)
                is_harmless = _DELICATE.isdisjoint(words_of(field_name(part)))
                if other is not None and is_harmless and part_reference(operation, part) is None:
                    return Writing(part, other)
    has_body = any(part.place is PartPlace.BODY for part in operation.parts)
    return None if has_body and operation.body is not BodyForm.NONE else Writing(None)


def new_text(part: Part) -> str:
    """A text that stands nowhere else."""
    return f"setpoint{secrets.token_hex(5)}"[-_longest(part) :]


def _longest(part: Part) -> int:
    """Letters that the field takes, as far as that matters."""
    told = part.schema.get("maxLength")
    return told if isinstance(told, int) and told > 0 else 100


def watches(bench: Workbench, operation: Operation, values: Values, owner: Holdings) -> tuple[Watch, ...]:
    """Where the owner may read what the operation wrote, the likeliest first.

    What shows the very object, by the operation's path or by an identifier; its form's page; lists above it.
    """
    above = sorted(_above(bench, operation), key=lambda each: -len(segments_of(each.path)))
    carried = [Watch(each, there) for each in above if (there := _carried(operation, values, each)) is not None]
    places = [watch for watch in carried if watch.is_of_object]
    places += [*_named_alike(bench, values, owner), *_pages(bench, operation)]
    places += [watch for watch in carried if not watch.is_of_object]
    found: dict[str, Watch] = {}
    for watch in places:
        found.setdefault(watch.operation.key, watch)
    return tuple(found.values())[:MOST_WATCHES]


def _pages(bench: Workbench, operation: Operation) -> Iterator[Watch]:
    """The page that its form stands on."""
    page = operation.page.partition("?")[0]
    for other in bench.surface.operations if page else ():
        stands_on = pattern_of(other).fullmatch(page) if other.method == "GET" else None
        if stands_on is not None and not bench.may_send(other):
            named = (part for part in linkable(other) if part.place is PartPlace.PATH)
            yield Watch(other, dict(zip(named, map(unquote, stands_on.groups()), strict=True)))


def _named_alike(bench: Workbench, values: Values, owner: Holdings) -> Iterator[Watch]:
    """Reads of something of the owner's that has the same identifier."""
    given = {str(single(value)) for value in values.values()}
    for other in bench.surface.operations if given else ():
        if other.method == "GET" and not bench.may_send(other):
            for candidate in owner.candidates(other):
                if given & {str(value) for value in candidate.values()}:
                    yield Watch(other, candidate)
                    break


def _above(bench: Workbench, operation: Operation) -> Iterator[Operation]:
    """Reads at the operation's path, and at those that it is below."""
    shape = _shape(operation.path)
    for other in bench.surface.operations:
        if other.method == "GET" and not bench.may_send(other):
            its = _shape(other.path)
            if its and shape[: len(its)] == its:
                yield other


def _carried(operation: Operation, values: Values, other: Operation) -> Values | None:
    """The values for the other's path, place by place; None where one is missing."""
    by_name = {part.name: value for part, value in values.items() if part.place is PartPlace.PATH}
    parts = {part.name: part for part in other.parts if part.place is PartPlace.PATH}
    carried: dict[Part, Json] = {}
    for ours, theirs in zip(segments_of(operation.path), segments_of(other.path), strict=False):
        name, own_name = theirs.strip("{}"), ours.strip("{}")
        if is_parameter(theirs):
            if own_name not in by_name or name not in parts:
                return None
            carried[parts[name]] = by_name[own_name]
    return carried


def _shape(path: str) -> tuple[str, ...]:
    return tuple("{}" if is_parameter(each) else each for each in segments_of(path))


def _text_rank(part: Part, operation: Operation) -> int | None:
    """How harmless the field is, the least first; None where it takes no free text."""
    words = words_of(field_name(part))
    is_text = types_of(part) <= {"string", "null"}
    has_form = any(part.schema.get(each) for each in ("enum", "format", "pattern", "readOnly", "const"))
    shortest = part.schema.get("maxLength")
    if not words or not is_text or has_form or (isinstance(shortest, int) and shortest < 8):
        return None
    if not _DELICATE.isdisjoint(words) or part_reference(operation, part) is not None:
        return None
    return _TEXTS.index(words[-1]) if words[-1] in _TEXTS else len(_TEXTS)


def another_value(part: Part, value: Json) -> Json:
    """Another value that the field takes; None where none is known."""
    choices = part.schema.get("enum")
    if isinstance(choices, list):
        return next((each for each in choices if each != value), None)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float) and types_of(part) & {"integer", "number"}:
        least, most = part.schema.get("minimum"), part.schema.get("maximum")
        near = (value + 1, value - 1, most)
        return next(
            (each for each in near if each is not None and each != value and _is_within(each, least, most)), None
        )
    return None


def _is_within(value: Any, least: Json, most: Json) -> bool:
    """Between what the document lets a number be; it says nothing of less than nothing where it should."""
    floor = least if isinstance(least, int | float) else 0
    return bool(value >= floor) and not (isinstance(most, int | float) and value > most)


def _moved(before: Exchange, after: Exchange) -> bool:
    """Whether the object is in another state: what counts up or tells the time changes by itself."""
    if before.answer is None or after.answer is None:
        return False
    was = dict(leaves(json_of(before.answer)))
    for pointer, value in leaves(json_of(after.answer)):
        words = words_of(pointer.rpartition("/")[2])
        is_state = isinstance(value, bool) or not _STATES.isdisjoint(words)
        if is_state and value is not None and pointer in was and was[pointer] not in {None, value}:
            return True
    return False
