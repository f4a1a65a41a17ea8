"""Fields that an own page shows by a label, and that no own form offers: whether a form keeps them all the same.

Called by `assignment`. A page tells no names of fields: labels are tried as programs spell them. What is shown
beside the label afterwards decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.locked import (
    BARRING,
    MOST_FIELDS,
    PLAIN_WORDS,
    STANDING,
    STEP,
    WORTH,
    Locked,
    Wish,
    written_like,
)
from setpoint.scan.dast.checks.access.own_forms import is_own, keeps_its_account, leave_behind, values_shown
from setpoint.scan.dast.checks.access.reading_back import MOST_WATCHES, Watch, field_name, own_pages, watches
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.labels import labelled, spelled
from setpoint.scan.dast.naming import words_of

MOST_WISHES: Final = 3
"""Values that are tried for one label."""

_YES: Final = frozenset({"yes", "true", "on", "ja", "oui", "si"})
_NO: Final = frozenset({"no", "false", "off", "nein", "non"})
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_GRADES: Final = ("premium", "gold", "pro")
"""What a membership is called that costs more."""

_GRADED: Final = frozenset({"membership", "plan", "tier", "level", "subscription", "rank", "licence", "license"})

Proof = tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class PageField:
    """What an own page shows of the account."""

    words: tuple[str, ...]
    """Of the label."""
    was: str
    wishes: tuple[str, ...]
    """What to send, the likeliest to be taken first."""

    def values(self, operation: Operation, value: str) -> dict[Part, Json]:
        names = spelled(self.words)
        if self.was.lower() in _NO and self.words[0] != "is":
            names += spelled(("is", *self.words))
        slash = "/" if operation.body is BodyForm.JSON else ""
        held = self._typed(value) if slash else value
        return dict.fromkeys((Part(PartPlace.BODY, f"{slash}{name}") for name in names), held)

    def _typed(self, value: str) -> Json:
        if self.was.lower() in _NO:
            return value == "true"
        return float(value) if _NUMBER.fullmatch(value) else value

    def locked(self, operation: Operation, value: str) -> Locked:
        return Locked(next(iter(self.values(operation, value))), self.was, value)

    def is_held(self, page: Exchange, value: str) -> bool:
        text = labelled(page.answer).get(self.words, "")
        if self.was.lower() in _NO:
            return text.lower() in (_YES if value == "true" else _NO)
        is_number = _NUMBER.fullmatch(value) and _NUMBER.search(self.was)
        found = _NUMBER.search(text)
        if is_number:
            return found is not None and float(found[0]) == float(value)
        return text.lower() == value.lower()


def assigned_on_page(
    bench: Workbench, operation: Operation, values: Values, own: Holdings, wish: Wish
) -> tuple[list[Locked], Proof]:
    """The fields that were kept, set back again, and what shows it; none where nothing was, or no page shows any."""
    places = {each.operation.key: each for each in (*watches(bench, operation, values, own), *own_pages(bench))}
    for watch in list(places.values())[:MOST_WATCHES] if is_own(operation) and keeps_its_account(operation) else ():
        before = watch.read(bench, own.caller)
        fields = _fields(bench, watch, before, wish)
        if fields:
            kept = {**values, **values_shown(operation, before)}
            return _tried(bench, operation, kept, (watch, own.caller, before), fields)
    return [], ()


def _tried(
    bench: Workbench,
    operation: Operation,
    kept: Values,
    watched: tuple[Watch, Caller, Exchange],
    fields: list[PageField],
) -> tuple[list[Locked], Proof]:
    """All labels at once, each time with their next wish."""
    watch, caller, before = watched
    for place in range(MOST_WISHES):
        wished = [(each, each.wishes[place]) for each in fields if place < len(each.wishes)]
        if not wished:
            break
        extra = {part: value for each, wanted in wished for part, value in each.values(operation, wanted).items()}
        sent = ask(bench, operation, {**kept, **extra}, caller)
        after = watch.read(bench, caller)
        held = [(each, wanted) for each, wanted in wished if each.is_held(after, wanted)]
        if held:
            _set_back(bench, operation, kept, (watch, caller), [each for each, _ in held])
            return [each.locked(operation, wanted) for each, wanted in held], (before, sent, after)
    return [], ()


def _set_back(
    bench: Workbench, operation: Operation, kept: Values, watched: tuple[Watch, Caller], fields: list[PageField]
) -> None:
    watch, caller = watched
    left = fields
    for how in (_before, _none):
        extra = {part: value for each in left for part, value in each.values(operation, how(each)).items()}
        ask(bench, operation, {**kept, **extra}, caller)
        after = watch.read(bench, caller)
        left = [each for each in left if not each.is_held(after, _before(each))]
        if not left:
            return
    names = ", ".join(" ".join(each.words) for each in left)
    leave_behind(bench, f"{names} of {caller.name}, set by {operation.key}")


def _before(each: PageField) -> str:
    number = _NUMBER.search(each.was)
    if each.was.lower() in _NO:
        return "false"
    return number[0] if number and _NUMBER.fullmatch(each.wishes[0]) else each.was


def _none(_each: PageField) -> str:
    """What a service takes for false that takes every text for true."""
    return ""


def _fields(bench: Workbench, watch: Watch, before: Exchange, wish: Wish) -> list[PageField]:
    """What matters of the labels of the page, and is offered by no form of the account's own."""
    if before.answer is None or page_of(before.answer) is None:
        return []
    offered = {words_of(field_name(part)) for each in bench.surface.operations if is_own(each) for part in each.parts}
    matters = STANDING | WORTH | {*words_of(wish.role)}
    shown = {
        words: was
        for words, was in labelled(before.answer).items()
        if not matters.isdisjoint(words) and BARRING.isdisjoint(words) and words not in offered
    }
    above = _shown_to_higher(bench, watch, wish) if shown else {}
    fields = [PageField(words, was, _wishes(words, was, above.get(words, ""), wish)) for words, was in shown.items()]
    fields.sort(key=lambda each: STANDING.isdisjoint(each.words))
    return [each for each in fields if each.wishes][:MOST_FIELDS]


def _shown_to_higher(bench: Workbench, watch: Watch, wish: Wish) -> Mapping[tuple[str, ...], str]:
    """The same page, as a higher account is shown it."""
    if wish.higher is None or watch.values:
        return {}
    shown = bench.baseline(watch.operation, wish.higher.caller)
    return labelled(shown.answer) if shown is not None else {}


def _wishes(words: tuple[str, ...], was: str, above: str, wish: Wish) -> tuple[str, ...]:
    if was.lower() in _NO | _YES:
        return ("true",) if was.lower() in _NO else ()
    number = _NUMBER.search(was)
    if number and (STANDING.isdisjoint(words) or number[0] == was):
        return (f"{float(number[0]) + STEP:.2f}".rstrip("0").rstrip("."),)
    wished = [above] if not STANDING.isdisjoint(words) else []
    wished.append(PLAIN_WORDS.get(was.lower(), ""))
    if "role" in words:
        wished.append(written_like(was, wish.role))
    if not _GRADED.isdisjoint(words):
        wished += _GRADES
    return tuple(dict.fromkeys(each for each in wished if each and each.lower() != was.lower()))[:MOST_WISHES]
