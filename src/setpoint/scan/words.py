"""What tools' own words mean: severities, confidences, weaknesses of the CWE, and kinds of tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from setpoint.model.policy import Severity
from setpoint.model.scan import ScanKind

SEVERITIES: Final[Mapping[str, Severity]] = {
    "critical": Severity.CRITICAL,
    "blocker": Severity.CRITICAL,
    "high": Severity.HIGH,
    "error": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "low": Severity.LOW,
    "note": Severity.LOW,
    "info": Severity.INFO,
    "informational": Severity.INFO,
    "none": Severity.INFO,
}
"""As bandit, semgrep, zizmor, GitLab and SARIF's levels (section 3.27.10) spell them, in small letters."""

CONFIDENCES: Final[Mapping[str, float]] = {"very-high": 0.95, "high": 0.9, "medium": 0.6, "low": 0.3}
"""As numbers to compare by: tools say words only (bandit, zizmor; GitHub's `precision`)."""

KINDS: Final[Mapping[str, ScanKind]] = {
    **dict.fromkeys(("bandit", "brakeman", "codeql", "eslint", "gosec", "ruff", "semgrep", "spotbugs"), ScanKind.SAST),
    **dict.fromkeys(("detect-secrets", "gitleaks", "kingfisher", "trufflehog"), ScanKind.SECRETS),
    **dict.fromkeys(("actionlint", "poutine", "zizmor"), ScanKind.PIPELINE),
    **dict.fromkeys(("cfn-lint", "checkov", "kics", "terrascan", "tflint", "tfsec"), ScanKind.IAC),
    **dict.fromkeys(("dependency-check", "grype", "osv-scanner", "pip-audit", "snyk"), ScanKind.DEPENDENCIES),
    **dict.fromkeys(("nuclei", "wapiti", "zap", "owasp-zap"), ScanKind.DAST),
}
"""By what these tools call themselves in their SARIF, as `tool_name` spells it."""

_EDITION: Final = re.compile(r"\s+(?:oss|pro|ce|cli|code)$", re.IGNORECASE)
_CWE: Final = re.compile(r"cwe[-_:/ ]{0,2}0*(\d{1,5})(?!\d)", re.IGNORECASE)


def tool_name(told: str) -> str:
    """`Semgrep OSS` as `semgrep`."""
    return re.sub(r"\s+", "-", _EDITION.sub("", told.strip()).lower())


def severity_of_score(score: float) -> Severity:
    """The rating of a CVSS score (CVSS 4.0 specification, table 22), which `security-severity` of GitHub is."""
    for least, severity in ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM)):
        if score >= least:
            return severity
    return Severity.LOW if score > 0 else Severity.INFO


def cwes_in(texts: Iterable[str]) -> tuple[int, ...]:
    """`external/cwe/cwe-089`, `CWE-89: SQL Injection` and `CWE89` as 89, in rising order."""
    found = {int(match) for each in texts for match in _CWE.findall(each)}
    return tuple(sorted(found - {0}))


def confidence_of(told: object) -> float | None:
    """A word, or a number from 0 to 1; None for anything else."""
    if isinstance(told, str):
        return CONFIDENCES.get(told.strip().lower().replace(" ", "-").replace("_", "-"))
    is_share = isinstance(told, (int, float)) and not isinstance(told, bool) and 0 <= told <= 1
    return float(told) if is_share and isinstance(told, (int, float)) else None
