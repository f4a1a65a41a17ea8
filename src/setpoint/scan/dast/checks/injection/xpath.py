"""XPath injection: conditions on the length of a text, in a function that SQL does not have."""

from __future__ import annotations

import secrets
from typing import ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Fault
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.differential import Turn, Variants, differential
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import Probe
from setpoint.scan.dast.interface import Workbench

_NARROWER: Final = (
    "{value}' and {condition} and 'k'='k",
    "{value} and {condition}",
    '{value}" and {condition} and "k"="k',
    "{value}') and {condition} and contains('k','k",
)
_WIDER: Final = (
    "{marker}' or {condition} or 'k'='j",
    '{marker}" or {condition} or "k"="j',
    "{marker}') or {condition} or contains('k','j",
    "-1 or {condition}",
)
LIKELY: Final = 1
"""How many of either are tried where nothing reacted."""


class XPathInjection(InjectionCheck):
    """XPath injection, told apart by true and false conditions."""

    name = "xpath-injection"
    weakness: ClassVar = FaultKind(
        kind="xpath-injection",
        cwe=643,
        severity=Severity.HIGH,
        message="The value becomes a part of an XPath expression; pass it as a variable of the expression",
    )
    about: ClassVar = 10

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        place, nonsense = probe.place, probe.nonsense
        if place.usual is None or nonsense is None:
            return None
        if nonsense != place.usual:
            for template in _NARROWER if probe.breaks else _NARROWER[: LIKELY + 1]:
                variants = _conditions(template, value=place.value)
                if proof := differential(bench, place, variants, true=place.usual):
                    return self.weakness.told_apart(place, proof)
        wider = _WIDER if place.only_reads else ()
        for template in wider if probe.breaks else wider[:LIKELY]:
            variants = _conditions(template, marker=probe.marker)
            if proof := differential(bench, place, variants, not_true=nonsense):
                return self.weakness.told_apart(place, proof)
        return None


def _conditions(template: str, **values: str) -> Variants:
    def variant(turn: Turn) -> Json:
        text = secrets.token_hex(4)
        length = len(text) if turn.holds else len(text) + 1 + turn.number
        return template.format(condition=f"string-length('{text}')={length}", **values)

    return variant
