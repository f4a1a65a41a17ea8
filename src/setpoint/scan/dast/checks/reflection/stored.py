"""Input that is kept, and comes back on another page as its own markup or code (CWE-79).

All writes first, each field with code of its own; then every page once: requests grow with operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import (
    ANONYMOUS,
    Certainty,
    Exchange,
    Fault,
    Part,
    PartPlace,
    PlannedRequest,
)
from setpoint.scan.dast.checks.made_by import MOST_MADE, made_by
from setpoint.scan.dast.checks.probing import Place, ask_with, parts_to_probe, places
from setpoint.scan.dast.checks.reflection.markup import Landing, Spot, landings, runs
from setpoint.scan.dast.checks.reflection.pages import page_in, sights
from setpoint.scan.dast.checks.reflection.payloads import anywhere, fresh_code, payloads
from setpoint.scan.dast.checks.reflection.weaknesses import STORED
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.new_accounts import is_password

MOST_FIELDS: Final = 8
"""Of one operation that are written one by one, where all at once was refused."""

_WRITES: Final = frozenset({"POST", "PUT", "PATCH"})
_NOT_FREE: Final = frozenset({"date", "date-time", "uuid", "email", "password", "binary", "ipv4", "ipv6", "byte"})
"""Formats of JSON Schema that a text of ours does not have."""
_ADDRESS_WORDS: Final = frozenset(words_of("url uri link website homepage site href src avatar image picture photo"))


@dataclass(frozen=True, slots=True)
class Planted:
    """A field that was written with code of ours."""

    place: Place
    code: str
    written: Exchange

    @property
    def mark(self) -> str:
        return "".join(each for each in self.code if each.isdecimal())


class StoredScripts:
    """Input that is kept and comes back on another page as its markup or code."""

    name = "stored-scripts"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in bench.surface.operations:
            if bench.may_send(operation):
                continue
            if operation.method in _WRITES and any(map(is_free_text, parts_to_probe(operation))):
                yield PlannedRequest(operation.key, self.name, "", 1 + MOST_FIELDS + MOST_MADE, 2)
            elif operation.method == "GET":
                yield PlannedRequest(operation.key, self.name, "", 1 + len(bench.accounts.callers), 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        planted = [each for fields in _fields(bench) for each in _plant(bench, fields)]
        waiting = {each.mark: each for each in planted}
        tried: set[tuple[str, Landing]] = set()
        for sight in _pages_after(bench, planted) if planted else ():
            for mark in [each for each in waiting if each.encode() in (sight.answer.body if sight.answer else b"")]:
                fault = _at(bench, waiting[mark], sight, tried)
                if fault:
                    del waiting[mark]
                    yield fault
        _restore(bench, planted)


def _fields(bench: Workbench) -> Iterator[Sequence[Place]]:
    """Of each operation that keeps what it is sent, those that a text can be put in."""
    kept = [
        each
        for each in places(bench)
        if each.operation.method in _WRITES and each.part.place is PartPlace.BODY and is_free_text(each.part)
    ]
    for _, fields in groupby(kept, key=lambda each: each.operation.key):
        yield list(fields)


def is_free_text(part: Part) -> bool:
    kinds = part.schema.get("type", "string")
    is_text = "string" in kinds if isinstance(kinds, list) else kinds == "string"
    is_open = not part.schema.get("enum") and part.schema.get("format") not in _NOT_FREE
    return part.place is PartPlace.BODY and is_text and is_open and not is_password(part)


def _plant(bench: Workbench, fields: Sequence[Place]) -> Sequence[Planted]:
    """All fields at once; one by one where the operation refuses that."""
    codes = [(each, fresh_code()) for each in fields]
    exchange = _write(bench, [(each, _text_for(each, code)) for each, code in codes])
    if _is_taken(exchange) or len(fields) == 1:
        return [Planted(each, code, exchange) for each, code in codes]
    return [Planted(each, code, _write(bench, [(each, _text_for(each, code))])) for each, code in codes[:MOST_FIELDS]]


def _text_for(place: Place, code: str) -> str:
    is_address = place.part.schema.get("format") in {"uri", "url"} or not _ADDRESS_WORDS.isdisjoint(
        words_of(place.part.name)
    )
    return f"javascript:{code}" if is_address else place.value + anywhere(code)


def _write(bench: Workbench, texts: Sequence[tuple[Place, str]]) -> Exchange:
    return ask_with(bench, texts[0][0], {each.part: text for each, text in texts})


def _is_taken(exchange: Exchange) -> bool:
    return exchange.answer is not None and exchange.answer.status < 400


def _pages_after(bench: Workbench, planted: Sequence[Planted]) -> Iterator[Exchange]:
    """Where each write led to, then every page of the site, as whoever wrote and as those who see more."""
    for each in {id(each.written): each for each in planted}.values():
        yield from (bench.sender.send(sent) for sent in made_by(bench, each.place, each.written))
    writers = {each.place.caller for each in planted}
    callers = [ANONYMOUS, *(each for each in bench.accounts.callers if each in writers), *bench.accounts.callers[-1:]]
    for operation in bench.surface.operations:
        if operation.method == "GET" and not bench.may_send(operation):
            for sight in sights(bench, operation, tuple(dict.fromkeys(callers))):
                yield bench.sender.send(sight.sent)


def _at(bench: Workbench, planted: Planted, sight: Exchange, tried: set[tuple[str, Landing]]) -> Fault | None:
    """What a page makes of it; where it lands in another kind of place, once with texts made for that one."""
    page = page_in(sight)
    if page is None:
        return None
    if where := runs(page, planted.code):
        return _fault(planted, sight, where)
    encoded = landings(page, _text_for(planted.place, planted.code))
    for landing in landings(page, planted.mark):
        if (planted.mark, landing) in tried or (_is_got_out_of(landing) and landing in encoded):
            continue
        tried.add((planted.mark, landing))
        if fault := _once_more(bench, planted, sight, landing):
            return fault
    return None


def _is_got_out_of(landing: Landing) -> bool:
    """By `anywhere`, unless it comes back encoded."""
    return landing.spot in {Spot.TEXT, Spot.ATTRIBUTE} or landing.element in {"textarea", "title"}


def _once_more(bench: Workbench, planted: Planted, sight: Exchange, landing: Landing) -> Fault | None:
    for payload in payloads(landing, code := fresh_code())[:3]:
        text = payload if _must_stand_first(payload) else planted.place.value + payload
        exchange = _write(bench, [(planted.place, text)])
        for sent in (*made_by(bench, planted.place, exchange), sight.sent):
            again = bench.sender.send(sent)
            page = page_in(again)
            if page is not None and (where := runs(page, code)):
                return _fault(replace(planted, code=code, written=exchange), again, where)
    return None


def _must_stand_first(payload: str) -> bool:
    """Else it goes behind the part's own value, by which people find what the scan made."""
    return payload.startswith("java")


def _restore(bench: Workbench, planted: Sequence[Planted]) -> None:
    """Own objects that were changed hold again what they were left with; what was made new is in nobody's way."""
    for place in {each.place.operation.key: each.place for each in planted}.values():
        if place.operation.method in {"PUT", "PATCH"}:
            bench.sender.send(place.left_alone.sent)


def _fault(planted: Planted, sight: Exchange, where: str) -> Fault:
    difference = f"what was written stands at {urlsplit(sight.sent.url).path} as {where}"
    return STORED.fault(planted.place, Certainty.CONFIRMED, [planted.written, sight], difference)
