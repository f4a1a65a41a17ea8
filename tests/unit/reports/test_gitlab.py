from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from tests.unit.reports.telling import hostile, of_everything

from setpoint.model.policy import Severity
from setpoint.reports.content import Report
from setpoint.reports.gitlab import SEVERITIES, code_quality
from setpoint.reports.making import doubtful_report

SCHEMA = Path(__file__).parents[2] / "assets" / "reports" / "code-quality.schema.json"


def checked(report: Report) -> Any:
    issues = orjson.loads(orjson.dumps(code_quality(report)))
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(issues)
    assert len({each["fingerprint"] for each in issues}) == len(issues)
    return issues


def test_everything_but_what_is_waived_is_told() -> None:
    issues = checked(of_everything())
    assert [(each["check_name"], each["severity"], each["location"]["path"]) for each in issues] == [
        ("risk", "critical", "release:shop@1.4.2"),
        ("code/cwe-89", "critical", "shop/orders.py"),
        ("risk", "critical", "release:shop@1.4.2"),
        ("logging/bucket", "minor", "release:shop@1.4.2"),
        ("code/cwe-89", "minor", "shop/a b.py"),
        ("risk", "info", "release:shop@1.4.2"),
    ]
    assert issues[1]["location"]["lines"] == {"begin": 41}
    assert issues[2]["description"] == "could not tell: the last heartbeat is too old"


def test_what_nobody_could_decide_is_no_empty_list() -> None:
    (issue,) = checked(doubtful_report("release:shop@1", "the server is away"))
    assert issue["description"] == "could not tell: the server is away"


@pytest.mark.parametrize("report", [hostile(), of_everything()], ids=["hostile", "everything"])
def test_it_has_the_form_that_gitlab_documents(report: Report) -> None:
    assert checked(report)


def test_every_severity_has_one_of_gitlabs() -> None:
    assert set(SEVERITIES) == set(Severity)
