"""Addresses that get past filters of redirects, and whether an answer follows one. Used by checks of redirects."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Caller, Certainty, Exchange, Fault, Operation
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.exposure.asking import marker_host, registered
from setpoint.scan.dast.checks.exposure.redirect_targets import browser_host, targets

GUESSES: Final = ("next", "url", "redirect", "redirect_uri", "return", "returnTo", "return_url", "continue", "goto")
"""Names to try where an operation sends people on, and its parts are not known to say where to."""

Send = Callable[[dict[str, str]], Sequence[Exchange]]
"""Sends requests with these addresses, by the names of the parts that they are put in."""


@dataclass(frozen=True, slots=True)
class Trick:
    """An address that a browser takes for one of the host `host`, and a careless filter for one of the service's."""

    address: str
    host: str


def tricks_for(base: str, example: object) -> tuple[Trick, ...]:
    """The plain one first; then what gets past a filter that looks at the beginning, the end or the middle."""
    host = marker_host()
    at = urlsplit(base)
    known = (browser_host(example, base) if isinstance(example, str) else "") or at.hostname or ""
    longer = f"{secrets.token_hex(4)}{registered(known)}"
    own = f"{at.scheme}://{at.netloc}"
    return (
        Trick(f"https://{host}/", host),
        Trick(f"//{host}/", host),
        Trick(f"/\\{host}/", host),
        Trick(f"///{host}/", host),
        Trick(f"https:///{host}/", host),
        Trick(f"/\t/{host}/", host),
        Trick(f"{own}@{host}/", host),
        Trick(f"{at.scheme}://{known}.{host}/", f"{known}.{host}"),
        Trick(f"https://{host}/?{own}/", host),
        Trick(f"https://{host}/{known}", host),
        Trick(f"https://{longer}/", longer),
    )


def goes_to(exchange: Exchange, host: str) -> str:
    """What of the answer takes a browser to that host; empty where nothing does."""
    if exchange.answer is None:
        return ""
    return next(
        (by for by, address in targets(exchange.answer) if browser_host(address, exchange.sent.url) == host), ""
    )


def sends_on(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.answer is not None and any(targets(exchange.answer))


def at_once(base: str, names: list[str], send: Send, most: int) -> tuple[str, Exchange, str] | None:
    """All names in one request, each with a host of its own, so that the answer says which was heeded."""
    tricks = {name: tricks_for(base, None) for name in names}
    for tried in range(most):
        for exchange in send({name: each[tried].address for name, each in tricks.items()}):
            for name, each in tricks.items():
                if by := goes_to(exchange, each[tried].host):
                    return name, exchange, by
    return None


def fault_of(operation: Operation, part: str, caller: Caller, exchange: Exchange, by: str) -> Fault:
    return Fault(
        kind="open-redirect",
        cwe=601,
        owasp="A01:2021",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=part,
        caller=caller.name,
        message="People who follow a link to this service are sent to any host that the link names; take paths of"
        " this service only, or targets out of a list",
        proof=(exchange,),
        difference=f"{by} takes a browser to a host that the request named",
    )
