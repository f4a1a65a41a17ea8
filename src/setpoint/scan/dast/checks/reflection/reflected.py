"""Input that comes back in the same answer as a page's own markup or code (CWE-79)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from setpoint.model.dast import WHOLE_SITE, Exchange, Fault, Operation, PartPlace, PlannedRequest, Profile, Sent
from setpoint.scan.dast.checks.probing import Probe, ask, planned, probed
from setpoint.scan.dast.checks.reflection.markup import Landing, Spot, landings, runs
from setpoint.scan.dast.checks.reflection.pages import page_in, shown_to
from setpoint.scan.dast.checks.reflection.payloads import fresh_code, payloads
from setpoint.scan.dast.checks.reflection.weaknesses import REFLECTED
from setpoint.scan.dast.folding import SITE_WIDE
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

MOST_LANDINGS: Final = 4
"""Of one part: pages that show a value in more kinds of places show it in these, too."""

GUESSED_NAMES: Final = words_of(
    "q query search s term name username user email id page title text message msg error err status info notice "
    "comment content body lang locale sort filter category tag type view tab step next url redirect return ref "
    "callback keyword subject label value data input debug"
)
"""What people call parameters that pages show: one request asks for all of them."""

_ENCODED_AS_ONE: Final = frozenset({Spot.TEXT, Spot.RAW, Spot.ATTRIBUTE})
"""Where whatever keeps one text inside keeps others, too."""

SITE: Final = Operation("GET", WHOLE_SITE)


class Reflection(NamedTuple):
    """Code of ours that a page would run."""

    exchange: Exchange
    where: str


class ReflectedScripts:
    """Input that comes back in the same answer as markup or code of a page."""

    name = "reflected-scripts"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, MOST_LANDINGS, 1)
        if bench.profile is Profile.PASSIVE:
            return
        for operation in bench.surface.operations:
            if operation.method == "GET" and not bench.may_send(operation):
                yield PlannedRequest(operation.key, self.name, "", 2)
        yield PlannedRequest("*", self.name, "", 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if bench.profile is Profile.PASSIVE:
            return
        unknown = _of_unknown_page(bench)
        examples: list[str] = []
        for probe in probed(bench):
            found = _of_probe(bench, probe)
            if found and unknown and _is_of_unknown_page(probe, found, unknown):
                examples.append(probe.place.operation.key)
            elif found:
                yield _fault(probe.place.operation, probe.place.told, found)
        if unknown:
            yield replace(_fault(SITE, "path:*", unknown), examples=tuple(dict.fromkeys(examples)))
        yield from _told_once(list(_of_all_guessed_names(bench)))


def _is_of_unknown_page(probe: Probe, found: Reflection, unknown: Reflection) -> bool:
    """Whether it is the page for what is not there, which shows its path whatever was asked for."""
    one, other = found.exchange.answer, unknown.exchange.answer
    is_path = probe.place.part.place is PartPlace.PATH
    return is_path and one is not None and other is not None and one.status == other.status >= 400


def _told_once(faults: Sequence[Fault]) -> Iterator[Fault]:
    """A parameter that pages show which have nothing else in common is shown by what is around all of them."""
    parts: dict[str, list[Fault]] = {}
    for each in faults:
        parts.setdefault(each.part, []).append(each)
    for group in parts.values():
        if len(group) < SITE_WIDE:
            yield from group
        else:
            examples = tuple(f"{each.method} {each.path}" for each in group)
            yield replace(group[0], path=WHOLE_SITE, examples=examples)


def _of_probe(bench: Workbench, probe: Probe) -> Reflection | None:
    place = probe.place

    def send(payload: str) -> Exchange:
        is_address = payload.startswith("java")  # which has to stand first; all else may need a value that is known
        return ask(bench, place, payload if is_address else place.value + payload)

    for exchange in (probe.marked, probe.broken):
        page = page_in(exchange)
        if page is not None and (found := _out_of(landings(page, probe.marker, place.value), send)):
            return found
    return None


def _of_all_guessed_names(bench: Workbench) -> Iterator[Fault]:
    for operation, shown in shown_to(bench).items():
        yield from _of_guessed_names(bench, operation, shown)


def _of_guessed_names(bench: Workbench, operation: Operation, shown: Exchange) -> Iterator[Fault]:
    """Parameters that nobody told of, and one whose very name is ours."""
    known = {part.name for part in operation.parts}
    marks = {name: f"z{secrets.token_hex(5)}q" for name in GUESSED_NAMES if name not in known}
    own_name = f"z{secrets.token_hex(5)}q"
    page = page_in(_with_query(bench, shown, {**marks, own_name: "1"}))
    if page is None:
        return
    for name, mark in marks.items():
        if found := _out_of(landings(page, mark), partial(_with_value, bench, shown, name)):
            yield _fault(operation, f"query:{name}", found)
    if found := _out_of(landings(page, own_name), partial(_with_name, bench, shown)):
        yield _fault(operation, "query:*", found)


def _of_unknown_page(bench: Workbench) -> Reflection | None:
    """What the site says of a path that it does not have."""

    def send(payload: str) -> Exchange:
        return bench.sender.send(Sent("GET", f"{bench.surface.base}/{quote(payload, safe='')}"))

    mark = f"z{secrets.token_hex(5)}q"
    page = page_in(send(mark))
    return None if page is None else _out_of(landings(page, mark), send)


def _with_value(bench: Workbench, shown: Exchange, name: str, payload: str) -> Exchange:
    return _with_query(bench, shown, {name: payload})


def _with_name(bench: Workbench, shown: Exchange, payload: str) -> Exchange:
    return _with_query(bench, shown, {payload: "1"})


def _with_query(bench: Workbench, shown: Exchange, query: Mapping[str, str]) -> Exchange:
    joint = "&" if "?" in shown.sent.url else "?"
    sent = shown.sent
    url = f"{sent.url}{joint}{urlencode(query)}"
    return bench.sender.send(Sent(sent.method, url, sent.headers, sent.body, sent.caller))


def _out_of(found: tuple[Landing, ...], send: Callable[[str], Exchange]) -> Reflection | None:
    """Whether anything that we send gets out of where it lands."""
    for landing in found[:MOST_LANDINGS]:
        code = fresh_code()
        for payload in payloads(landing, code):
            exchange = send(payload)
            page = page_in(exchange)
            if page is None:
                continue
            if where := runs(page, code):
                return Reflection(exchange, where)
            if _stands_as_it_is(page, payload, landing):
                break
    return None


def _stands_as_it_is(page: Any, payload: str, landing: Landing) -> bool:
    """Whether all of it is where it was to get out of: nothing was filtered, it is encoded, and so would others be.

    Of scripts and addresses that says nothing: what encodes quotes may leave the end of the script.
    """
    return landing.spot in _ENCODED_AS_ONE and landing in landings(page, payload)


def _fault(operation: Operation, part: str, found: Reflection) -> Fault:
    return REFLECTED.fault_at(operation, part, [found.exchange], f"what was sent stands as {found.where}")
