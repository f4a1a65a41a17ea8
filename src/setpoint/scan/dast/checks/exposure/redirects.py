"""Open redirects: a link to the service that takes whoever follows it to any host that the link's author chose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from setpoint.model.dast import (
    ANONYMOUS,
    Caller,
    Exchange,
    Fault,
    Operation,
    Part,
    PartPlace,
    PlannedRequest,
    Profile,
)
from setpoint.scan.dast.checks.authentication.logins import password_parts
from setpoint.scan.dast.checks.exposure.asking import (
    answer_of,
    ask,
    planned,
    triable,
    with_query,
)
from setpoint.scan.dast.checks.exposure.redirect_tricks import (
    GUESSES,
    Trick,
    at_once,
    fault_of,
    goes_to,
    sends_on,
    tricks_for,
)
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_RETURNS: Final = frozenset(
    {
        "next",
        "redirect",
        "return",
        "returnto",
        "returnurl",
        "continue",
        "goto",
        "dest",
        "destination",
        "forward",
        "rurl",
        "successurl",
        "backurl",
    }
)
"""Words of names that say where to go afterwards."""
_ADDRESSES: Final = _RETURNS | frozenset(
    {"url", "uri", "link", "target", "to", "out", "away", "u", "r", "back", "ref", "callback", "site", "href"}
)
"""Words of names that may say it, or name an address for something else."""
_SENDS_ON: Final = frozenset(
    {
        "login",
        "signin",
        "logon",
        "sso",
        "auth",
        "authorize",
        "redirect",
        "redir",
        "go",
        "goto",
        "out",
        "away",
        "exit",
        "leave",
        "link",
        "click",
        "track",
        "jump",
        "language",
        "lang",
        "locale",
        "theme",
        "switch",
        "return",
        "callback",
    }
)
"""Words of paths whose purpose is to go on to somewhere else."""


class OpenRedirects:
    """Links to the service that lead to any other host."""

    name = "open-redirects"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        most = len(tricks_for(bench.surface.base, None))
        for operation in _readers(bench):
            tried = len(_parts(operation)) * most + (2 * most if _may_guess(operation) else 0)
            yield from planned(bench, self.name, [operation], tried)
        for operation in _writers(bench):
            yield from planned(bench, self.name, [operation], len(_parts(operation)) * most, baselines=False)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in (*_readers(bench), *_writers(bench)):
            found = set[str]()
            for part in _parts(operation):
                for caller in _callers(bench, operation):
                    fault = _by_part(bench, operation, part, caller)
                    if fault and fault.part not in found:
                        found.add(fault.part)
                        yield fault
                        break
            if not found and operation.method == "GET":
                yield from _by_guess(bench, operation)


def _readers(bench: Workbench) -> list[Operation]:
    return [each for each in triable(bench) if _parts(each) or _may_guess(each)]


def _writers(bench: Workbench) -> list[Operation]:
    if bench.profile is Profile.PASSIVE:
        return []
    others = (each for each in bench.surface.operations if each.method in {"POST", "PUT", "PATCH"})
    return [
        each
        for each in others
        if _parts(each) and not password_parts(each) and not bench.may_send(each)  # `LoginRedirects` knows passwords
    ]


def _words(name: str) -> set[str]:
    """The words of a name in lower case, each by itself and all as one."""
    words = words_of(name)
    return {*words, "".join(words)}


def _parts(operation: Operation) -> list[Part]:
    """Which may say where to go on to."""
    places = {PartPlace.QUERY, PartPlace.PATH} if operation.method == "GET" else {PartPlace.QUERY, PartPlace.BODY}
    telling = _ADDRESSES if operation.method == "GET" else _RETURNS
    return [part for part in operation.parts if part.place in places and _tells(part, telling)]


def _tells(part: Part, telling: frozenset[str]) -> bool:
    is_address = part.schema.get("format") in {"uri", "uri-reference", "url"} and part.place is not PartPlace.BODY
    looks_so = isinstance(part.example, str) and part.example.startswith(("/", "http://", "https://"))
    return bool(_words(part.name) & telling) or is_address or (looks_so and part.place is PartPlace.QUERY)


def _may_guess(operation: Operation) -> bool:
    path = operation.path.rpartition("/")[2]
    return bool(_words(path) & _SENDS_ON)


def _callers(bench: Workbench, operation: Operation) -> list[Caller]:
    """Nobody, and an account where nobody may not ask."""
    return [
        caller
        for caller in (ANONYMOUS, *bench.accounts.callers[:1])
        if operation.method != "GET"
        or ((answer := answer_of(bench, operation, caller)) is not None and answer.status not in {401, 403, 404})
        or any(part.place is PartPlace.PATH for part in _parts(operation))
    ]


def _first(send: Callable[[str], Exchange], tricks: tuple[Trick, ...], *, is_open: bool) -> tuple[Exchange, str] | None:
    """The first that gets through. Where neither the usual answer nor two tricks go anywhere, no other will."""
    for tried, trick in enumerate(tricks):
        if tried >= 2 and not is_open:
            return None
        exchange = send(trick.address)
        if by := goes_to(exchange, trick.host):
            return exchange, by
        is_open = is_open or sends_on(exchange)
    return None


def _by_part(bench: Workbench, operation: Operation, part: Part, caller: Caller) -> Fault | None:
    usual = bench.baseline(operation, caller) if operation.method == "GET" else None

    def send(address: str) -> Exchange:
        return ask(bench, bench.build(operation, {part: address}), caller)

    tricks = tricks_for(bench.surface.base, part.example)
    found = _first(send, tricks, is_open=sends_on(usual))
    return fault_of(operation, f"{part.place}:{part.name}", caller, *found) if found else None


def _by_guess(bench: Workbench, operation: Operation) -> Iterator[Fault]:
    """By names that nobody told of, where the purpose of the operation is to go on."""
    if not _may_guess(operation):
        return
    request = bench.build(operation, {})
    known = {part.name for part in operation.parts}
    names = [name for name in GUESSES if name not in known]
    for caller in (ANONYMOUS, *bench.accounts.callers[:1]):

        def send(addresses: dict[str, str], caller: Caller = caller) -> Sequence[Exchange]:
            return (ask(bench, with_query(request, *addresses.items()), caller),)

        most = len(tricks_for("", None)) if sends_on(bench.baseline(operation, caller)) else 2
        if found := at_once(bench.surface.base, names, send, most):
            name, exchange, by = found
            yield fault_of(operation, f"{PartPlace.QUERY}:{name}", caller, exchange, by)
            return
