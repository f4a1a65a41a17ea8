"""Open redirects after a login: where a person who logged in is sent to, by the link that led to the form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import (
    BodyForm,
    Caller,
    Exchange,
    Fault,
    Operation,
    Part,
    PartPlace,
    PlannedRequest,
    Profile,
    Sent,
)
from setpoint.scan.dast.checks.exposure.asking import with_query
from setpoint.scan.dast.checks.exposure.redirect_tricks import GUESSES, Send, at_once, fault_of, sends_on
from setpoint.scan.dast.interface import Login, Workbench
from setpoint.scan.dast.naming import words_of

AT_LOGIN: Final = 3
"""Tricks that are tried on a login: services hold how often anybody may log in."""

_TOLD: Final = (("redirect",), ("redirect", "to"), ("success", "url"), ("back", "url"), ("came", "from"), ("target",))
"""Words of names that forms of logins have besides the usual ones."""


class LoginRedirects:
    """Logins that lead to any other host."""

    name = "login-redirects"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE:
            for caller in bench.accounts.callers[:1]:
                yield PlannedRequest("login", self.name, caller.name, 1 + 2 * AT_LOGIN)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if bench.profile is Profile.PASSIVE:
            return
        for caller in bench.accounts.callers[:1]:
            sent = _sent_on(bench.accounts.login(caller))
            if sent is not None and urlsplit(sent.url).netloc == urlsplit(bench.surface.base).netloc:
                yield from _after(bench, caller, sent)


def _sent_on(login: Login | None) -> Sent | None:
    """The request that gave the password, where its answer leads somewhere."""
    exchanges = reversed(login.exchanges if login else ())
    return next((each.sent for each in exchanges if each.sent.method == "POST" and sends_on(each)), None)


def _after(bench: Workbench, caller: Caller, sent: Sent) -> Iterator[Fault]:
    """The same login again, with the usual names in its query, and in its form."""
    operation = _operation_at(bench, sent)
    told = [part.name for part in operation.parts if words_of(part.name) in _TOLD or _holds_a_path(part)]
    names = list(dict.fromkeys((*told, *GUESSES)))

    def in_query(addresses: dict[str, str]) -> Sequence[Exchange]:
        return (bench.sender.send(with_query(sent, *addresses.items())),)

    def in_form(addresses: dict[str, str]) -> Sequence[Exchange]:
        again = bench.accounts.login(caller, also=addresses)
        return again.exchanges if again else ()

    sends: list[tuple[PartPlace, Send]] = [(PartPlace.QUERY, in_query)]
    sends += [(PartPlace.BODY, in_form)] if _is_form(sent) else []
    for place, send in sends:
        if found := at_once(bench.surface.base, names, send, AT_LOGIN):
            name, exchange, by = found
            yield fault_of(operation, f"{place}:{name}", caller, exchange, by)


def _holds_a_path(part: Part) -> bool:
    """Whatever it is called: what the form holds already is where to go on to."""
    return isinstance(part.example, str) and part.example.startswith("/")


def _is_form(sent: Sent) -> bool:
    kind = next((value for name, value in sent.headers if name.lower() == "content-type"), "")
    return kind.startswith(BodyForm.FORM.value)


def _operation_at(bench: Workbench, sent: Sent) -> Operation:
    path = sent.url.removeprefix(bench.surface.base).partition("?")[0]
    known = (each for each in bench.surface.operations if (each.method, each.path) == (sent.method, path))
    return next(known, Operation(sent.method, path))
