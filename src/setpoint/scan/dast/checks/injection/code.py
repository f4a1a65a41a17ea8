"""Code injection: the value, or what it closes a text with, is run as the target's own language."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from setpoint.model.dast import Fault
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.computing import Numbers, Riddle, product, solved
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import Probe
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_SUM: Final = "<one>*<other>"
"""A calculator works it out, too, and may: it leads to what no calculator knows."""
_LANGUAGES: Final = (
    "'<first>'[::-1]+'<second>'",  # Python
    "'<first>'.split('').reverse().join('')+'<second>'",  # JavaScript
    "strrev('<first>').'<second>'",  # PHP
    "'<first>'.reverse+'<second>'",  # Ruby
    "new StringBuilder('<first>').reverse().toString()+'<second>'",  # Groovy, SpEL
)
"""The first text from its end to its start, and the second behind it as it is: no echo, and no app that turns texts."""
_WITHIN_TEXT: Final = (
    "'+'<first>'[::-1]+'<second>'+'",
    "\"+'<first>'[::-1]+'<second>'+\"",
    "'+'<first>'.split('').reverse().join('')+'<second>'+'",
    "\"+'<first>'.split('').reverse().join('')+'<second>'+\"",
    "'.strrev('<first>').'<second>'.'",
)
_HINTS: Final = frozenset(
    {
        "calc",
        "calculate",
        "calculation",
        "code",
        "condition",
        "eval",
        "evaluate",
        "expr",
        "expression",
        "formula",
        "function",
        "lambda",
        "math",
        "predicate",
        "rule",
        "script",
        "transform",
    }
)
"""Words of names of parts that hold what is to be evaluated."""


class CodeInjection(InjectionCheck):
    """Code injection: a text that only the target's own language turned round."""

    name = "code-injection"
    weakness: ClassVar = FaultKind(
        kind="code-injection",
        cwe=95,
        severity=Severity.CRITICAL,
        message="The value is run as code of the application; read it with a parser of what it may be, "
        "and never by eval",
    )
    about: ClassVar = 8

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        place = probe.place
        words = {*words_of(place.part.name), *words_of(place.operation.path)}
        tried: list[str] = []
        if not _HINTS.isdisjoint(words) or (not probe.is_idle and solved(bench, place, product(_SUM))):
            tried += _LANGUAGES
        if probe.breaks:
            tried += [place.value + each for each in _WITHIN_TEXT]
        for template in tried:
            if exchange := solved(bench, place, _turned(template)):
                return self.weakness.computed(
                    place, exchange, "the answer holds a text that was sent the other way round"
                )
        return None


def _turned(template: str) -> Callable[[Numbers], Riddle]:
    return lambda given: Riddle(given.filled(template), given.first[::-1] + given.second)
