"""Answers that any page can read by a script tag: JSON with padding that holds what an account sees."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Answer, Certainty, Fault, PartPlace, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.exposure.asking import (
    Reading,
    carries_cookie,
    planned,
    private_reading,
    triable,
    with_query,
)
from setpoint.scan.dast.interface import Workbench

NAMES: Final = ("callback", "jsonp", "cb", "jsoncallback")
"""Names of the parameter in the frameworks that know such answers."""


class PaddedAnswers:
    """Private data in answers that a script tag can read (JSONP)."""

    name = "padded-answers"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, triable(bench), 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in triable(bench):
            found = private_reading(bench, operation)
            if found is None or not carries_cookie(found.sent) or not _may_be_padded(found):
                continue
            functions = {f"f{secrets.token_hex(5)}": name for name in _names(found)}
            request = with_query(found.sent, *((name, function) for function, name in functions.items()))
            exchange = bench.sender.send(request)
            for function, name in functions.items():
                if exchange.answer is not None and _calls(exchange.answer, function):
                    yield Fault(
                        kind="jsonp-private-data",
                        cwe=942,
                        owasp="API8:2023",
                        severity=Severity.HIGH,
                        certainty=Certainty.CONFIRMED,
                        method=operation.method,
                        path=operation.path,
                        part=f"query:{name}",
                        caller=found.caller.name,
                        message="A script tag on any page is answered with a call that hands over what the user who"
                        " looks at it may see; answer with JSON alone, and allow origins by CORS",
                        proof=(found.exchange, exchange),
                        difference="the answer is a script that calls the function that the request named",
                    )


def _may_be_padded(found: Reading) -> bool:
    return json_of(found.answer) is not None or "javascript" in found.answer.header("content-type")


def _names(found: Reading) -> list[str]:
    told = {part.name for part in found.operation.parts if part.place is PartPlace.QUERY}
    return [name for name in NAMES if name in told] or list(NAMES)


def _calls(answer: Answer, function: str) -> bool:
    """Whether a browser runs it as a script: it begins with the call, and its type is none that nosniff refuses."""
    kind = answer.header("content-type").lower()
    refused = "json" in kind or "html" in kind or kind.startswith("text/plain")
    if refused and answer.header("x-content-type-options").lower() == "nosniff":
        return False
    text = answer.body.decode(errors="replace")
    return (
        re.match(rf"\s*(?:/\*.*?\*/\s*)?(?:typeof {function}[^;]*&&\s*)?{function}\s*\(\s*[\[{{]", text, re.DOTALL)
        is not None
    )
