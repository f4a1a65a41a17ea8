"""Cookies that a server believes though anybody can write them: a role, a name of an account, its digest.

An account changes a cookie of its own so that it says what another account's would. What counts is that the answer then
shows what only the other is shown otherwise. Sessions are left alone: whoever has one of another's is that other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote

from setpoint.model.dast import ANONYMOUS, Caller, Certainty, Exchange, Fault, Operation, PlannedRequest, Profile, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, page_of, shown
from setpoint.scan.dast.checks.access.callers import peers, ranks
from setpoint.scan.dast.interface import Login, Workbench
from setpoint.scan.dast.naming import words_of

MOST_OPERATIONS: Final = 4
"""Pages on which a changed cookie is tried."""

LEAST_SHOWN: Final = 0.5
"""Of what only the other is shown."""

_STAYING: Final = frozenset({"remember", "stay", "keep", "persistent", "persist", "rememberme", "trust"})
"""Words of a box on a login that asks for a cookie which outlives the session."""

_DIGESTS: Final = ("md5", "sha1", "sha256")


class TrustedCookies:
    name = "trusted-cookies"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE:
            about = 4 + 2 * MOST_OPERATIONS
            yield from (PlannedRequest("*", self.name, own.name, about, 1) for own, _ in _pairs(bench))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        """First who may more, then who may the same."""
        if bench.profile is Profile.PASSIVE:
            return
        told: set[str] = set()
        for own, other in _pairs(bench):
            login = _staying(bench, own)
            cookies = {name: value for place, name, value in login.credentials if place == "cookie"} if login else {}
            for name, value in cookies.items():
                changed = _saying(value, own, other, bench.accounts.user)
                if changed is None or name in told:
                    continue
                for fault in _believed(bench, (own, other), cookies, (name, changed)):
                    told.add(name)
                    yield fault


def _pairs(bench: Workbench) -> Iterator[tuple[Caller, Caller]]:
    """Who changes its cookie, and who it is made to speak of."""
    yield from ((lower, higher) for higher, lower in list(ranks(bench))[:1])
    pair = peers(bench)
    if pair is not None and pair[0].rank == pair[1].rank:
        yield pair


def _staying(bench: Workbench, caller: Caller) -> Login | None:
    """A login with the box for a longer one ticked, where its form has any."""
    login = bench.accounts.login(caller)
    if login is None or not login.exchanges or login.exchanges[0].answer is None:
        return login
    page = page_of(login.exchanges[0].answer)
    boxes = page.iter("input") if page is not None else ()
    ticked = {
        each.get("name"): each.get("value") or "on"
        for each in boxes
        if each.get("type", "").lower() == "checkbox" and not _STAYING.isdisjoint(words_of(each.get("name") or ""))
    }
    return bench.accounts.login(caller, also=ticked) if ticked else login


def _saying(value: str, own: Caller, other: Caller, user: Callable[[Caller], str]) -> str | None:
    """The cookie as it would be of the other; None where nothing in it speaks of who has it."""
    said = [(own.role, other.role), (user(own), user(other)), (own.name, other.name)]
    pairs = [(mine, theirs) for mine, theirs in said if mine and theirs and mine != theirs]
    for mine, theirs in pairs:
        for algorithm in _DIGESTS:
            if value.lower() == hashlib.new(algorithm, mine.encode(), usedforsecurity=False).hexdigest():
                return hashlib.new(algorithm, theirs.encode(), usedforsecurity=False).hexdigest()
    for decoded, encode in _readings(value):
        changed = decoded
        for mine, theirs in pairs:
            changed = changed.replace(mine, theirs)
        if changed != decoded:
            return encode(changed)
    return None


def _readings(value: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    """What it says as it stands, percent-decoded and as base64; and how that is written again."""
    bare = value.strip('"')
    yield bare, lambda text: value.replace(bare, text)
    if "%" in bare:
        yield unquote(bare), lambda text: quote(text, safe="")
    padded = bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4)
    try:
        text = base64.b64decode(padded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return
    is_padded, is_safe = bare.endswith("="), not {"+", "/"} & set(bare)

    def encoded(text: str) -> str:
        written = (base64.urlsafe_b64encode if is_safe else base64.b64encode)(text.encode()).decode()
        return written if is_padded else written.rstrip("=")

    yield text, encoded


def _believed(
    bench: Workbench, callers: tuple[Caller, Caller], cookies: Mapping[str, str], changed: tuple[str, str]
) -> Iterator[Fault]:
    """One fault at most: by the changed cookie beside the others, or by it alone."""
    name, value = changed
    for operation, theirs in _only_the_others(bench, *callers):
        beside = {**cookies, name: value}
        for given, before in ((beside, cookies), ({name: value}, {name: cookies[name]})):
            control = _sent(bench, operation, before)
            first, second = _sent(bench, operation, given), _sent(bench, operation, given)
            private = theirs - _shown(control)
            if private and all(len(private & _shown(each)) >= LEAST_SHOWN * len(theirs) for each in (first, second)):
                yield _fault(operation, callers, name, (control, first))
                return


def _only_the_others(bench: Workbench, own: Caller, other: Caller) -> Iterator[tuple[Operation, frozenset[str]]]:
    """Pages with what only the other is shown, those that show most of it first."""
    found = []
    for operation in bench.surface.operations:
        if operation.method != "GET" or "{" in operation.path or bench.may_send(operation):
            continue
        theirs = _shown(bench.baseline(operation, other))
        theirs -= _shown(bench.baseline(operation, own)) | _shown(bench.baseline(operation, ANONYMOUS))
        if theirs:
            found.append((operation, theirs))
    found.sort(key=lambda each: -len(each[1]))
    yield from found[:MOST_OPERATIONS]


def _sent(bench: Workbench, operation: Operation, cookies: Mapping[str, str]) -> Exchange:
    request = bench.build(operation, {})
    written = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return bench.sender.send(Sent(request.method, request.url, (*request.headers, ("cookie", written)), request.body))


def _shown(exchange: Exchange | None) -> frozenset[str]:
    return shown(exchange.answer) if exchange and exchange.answer and is_success(exchange) else frozenset()


def _fault(operation: Operation, callers: tuple[Caller, Caller], name: str, proof: tuple[Exchange, ...]) -> Fault:
    own, other = callers
    return Fault(
        kind="trusted-cookie",
        cwe=565,
        owasp="API2:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=f"cookie:{name}",
        caller=own.name,
        message=(
            f"{own.name} is taken for {other.name} by a cookie that anybody can write; keep on the server who somebody "
            "is and what they may do, or sign the cookie"
        ),
        proof=proof,
        difference=f"with `{name}` changed, the answer shows what only {other.name} is shown otherwise",
    )
