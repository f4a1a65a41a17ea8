from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind
from setpoint.scan.reports import read_report
from setpoint.scan.sarif.reading import SarifLimits

LEAK = {
    "RuleID": "aws-access-token",
    "File": "config/prod.env",
    "StartLine": 3,
    "EndLine": 3,
    "Secret": "AKIA-the-secret",
    "Match": "key=AKIA-the-secret",
    "Author": "somebody",
}


def _write(root: Path, document: Any) -> Path:
    path = root / "report.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_gitleaks_json_without_the_secret(root: Path) -> None:
    (run,) = read_report(
        _write(root, [LEAK, {**LEAK, "File": str(root / "a.py")}, {**LEAK, "File": "a/../../b.env"}]), root
    )
    assert (run.scanner, run.kind, run.must_run) == ("gitleaks", ScanKind.SECRETS, True)
    first, second, outside = run.results
    assert outside.place.is_outside
    assert (first.rule, first.severity, first.cwes) == ("aws-access-token", Severity.HIGH, (798,))
    assert (first.place, second.place.file) == (CodePlace("config/prod.env", 3, 3), "a.py")
    assert "the-secret" not in str(run)
    assert "somebody" not in str(run)


@pytest.mark.parametrize("document", [[3], [{}], [{"RuleID": 5}], [{**LEAK, "File": "a\0b"}]])
def test_a_list_that_is_not_of_gitleaks(root: Path, document: Any) -> None:
    with pytest.raises(InputError, match=r"report\.json: "):
        read_report(_write(root, document), root)


def test_too_many(root: Path) -> None:
    with pytest.raises(InputError, match="more than 1 results"):
        read_report(_write(root, [LEAK, LEAK]), root, SarifLimits(results=1))


def test_what_ruff_leaves_out_of_its_sarif_is_known(root: Path) -> None:
    result = {"ruleId": "S608", "level": "error", "message": {"text": "built from text"}}
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "ruff"}}, "results": [result]}]}
    (run,) = read_report(_write(root, log), root)
    assert [(each.cwes, each.severity) for each in run.results] == [((89,), Severity.MEDIUM)]


def test_a_file_that_is_not_there(root: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_report(root / "gone.sarif", root)
