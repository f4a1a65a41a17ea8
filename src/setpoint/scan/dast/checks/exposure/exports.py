"""Exports, dumps and downloads that hand anybody what the pages and lists beside them show to accounts only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Fault, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, leaves, shown
from setpoint.scan.dast.checks.exposure.asking import Reading, answer_of, gets, planned, private_reading
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_WORDS: Final = frozenset(
    {"export", "exports", "download", "downloads", "dump", "backup", "report", "reports", "csv", "xlsx", "archive"}
)
_ENOUGH: Final = 3
"""Values in common: one or two can be a name of a country or of a kind."""
_TELLING: Final = 6
"""Characters of a value that is not found anywhere by chance."""
_SPLIT: Final = re.compile(r"[,;\t\n\r\"]+")


class OpenExports:
    """Exports and downloads that show anybody what is for accounts."""

    name = "open-exports"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        return planned(bench, self.name, gets(bench), 0)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        exports = [each for each in gets(bench) if _is_export(each)]
        if not exports:
            return
        if not bench.accounts.callers:
            bench.told("open-exports: without an account nobody can say what is private")
            return
        private = [
            found for each in gets(bench) if each not in exports and (found := private_reading(bench, each)) is not None
        ]
        for operation in exports:
            answer = answer_of(bench, operation, ANONYMOUS)
            if answer is not None and is_success(bench.baseline(operation, ANONYMOUS)):
                yield from _open(bench, operation, answer, private)


def _is_export(operation: Operation) -> bool:
    """A document that lets nobody in, or everybody, was judged by people: it is for checks of authentication."""
    return operation.security is None and bool(_WORDS & {*words_of(operation.path), *words_of(operation.name)})


def _open(bench: Workbench, operation: Operation, answer: Answer, private: list[Reading]) -> Iterator[Fault]:
    values = _values(answer)
    for found in private:
        anonymous = answer_of(bench, found.operation, ANONYMOUS)
        guarded = _values(found.answer) - (_values(anonymous) if anonymous is not None else frozenset())
        if len(values & guarded) >= _ENOUGH:
            given = bench.baseline(operation, ANONYMOUS)
            yield Fault(
                kind="open-export",
                cwe=306,
                owasp="API2:2023",
                severity=Severity.HIGH,
                certainty=Certainty.CONFIRMED,
                method=operation.method,
                path=operation.path,
                message=f"Anybody gets what {found.operation.path} shows to accounts only; ask for the same"
                " permission here",
                proof=(found.exchange, *([given] if given else [])),
                difference=f"{len(values & guarded)} values that nobody is shown there are in this answer to nobody",
            )
            return


def _values(answer: Answer) -> frozenset[str]:
    """Whole values, and fields of lines of a table."""
    document = json_of(answer)
    if document is not None:
        found = (str(value) for _, value in leaves(document) if value is not None and not isinstance(value, bool))
    else:
        found = (field.strip() for text in shown(answer) for field in _SPLIT.split(text))
    return frozenset(each for each in found if len(each) >= _TELLING)
