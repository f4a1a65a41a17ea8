"""Header fields that tell browsers to be careful, judged where they matter: pages as pages, data as data.

Listed in `checks`. Nothing is sent that other checks do not send, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from setpoint.model.dast import Answer, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.checks.configuration.content_policy import (
    Policy,
    keeps_frames_out,
    policies_of,
    weaknesses,
)
from setpoint.scan.dast.checks.configuration.problems import Found, Problem, folded
from setpoint.scan.dast.checks.configuration.visits import Visit, is_json, is_page, visits
from setpoint.scan.dast.interface import Workbench

_CSP: Final = "content-security-policy"
_PRIVATE_QUERY: Final = frozenset({"token", "code", "key", "secret", "session", "sid", "ticket", "signature", "reset"})
"""Names in a query whose values other sites must not read from a Referer field."""

_TELLS_ALL: Final = frozenset({"unsafe-url", "no-referrer-when-downgrade"})
"""Policies that send the whole address to other sites; browsers send only its origin where none is set
(https://www.w3.org/TR/referrer-policy/#default-referrer-policy), so that a missing field is no fault."""


class SecurityHeaders:
    """Content-Security-Policy and its quality, frames, sniffing and referrers, of pages and of data."""

    name = "security-headers"

    def plan(self, _bench: Workbench) -> Iterator[PlannedRequest]:
        """Nothing but baselines, which are planned for all checks."""
        return iter(())

    def run(self, bench: Workbench) -> Iterator[Fault]:
        seen = [visit for visit in visits(bench) if is_page(visit.answer) or is_json(visit.answer)]
        pages = [visit for visit in seen if is_page(visit.answer)]
        yield from folded(_found(seen, _sniffing), _operations(seen))
        yield from folded(_found(pages, _page_problems), _operations(pages))


def _found(seen: Iterable[Visit], problems: Callable[[Visit], Iterable[Problem]]) -> Iterator[Found]:
    return (Found(problem, visit) for visit in seen for problem in problems(visit))


def _operations(seen: Iterable[Visit]) -> int:
    return len({visit.operation.key for visit in seen})


def _page_problems(visit: Visit) -> Iterator[Problem]:
    yield from _content_policy(visit)
    yield from _framing(visit)
    yield from _referrer(visit)


def _sniffing(visit: Visit) -> Iterator[Problem]:
    answer = visit.answer
    # the first value counts: https://fetch.spec.whatwg.org/#x-content-type-options-header
    if answer.header("x-content-type-options").split(",")[0].strip().lower() != "nosniff":
        yield Problem(
            "missing-nosniff",
            693,
            Severity.LOW,
            "header:X-Content-Type-Options",
            "Browsers may take an answer for another type than its Content-Type says; send 'nosniff' with every answer",
            _sent_or_not(answer, "X-Content-Type-Options"),
        )


def _is_worth_misusing(visit: Visit) -> bool:
    """Whether who is in the page can do something as its visitor: it is an account's, or has a form."""
    return bool(visit.caller.name) or b"<form" in visit.answer.body.lower()


def _content_policy(visit: Visit) -> Iterator[Problem]:
    answer = visit.answer
    policies = [*_enforced(answer), *_in_page(answer)]
    if not policies:
        yield Problem(
            "missing-content-security-policy",
            693,
            Severity.MEDIUM if _is_worth_misusing(visit) else Severity.LOW,
            "header:Content-Security-Policy",
            "Nothing keeps an injected script from running; send a Content-Security-Policy whose script-src names"
            " 'self' or nonces",
            "Content-Security-Policy is only reported, not enforced"
            if answer.header(f"{_CSP}-report-only")
            else "the answer has no Content-Security-Policy",
        )
    elif told := weaknesses(policies):
        yield Problem(
            "weak-content-security-policy",
            693,
            Severity.MEDIUM,
            "header:Content-Security-Policy",
            "The Content-Security-Policy lets injected content run; allow scripts by 'self' or nonces, no plug-ins",
            "; ".join(told.values()),
        )


def _framing(visit: Visit) -> Iterator[Problem]:
    answer = visit.answer
    options = {each.strip().lower() for each in answer.header("x-frame-options").split(",")}
    if keeps_frames_out(_enforced(answer)) or (len(options) == 1 and options <= {"deny", "sameorigin"}):
        return
    yield Problem(
        "missing-frame-protection",
        1021,
        Severity.MEDIUM if _is_worth_misusing(visit) else Severity.LOW,
        "header:X-Frame-Options",
        "Other sites can show the page in a frame and have people click in it unawares; send frame-ancestors in a"
        " Content-Security-Policy, or X-Frame-Options: DENY",
        _sent_or_not(answer, "X-Frame-Options") + ", and no policy has a frame-ancestors that keeps others out",
    )


def _referrer(visit: Visit) -> Iterator[Problem]:
    sent = [each.strip().lower() for each in visit.answer.header("referrer-policy").split(",") if each.strip()]
    query = {name.lower() for name, _ in parse_qsl(urlsplit(visit.exchange.sent.url).query)}
    is_private = bool(query & _PRIVATE_QUERY)
    if (sent and sent[-1] in _TELLS_ALL) or (not sent and is_private):
        yield Problem(
            "weak-referrer-policy",
            200,
            Severity.MEDIUM if is_private else Severity.LOW,
            "header:Referrer-Policy",
            "Other sites are told the whole addresses of pages; send Referrer-Policy: strict-origin-when-cross-origin,"
            " or no-referrer",
            _sent_or_not(visit.answer, "Referrer-Policy"),
        )


def _enforced(answer: Answer) -> list[Policy]:
    return policies_of(value for name, value in answer.headers if name == _CSP)


def _in_page(answer: Answer) -> list[Policy]:
    """Of `<meta>` elements: those say nothing about frames (CSP Level 3, 3.3)."""
    page = page_of(answer)
    if page is None:
        return []
    metas = (each for each in page.iter("meta") if (each.get("http-equiv") or "").strip().lower() == _CSP)
    return policies_of(each.get("content") or "" for each in metas)


def _sent_or_not(answer: Answer, name: str) -> str:
    value = answer.header(name.lower())
    return f"{name} is {value[:100]!r}" if value else f"the answer has no {name}"
