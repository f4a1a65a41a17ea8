"""Which parts of an operation values may be put into, as whom, and what they hold otherwise. Called by `probing`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.action_words import PASSWORDS
from setpoint.scan.dast.answers import json_of, leaves, shown_in_order
from setpoint.scan.dast.checks.addresses import may_be_address
from setpoint.scan.dast.checks.place import BREAKING, Place, ask, ask_with, authorised, only_reads, parts_to_probe
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.requests import written
from setpoint.scan.dast.sent_values import sent_values
from setpoint.scan.dast.values import value_of
from setpoint.scan.dast.yardstick import UNCHANGING, Yardstick, yardstick_of

UNLISTED: Final = ("user-agent", "referer", "x-forwarded-for")
"""Headers that many applications write down or look up, and no document lists."""

_OF_SESSIONS: Final = ("sess", "sid", "auth", "token", "jwt", "csrf", "xsrf")
"""In names of cookies: another value only ends the session."""

_TELLING: Final = frozenset({"default", "enum", "const", "format", "pattern"})
"""Of a schema: what says more of a value than its type."""

_HOSTS: Final = frozenset({"host", "hostname", "domain", "server", "ip"})
"""Words of parts that name a machine: a check of their form lets its own name pass, and a word of an answer not."""

_REFUSALS: Final = frozenset({401, 403, 405, 501})


def places_of(bench: Workbench, operation: Operation) -> Iterator[Place]:
    """Its parts, headers that react without being listed, and cookies that it gives."""
    answered = _answered(bench, operation)
    if answered is None:
        return
    caller, first = answered
    values = sent_values(first.sent, operation)
    held = _held(bench, operation, caller, values)
    again = bench.sender.send(authorised(bench, bench.build(operation, held), caller))
    texts = [written(each) for each in values.values()] if operation.method not in {"GET", "HEAD"} else []
    yardstick = _measured(first, again, texts)
    if yardstick != UNCHANGING and only_reads(operation):  # a baseline is from before other checks wrote something
        first, again = again, bench.sender.send(again.sent)
        yardstick = _measured(first, again, texts)
    for part in parts_to_probe(operation):
        place = Place(operation, part, caller, "", held, first, yardstick)
        if part in values:
            yield replace(place, value=written(values[part]))
        else:
            value = _guess(part, first)
            yield replace(place, value=value, left_alone=ask(bench, place, value), is_guessed=True)
    if operation.method == "GET":
        yield from _headers(bench, Place(operation, Part(PartPlace.HEADER, ""), caller, "", held, first, yardstick))
        yield from _cookies(Place(operation, Part(PartPlace.COOKIE, ""), caller, "", held, first, yardstick))


def _measured(first: Exchange, again: Exchange, texts: Sequence[str]) -> Yardstick | None:
    return yardstick_of(first.answer, again.answer, texts) if first.answer and again.answer else None


def _headers(bench: Workbench, place: Place) -> Iterator[Place]:
    """One request for all: only where its answer shows one of them, or differs, is each a place."""
    listed = {part.name.lower() for part in place.operation.parts if part.place is PartPlace.HEADER}
    payloads = {Part(PartPlace.HEADER, name): f"z{secrets.token_hex(5)}q" for name in UNLISTED if name not in listed}
    values = {part: marker + BREAKING for part, marker in payloads.items()}
    exchange = ask_with(bench, place, values)
    reads_otherwise = place.reading(exchange, list(values.values())) != place.usual
    for part, marker in payloads.items():
        is_shown = exchange.answer is not None and marker.encode() in exchange.answer.body
        if is_shown or (place.yardstick is not None and reads_otherwise):
            yield replace(place, part=part, value="-")


def _cookies(place: Place) -> Iterator[Place]:
    """Those that nobody is given: an account's own are its session."""
    answer = place.left_alone.answer
    if answer is None or place.caller != ANONYMOUS:
        return
    listed = {part.name for part in place.operation.parts if part.place is PartPlace.COOKIE}
    for name, value in answer.headers:
        pair, _, _ = value.partition(";")
        cookie, _, held = pair.strip().partition("=")
        is_session = any(each in cookie.lower() for each in _OF_SESSIONS)
        if name == "set-cookie" and held and not is_session and cookie not in listed:
            yield replace(place, part=Part(PartPlace.COOKIE, cookie), value=unquote(held.strip('"')))


def _answered(bench: Workbench, operation: Operation) -> tuple[Caller, Exchange] | None:
    """Whom the operation answers well; else whom it answers at all, but for those that it refuses.

    What refuses everybody in the same way may be a login: then it is asked as nobody. What fails for all whom it does
    not refuse may have asked an address of which nobody answers.
    """
    writes_to_object = "{" in operation.path and not only_reads(operation)
    given: list[tuple[Caller, Exchange]] = []
    failed: list[tuple[Caller, Exchange]] = []
    for caller in (ANONYMOUS, *bench.accounts.callers):
        if writes_to_object and bench.owned(operation, caller) is None:
            continue
        exchange = bench.baseline(operation, caller)
        if exchange is None or exchange.answer is None:
            continue
        if exchange.answer.status >= 500:
            failed.append((caller, exchange))
            continue
        given.append((caller, exchange))
        if exchange.answer.status < 400 and not _is_sent_away(bench, operation, given[-1]):
            return given[-1]
    known = [each for each in given if each[1].answer and each[1].answer.status not in _REFUSALS]
    if known:
        return known[0]
    if failed and any(map(may_be_address, operation.parts)):
        return failed[0]
    return given[0] if given and operation.method == "POST" and _is_login(operation) else None


def _is_sent_away(bench: Workbench, operation: Operation, given: tuple[Caller, Exchange]) -> bool:
    """Whether nobody is led elsewhere than an account is, as pages do that want a login first."""
    caller, exchange = given
    if caller != ANONYMOUS or exchange.answer is None or not 300 <= exchange.answer.status < 400:
        return False
    if not bench.accounts.callers or ("{" in operation.path and not only_reads(operation)):
        return False
    account = bench.baseline(operation, bench.accounts.callers[0])
    if account is None or account.answer is None or account.answer.status >= 400:
        return False
    return account.answer.status < 300 or _leads_to(account.answer) != _leads_to(exchange.answer)


def _leads_to(answer: Answer) -> str:
    return urlsplit(answer.header("location")).path


def _is_login(operation: Operation) -> bool:
    return only_reads(operation) or any(not PASSWORDS.isdisjoint(words_of(part.name)) for part in operation.parts)


def _held(bench: Workbench, operation: Operation, caller: Caller, values: Mapping[Part, Json]) -> Mapping[Part, Json]:
    """What only reads is asked with the same values again; what writes may want new ones each time."""
    if operation.method in {"GET", "HEAD"}:
        return {part: value for part, value in values.items() if part.place is not PartPlace.COOKIE}
    return bench.owned(operation, caller) or {}


def _guess(part: Part, answered: Exchange) -> str:
    """A value for a part that requests may be without: as the document has it, else one that the answer shows."""
    is_told = part.example is not None or not part.schema.keys().isdisjoint(_TELLING)
    if is_told or part.schema.get("type", "string") != "string" or answered.answer is None:
        return written(value_of(part, "a"))
    wanted = words_of(part.name.rpartition("/")[2])
    document = json_of(answered.answer)
    named = (value for pointer, value in leaves(document) if words_of(pointer.rpartition("/")[2]) == wanted)
    words = (text for text in shown_in_order(answered.answer) if text.isalpha() and 3 <= len(text) <= 20)
    usual = "a" if _HOSTS.isdisjoint(wanted) else "127.0.0.1" if "ip" in wanted else "localhost"
    fallback = usual if usual != "a" else next(words, "a")
    return written(next((value for value in named if value not in {None, ""}), fallback))
