"""Weaknesses in the source as SARIF: those of every scanner, each once, with fingerprints that outlast moved lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.policy import Severity
from setpoint.model.scan import Scan, Weakness
from setpoint.sarif.findings import LEVELS
from setpoint.sarif.log import SarifResult, SarifRule, sarif_log

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
    return sarif_log([_result(each) for each in scan.weaknesses], untold)


def _result(weakness: Weakness) -> SarifResult:
    level = LEVELS[weakness.severity]
    help_text = "What tells it, and since when: setpoint scan --json"
    properties: dict[str, Json] = {
        "severity": weakness.severity,
        "security-severity": SCORES[weakness.severity] if weakness.score is None else f"{weakness.score:.1f}",
        "kind": weakness.kind,
        "toldBy": list(weakness.told_by),
        "tags": ["security", *(f"external/cwe/cwe-{each}" for each in weakness.cwes)],
        "isNew": weakness.is_new,
    }
    return SarifResult(
        SarifRule(weakness.rule, f"A weakness in the source: {weakness.rule}", help_text, level),
        weakness.message,
        entity=weakness.place.file,
        path=weakness.place.function,
        fingerprint=weakness.fingerprint,
        level=level,
        properties=properties,
        place=weakness.place,
    )
