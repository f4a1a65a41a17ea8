from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from tests.unit.reports.telling import AT, decision, hostile, known, of_everything, scan, told, weakness

from setpoint.model.decision import Verdict
from setpoint.model.policy import Severity
from setpoint.model.scan import Scan
from setpoint.reports.content import Report
from setpoint.reports.making import decision_report, doubtful_report, scan_report
from setpoint.sarif.scan import report_log
from setpoint.scan.sarif.reading import read_sarif

SCHEMA = Path(__file__).parents[2] / "assets" / "reports" / "sarif.schema.json"


def run_of(report: Report) -> Any:
    log = orjson.loads(orjson.dumps(report_log(report)))
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(log)
    (run,) = log["runs"]
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in run["results"])
    return run


@pytest.mark.parametrize(
    "report",
    [of_everything(), hostile(), doubtful_report("release:shop@1", "the server is away")],
    ids=["everything", "hostile", "doubtful"],
)
def test_it_has_the_form_of_the_standard(report: Report) -> None:
    run = run_of(report)
    assert len(run["results"]) == len(report.problems)
    assert not run["invocations"][0]["executionSuccessful"]


def test_old_new_and_waived_weaknesses_are_told_apart() -> None:
    results = {each["partialFingerprints"]["setpointIdentity/v1"]: each for each in run_of(of_everything())["results"]}
    new, old, waived = (results[weakness(number).fingerprint] for number in (1, 2, 3))
    assert (new["baselineState"], old["baselineState"]) == ("new", "unchanged")
    assert waived["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "waived, as w7 says"}]
    assert "suppressions" not in new
    assert new["properties"]["standing"] == "confirmed in production"
    assert new["properties"]["policies"] == ["code/confirmed-injection"]
    assert old["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/a%20b.py"


def test_the_numbers_are_the_runs() -> None:
    properties = run_of(of_everything())["properties"]
    assert (properties["verdict"], properties["risk"], properties["threshold"]) == ("refuse", 12.0, 7.2)
    assert [each["name"] for each in properties["riskFactors"]] == ["severity", "tier"]


def test_without_a_base_nothing_is_new_or_old() -> None:
    made = weakness(is_new=None)
    (result,) = run_of(decision_report(decision(told(known(made)), verdict=Verdict.ADMIT), scan(made)))["results"]
    assert "baselineState" not in result


def test_a_rule_is_as_severe_as_its_worst_weakness() -> None:
    low, scored = weakness(1, severity=Severity.LOW), weakness(2, score=9.8, cwes=(89, 564))
    report = scan_report(Scan((), (low, scored), AT), Verdict.REFUSE, "", lambda _each: True)
    (rule,) = run_of(report)["tool"]["driver"]["rules"]
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"] == {
        "security-severity": "9.8",
        "tags": ["security", "external/cwe/cwe-89", "external/cwe/cwe-564"],
    }


def test_a_message_holds_no_link() -> None:
    made = weakness(message="[here](https://evil.example)")
    (result,) = run_of(decision_report(decision(told(known(made))), scan(made)))["results"]
    assert result["message"]["text"].startswith("[here\\](https://evil.example)")


def test_what_is_written_can_be_read_again() -> None:
    made = weakness()
    log = orjson.dumps(report_log(decision_report(decision(told(known(made))), scan(made))))
    (run,) = read_sarif(log, root=Path("/anywhere"))
    assert [(each.rule, each.place.file, each.place.line) for each in run.results] == [("cwe-89", "shop/orders.py", 41)]
