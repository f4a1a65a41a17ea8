"""Weaknesses in the source as SARIF: those of every scanner, each once, with fingerprints that outlast moved lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.policy import Severity
from setpoint.model.scan import Scan, Weakness
from setpoint.sarif.findings import LEVELS
from setpoint.sarif.log import Level, SarifResult, SarifRule, sarif_log

SCORES: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
"""Within the bands of CVSS, for code hosts that go by `security-severity` where no tool gives a score."""


def weaknesses_log(scan: Scan) -> Json:
    """The run did not succeed where a scanner that had to could not tell."""
    untold = [f"{each.scanner}: {each.status}: {each.reason}".removesuffix(": ") for each in scan.doubts]
    return sarif_log(weakness_results(scan.weaknesses), untold)


def weakness_results(weaknesses: Sequence[Weakness]) -> list[SarifResult]:
    """In the order given."""
    of_rules: dict[str, list[Weakness]] = defaultdict(list)
    for each in weaknesses:
        of_rules[each.rule].append(each)
    rules = {name: _rule(name, each) for name, each in of_rules.items()}
    return [_result(each, rules[each.rule]) for each in weaknesses]


def _rule(name: str, weaknesses: Sequence[Weakness]) -> SarifRule:
    """Code hosts go by the score and the tags of the rule, and so by its worst weakness."""
    return SarifRule(
        name,
        f"A weakness in the source: {name}",
        "What tells it, and since when: setpoint scan --json",
        max((LEVELS[each.severity] for each in weaknesses), key=list(reversed(Level)).index),
        {
            "security-severity": max((_score(each) for each in weaknesses), key=float),
            "tags": ["security", *_cwe_tags(sorted({cwe for each in weaknesses for cwe in each.cwes}))],
        },
    )


def _result(weakness: Weakness, rule: SarifRule) -> SarifResult:
    properties: dict[str, Json] = {
        "severity": weakness.severity,
        "security-severity": _score(weakness),
        "kind": weakness.kind,
        "toldBy": list(weakness.told_by),
        "tags": ["security", *_cwe_tags(weakness.cwes)],
        "isNew": weakness.is_new,
    }
    return SarifResult(
        rule,
        weakness.message or weakness.rule,
        entity=weakness.place.file,
        path=weakness.place.function,
        fingerprint=weakness.fingerprint,
        level=LEVELS[weakness.severity],
        properties=properties,
        place=weakness.place,
        is_new=weakness.is_new,
    )


def _score(weakness: Weakness) -> str:
    return SCORES[weakness.severity] if weakness.score is None else f"{weakness.score:.1f}"


def _cwe_tags(cwes: Iterable[int]) -> Iterator[str]:
    return (f"external/cwe/cwe-{each}" for each in cwes)
