"""Operations that answer only to callers with credentials, and whether a request reads them all the same.

What counts is what an answer shows, not its status: a reading is one of values that the rightful caller sees each time
it asks, and that whoever has no credentials does not. Called by the checks of this theme.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, quote, unquote_plus, urlsplit

from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Operation, PlannedRequest, Profile, Sent
from setpoint.scan.dast.accounts.forms import login_form
from setpoint.scan.dast.answers import is_success, json_of, page_of, shown
from setpoint.scan.dast.interface import Workbench

MOST_ROOTS: Final = 6
"""Parts of an application, by the first fixed segment of a path, on which the rarer forgeries are tried."""

_TOKEN: Final = re.compile(r"(?=.*\d)[\w.+/=-]{16,}")
"""What is drawn at random, and no word or address."""

_READ: Final = "authentication.read"
_LANDING: Final = "authentication.landing"

_REFUSING: Final = frozenset({"error", "errors", "fault"})
_DONE: Final = frozenset({"ok", "success", "authenticated", "authorized"})


@dataclass(frozen=True, slots=True)
class Guarded:
    """An operation that one caller reads."""

    operation: Operation
    caller: Caller
    plain: Sent
    """What the caller asks, without its credentials."""
    good: Exchange
    """What it is told."""
    control: Exchange
    """What nobody is told."""


def readable(bench: Workbench) -> Iterator[Operation]:
    """What may be read by somebody; nothing is sent."""
    if bench.accounts.callers:
        for operation in bench.surface.operations:
            if operation.method == "GET" and not bench.may_send(operation):
                yield operation


def is_secured(operation: Operation) -> bool:
    """Whether the document asks every caller for credentials."""
    return bool(operation.security) and () not in (operation.security or ())


def is_public(operation: Operation) -> bool:
    """Whether the document lets nobody in particular call it."""
    return operation.security is not None and not is_secured(operation)


def read_by_owner(bench: Workbench, operation: Operation) -> Guarded | None:
    """With the least of the callers that gets an answer; None where nobody does. Asked once in a scan."""
    known: dict[Operation, Guarded | None] = bench.kept.setdefault(_READ, {})
    if operation not in known:
        known[operation] = next(_reads_by(bench, operation), None)
    return known[operation]


def _reads_by(bench: Workbench, operation: Operation) -> Iterator[Guarded]:
    for caller in bench.accounts.callers:
        good = bench.baseline(operation, caller)
        if good is None or good.answer is None or not is_success(good) or says_no(good.answer):
            continue
        plain = without_credentials(bench, good.sent, caller)
        names_object = "{" in operation.path
        control = bench.sender.send(plain) if names_object else bench.baseline(operation, ANONYMOUS)
        if control is not None and control.answer is not None:
            yield Guarded(operation, caller, plain, good, control)


def guarded(bench: Workbench) -> Iterator[Guarded]:
    """Every operation that tells a caller what it does not tell nobody; else the page that a login leads to."""
    is_any = False
    for operation in readable(bench):
        found = None if is_public(operation) else read_by_owner(bench, operation)
        if found is not None and is_kept_back(found):
            is_any = True
            yield found
    if not is_any and bench.profile is not Profile.PASSIVE:
        if _LANDING not in bench.kept:
            bench.kept[_LANDING] = [each for each in _landing(bench) if is_kept_back(each)]
        yield from bench.kept[_LANDING]


def _landing(bench: Workbench) -> Iterator[Guarded]:
    """Of a site whose pages behind the login nothing led to."""
    for caller in bench.accounts.callers[:1]:
        login = bench.accounts.login(caller)
        good = login.exchanges[-1] if login and login.credentials else None
        if good is None or good.sent.method != "GET" or not is_success(good):
            continue
        if good.sent.url.startswith(bench.surface.base):
            path = urlsplit(good.sent.url.removeprefix(bench.surface.base)).path
            plain = without_credentials(bench, good.sent, caller)
            yield Guarded(Operation("GET", path), caller, plain, good, bench.sender.send(plain))


def is_kept_back(found: Guarded) -> bool:
    good, control = found.good.answer, found.control.answer
    if good is None or control is None or not shown(good) - shown(control):
        return False
    return not is_success(found.control) or says_no(control) or hidden_mostly(found)


def hidden_mostly(found: Guarded) -> bool:
    """Whether nobody is shown less than half of what the caller is."""
    good, control = found.good.answer, found.control.answer
    return good is not None and control is not None and 2 * len(shown(good) & shown(control)) < len(shown(good))


def rarely(many: Iterator[Guarded]) -> Iterator[tuple[Guarded, bool]]:
    """Each, and whether it is the first of its part of the application."""
    roots: set[str] = set()
    for each in many:
        root = root_of(each.operation)
        is_first = root not in roots and len(roots) < MOST_ROOTS
        roots.add(root)
        yield each, is_first


def root_of(operation: Operation) -> str:
    """The first segment of its path that is neither a version nor `api`."""
    segments = [each for each in operation.path.split("/") if each and not each.startswith("{")]
    telling = (each for each in segments if each != "api" and not (each[0] == "v" and each[1:].isdecimal()))
    return next(telling, "")


def reads(bench: Workbench, target: Guarded, request: Sent) -> tuple[Exchange, ...]:
    """The exchanges that show that this request is told what only the caller should be; empty where it is not.

    What is shown counts where it was shown to the caller twice, and to the request twice.
    """
    first = bench.sender.send(request)
    if not _answers(first) or target.good.answer is None or target.control.answer is None:
        return ()
    again = bench.sender.send(bench.accounts.authorised(target.plain, target.caller))
    if not _answers(again) or again.answer is None or first.answer is None:
        return ()
    private = _of_the_caller((shown(target.good.answer) & shown(again.answer)) - shown(target.control.answer))
    if not private or not private <= shown(first.answer):
        return ()
    for _ in range(2):  # what comes and goes by itself is shown to nobody in particular, sooner or later
        nobody = bench.sender.send(target.plain)
        private -= shown(nobody.answer) if nobody.answer is not None and is_success(nobody) else frozenset()
        second = bench.sender.send(request)
        if second.answer is None or not private or not private <= shown(second.answer):
            return ()
    return (target.good, target.control, first)


def _of_the_caller(private: frozenset[str]) -> frozenset[str]:
    """Without what looks like a token: one against forged requests belongs to a session, and not to its account."""
    return frozenset(each for each in private if not _TOKEN.fullmatch(each)) or private


def with_token(bench: Workbench, target: Guarded, token: str, instead: str) -> Sent:
    """The caller's request with another token in the place of this one, and none of its other credentials."""
    request = bench.accounts.authorised(target.plain, target.caller)
    headers = []
    for name, value in request.headers:
        if name.lower() == "cookie":
            pairs = value.split("; ")
            kept = "; ".join(each for each in pairs if token in each or (name, each) in target.plain.headers)
            headers += [(name, kept)] if kept else []
        elif token in value or (name, value) in target.plain.headers:
            headers.append((name, value))
    changed = tuple((name, value.replace(token, instead)) for name, value in headers)
    url = request.url.replace(quote(token, safe=""), quote(instead, safe="")).replace(token, quote(instead, safe=""))
    return replace(request, headers=changed, url=url)


def without_credentials(bench: Workbench, request: Sent, caller: Caller) -> Sent:
    """The request as nobody sends it."""
    bare = Sent("GET", bench.surface.base)
    given = bench.accounts.authorised(bare, caller)
    names = {name.lower() for name, _ in given.headers} - {"cookie"}
    cookies = {
        pair.partition("=")[0] for name, value in given.headers if name == "cookie" for pair in value.split("; ")
    }
    headers = []
    for name, value in request.headers:
        pairs = value.split("; ") if name.lower() == "cookie" else []
        left = "; ".join(pair for pair in pairs if pair.partition("=")[0] not in cookies) if pairs else value
        if left and name.lower() not in names:
            headers.append((name, left))
    in_query = {name for name, _ in parse_qsl(urlsplit(given.url).query)}
    split = urlsplit(request.url)
    query = [pair for pair in split.query.split("&") if unquote_plus(pair.partition("=")[0]) not in in_query]
    return replace(request, url=split._replace(query="&".join(query)).geturl(), headers=tuple(headers), caller="")


def says_no(answer: Answer) -> bool:
    """Whether it refuses, whatever its status: an error as JSON, or a page to log in on."""
    document = json_of(answer)
    if isinstance(document, dict):
        names = {name.lower(): value for name, value in document.items()}
        return any(names.get(each) for each in _REFUSING) or any(names.get(each) is False for each in _DONE)
    page = page_of(answer)
    return page is not None and login_form(page) is not None


def nowhere(bench: Workbench) -> Exchange:
    """What the target says of an address that is none of its own."""
    return bench.sender.send(Sent("GET", f"{bench.surface.base}/{secrets.token_hex(8)}"))


def planned(name: str, bench: Workbench, about: int) -> Iterator[PlannedRequest]:
    """So many requests to each operation that may be read."""
    for operation in readable(bench):
        if not is_public(operation):
            yield PlannedRequest(operation.key, name, bench.accounts.callers[0].name, about)


def _answers(exchange: Exchange) -> bool:
    return is_success(exchange) and exchange.answer is not None and not says_no(exchange.answer)
