"""GitLab's Code Quality report: a JSON list of problems at places, compared there with that of the target branch.

GitLab documents the form (*Code Quality*, *Code Quality report format*).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.policy import Severity
from setpoint.reports.content import Bearing, Problem, Report
from setpoint.reports.text import plain

SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.INFO: "info",
    Severity.LOW: "minor",
    Severity.MEDIUM: "major",
    Severity.HIGH: "critical",
    Severity.CRITICAL: "blocker",
}


def code_quality(report: Report) -> Json:
    """Old weaknesses too: GitLab itself tells those that a merge request brings. None that are waived."""
    return [_issue(each, report) for each in report.problems if each.bearing is not Bearing.WAIVED]


def _issue(problem: Problem, report: Report) -> Json:
    place = problem.weakness.place if problem.weakness is not None else None
    return {
        "description": plain(_told(problem)),
        "check_name": plain(problem.rule),
        "fingerprint": problem.fingerprint,
        "severity": SEVERITIES[problem.severity],
        # It takes none without a place: what is in no file is told of the release.
        "location": {
            "path": plain(place.file if place is not None and place.file else report.subject),
            "lines": {"begin": max(place.line, 1) if place is not None else 1},
        },
    }


def _told(problem: Problem) -> str:
    return f"could not tell: {problem.sentence}" if problem.bearing is Bearing.UNTOLD else problem.sentence
