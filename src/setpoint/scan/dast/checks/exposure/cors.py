"""Cross-origin reading: pages of which origins may read answers that hold what an account sees (the Fetch Standard)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import (
    ANONYMOUS,
    Answer,
    Caller,
    Certainty,
    Exchange,
    Fault,
    Operation,
    PlannedRequest,
    Profile,
    Sent,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.exposure.asking import (
    answer_of,
    ask,
    everybody,
    gets,
    marker_host,
    planned,
    private_reading,
    registered,
    triable,
    with_headers,
)
from setpoint.scan.dast.interface import Workbench

MAX_TRUSTED: Final = 3
"""Origins of others that answers name: each costs one or two requests on every operation."""

PREFLIGHTS: Final = 3
"""Origins that a path which cannot be read is asked for: any, `null`, and one that looks like its own."""

MAX_SEARCHED: Final = 50_000
"""Bytes of an answer that are searched for links."""

NULL: Final = "null"
"""Origin of pages in a sandboxed frame or a file: any page can get itself one."""


@dataclass(frozen=True, slots=True)
class _Trial:
    origin: str
    kind: str
    what: str


_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_REFLECTED: Final = "any origin at all"
_NULL: Final = "the origin `null`, which any page can take on"
_PART: Final = "origins that only look like one of its own"


class CrossOriginReading:
    """Pages of strangers that may read what a user sees (CORS)."""

    name = "cross-origin-reading"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        trials = len(_trials(bench.surface.base, ()))
        yield from planned(bench, self.name, triable(bench), trials + 2 * MAX_TRUSTED, trials)
        yield from planned(bench, self.name, _only_written(bench), PREFLIGHTS, baselines=False)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        trials = _trials(bench.surface.base, _trusted(bench))
        for operation in triable(bench):
            private = private_reading(bench, operation)
            caller = private.caller if private else ANONYMOUS
            request = bench.build(operation, (bench.owned(operation, caller) or {}) if private else {})
            for trial in trials:
                exchange = ask(bench, with_headers(request, ("Origin", trial.origin)), caller)
                if _lets_read(exchange.answer, trial.origin):
                    yield _fault(operation, caller, trial, exchange, is_private=private is not None)
                    break
        for operation in _only_written(bench):
            yield from _by_preflight(bench, operation, trials[:PREFLIGHTS])


def _only_written(bench: Workbench) -> list[Operation]:
    """Operations on paths that cannot be read: a preflight tells of them, and changes nothing."""
    if bench.profile is Profile.PASSIVE:
        return []
    read = {each.path for each in gets(bench)}
    by_path = {
        each.path: each for each in bench.surface.operations if each.path not in read and each.method != "OPTIONS"
    }
    return [each for each in by_path.values() if not bench.may_send(replace(each, method="OPTIONS"))]


def _trusted(bench: Workbench) -> tuple[str, ...]:
    """Origins that answers allow without being asked, then others that they link to."""
    allowed: dict[str, None] = {}
    linked: dict[str, None] = {}
    for operation in triable(bench):
        for caller in everybody(bench):
            if answer := answer_of(bench, operation, caller):
                allowed |= dict.fromkeys(_ORIGIN.findall(answer.header("access-control-allow-origin")))
                linked |= dict.fromkeys(_ORIGIN.findall(answer.body[:MAX_SEARCHED].decode(errors="replace")))
    own = urlsplit(bench.surface.base).hostname
    return tuple(each for each in allowed | linked if urlsplit(each).hostname != own)[:MAX_TRUSTED]


def _trials(base: str, trusted: tuple[str, ...]) -> tuple[_Trial, ...]:
    """From what says most to what says least; one for each way in which filters of origins go wrong."""
    at = urlsplit(base)
    own = [f"{scheme}://{at.hostname}" for scheme in dict.fromkeys((at.scheme, "https"))]
    parts = [_beginning_and_ending_as(origin) for origin in (*own, "http://localhost", *trusted)]
    named = [] if registered(at.hostname or "") == at.hostname else own[:1]
    parts += [
        origin.replace(".", "x", 1) for origin in (*named, *trusted) if origin.count(".") > 1
    ]  # a dot in a pattern
    return (
        _Trial(f"https://{marker_host()}", "cors-reflected-origin", _REFLECTED),
        _Trial(NULL, "cors-null-origin", _NULL),
        *(_Trial(origin, "cors-partly-matched-origin", _PART) for origin in dict.fromkeys(parts)),
    )


def _beginning_and_ending_as(origin: str) -> str:
    """Another one, whose name anybody can register, that a look at either end takes for this one."""
    return f"{origin}.{secrets.token_hex(4)}{registered(urlsplit(origin).hostname or '')}"


def _lets_read(answer: Answer | None, origin: str) -> bool:
    """Whether browsers give this answer to pages of this origin together with what the cookies of the user get."""
    return (
        answer is not None
        and answer.header("access-control-allow-origin") == origin
        and answer.header("access-control-allow-credentials").lower() == "true"
    )


def _by_preflight(bench: Workbench, operation: Operation, trials: tuple[_Trial, ...]) -> Iterator[Fault]:
    usual = bench.build(operation, {})
    for trial in trials:
        asked = (("Origin", trial.origin), ("Access-Control-Request-Method", operation.method))
        exchange = bench.sender.send(with_headers(Sent("OPTIONS", usual.url), *asked))
        if _lets_read(exchange.answer, trial.origin):
            yield _fault(operation, ANONYMOUS, trial, exchange, is_private=True)
            return


def _fault(operation: Operation, caller: Caller, trial: _Trial, exchange: Exchange, *, is_private: bool) -> Fault:
    return Fault(
        kind=trial.kind,
        cwe=942,
        owasp="API8:2023",
        severity=Severity.HIGH if is_private else Severity.MEDIUM,
        certainty=Certainty.OBSERVED,
        method=operation.method,
        path=operation.path,
        part="header:Access-Control-Allow-Origin",
        caller=caller.name,
        message=f"Pages of {trial.what} may ask as the user who looks at them, and read the answer; compare the whole"
        " origin with a list, and allow credentials to those alone",
        proof=(exchange,),
        difference=f"the answer to Origin: {trial.origin} allows that origin, with credentials",
    )
