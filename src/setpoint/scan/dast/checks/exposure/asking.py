"""What all checks of this theme do: who may read an operation, and the same request with one thing changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Operation, PlannedRequest, Profile, Sent
from setpoint.scan.dast.answers import is_success, json_of, likeness, shown
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.plan import LEARNING

AS_NOBODY: Final = "as nobody, at an account's address (once for all checks)"
"""By the name of no check: what it is answered is kept for all of them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An operation that answered, and whom."""

    operation: Operation
    caller: Caller
    exchange: Exchange
    answer: Answer

    @property
    def sent(self) -> Sent:
        """With the credentials of its caller."""
        return self.exchange.sent


def marker_host() -> str:
    """A name that nobody has and no answer holds by chance (`.example`: RFC 2606)."""
    return f"m{secrets.token_hex(6)}.example"


def registered(host: str) -> str:
    """The part of a name that somebody registered: what stands before it in another name is not theirs to give."""
    labels = host.split(".")
    if labels[-1].isdecimal():
        return host
    is_second_level = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3  # `co.uk`, `com.br`
    return ".".join(labels[-3 if is_second_level else -2 :])


def resolved(base: str, address: str) -> SplitResult:
    """An address in an answer from `base`, as a whole one; an empty one where it is none."""
    try:
        return urlsplit(urljoin(base, address))
    except ValueError:
        return urlsplit("")


def everybody(bench: Workbench) -> Iterator[Caller]:
    """Nobody first, then the accounts, least first."""
    yield ANONYMOUS
    yield from bench.accounts.callers


def gets(bench: Workbench) -> Iterator[Operation]:
    """Operations that only read, and may be sent to."""
    return (each for each in bench.surface.operations if each.method == "GET" and not bench.may_send(each))


def triable(bench: Workbench) -> Iterator[Operation]:
    """`gets` that may be asked for with what no visitor's browser would send."""
    return iter(()) if bench.profile is Profile.PASSIVE else gets(bench)


def planned(
    bench: Workbench,
    check: str,
    operations: Iterable[Operation],
    about: int,
    usual: int | None = None,
    *,
    baselines: bool = True,
) -> Iterator[PlannedRequest]:
    """`about` requests to each, `usual` to a sound one, and the baselines that it may be first to ask for."""
    for operation in operations:
        if baselines:
            for caller in everybody(bench):
                yield PlannedRequest(operation.key, LEARNING, caller.name, 1)
        if baselines and bench.accounts.callers:
            yield PlannedRequest(operation.key, AS_NOBODY, "", 1, int("{" in operation.path))
        yield PlannedRequest(operation.key, check, "", about, usual)


def answer_of(bench: Workbench, operation: Operation, caller: Caller) -> Answer | None:
    """Of its baseline; None where none came."""
    exchange = bench.baseline(operation, caller)
    return exchange.answer if exchange else None


def reading(bench: Workbench, operation: Operation) -> Reading | None:
    """As the first of everybody whom the operation answers well; None where it answers nobody so."""
    for caller in everybody(bench):
        exchange = bench.baseline(operation, caller)
        if exchange is not None and exchange.answer is not None and is_success(exchange):
            return Reading(operation, caller, exchange, exchange.answer)
    return None


def private_reading(bench: Workbench, operation: Operation) -> Reading | None:
    """As the first account that is shown what nobody else than account holders is; None where there is none."""
    for caller in bench.accounts.callers:
        exchange = bench.baseline(operation, caller)
        if exchange is None or exchange.answer is None or not is_success(exchange):
            continue
        anonymous = _anonymous(bench, operation, exchange)
        if anonymous is not None and _shows_more(exchange.answer, anonymous):
            return Reading(operation, caller, exchange, exchange.answer)
    return None


def _anonymous(bench: Workbench, operation: Operation, exchange: Exchange) -> Answer | None:
    """What nobody is answered at the very address that the account asked: its own baseline may name another object."""
    usual = bench.baseline(operation, ANONYMOUS)
    if usual is None or usual.sent.url == exchange.sent.url:
        return usual.answer if usual else None
    key = f"exposure.anonymous {exchange.sent.method} {exchange.sent.url}"
    if key not in bench.kept:
        bench.kept[key] = bench.sender.send(Sent(exchange.sent.method, exchange.sent.url)).answer
    answer: Answer | None = bench.kept[key]
    return answer


def _shows_more(answer: Answer, anonymous: Answer) -> bool:
    """Whether the account sees values that nobody does not: another status, or an answer that differs for good."""
    if not 200 <= anonymous.status < 300:
        return bool(shown(answer))
    same_shape = json_of(answer) is not None and json_of(anonymous) is not None
    return likeness(answer, anonymous) < (0.95 if same_shape else 0.8)


def ask(bench: Workbench, request: Sent, caller: Caller = ANONYMOUS) -> Exchange:
    """Sends a request that carries no credentials yet as this caller."""
    return bench.sender.send(request if caller == ANONYMOUS else bench.accounts.authorised(request, caller))


def with_headers(request: Sent, *headers: tuple[str, str]) -> Sent:
    """In the place of those of the same names."""
    names = {name.lower() for name, _ in headers}
    kept = tuple((name, value) for name, value in request.headers if name.lower() not in names)
    return replace(request, headers=(*kept, *headers))


def with_query(request: Sent, *pairs: tuple[str, str]) -> Sent:
    """With these behind its query."""
    joint = "&" if urlsplit(request.url).query else "?"
    return replace(request, url=request.url + joint + urlencode(pairs))


def carries_cookie(request: Sent) -> bool:
    """Whether a browser would send the credentials by itself, whatever page asks it to."""
    return any(
        name.lower() == "cookie" or (name.lower() == "authorization" and value.lower().startswith("basic "))
        for name, value in request.headers
    )
