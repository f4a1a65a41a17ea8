from __future__ import annotations

from typing import Any

import pytest

from setpoint.model.canonical import Unknown
from setpoint.model.scan import CodePlace
from setpoint.sarif.log import Level, SarifResult, SarifRule, sarif_log

RULE = SarifRule("drift/changed", "A declared value differs", "Bring it home.", Level.ERROR)


def result(**changes: Any) -> SarifResult:
    given: dict[str, Any] = {
        "rule": RULE,
        "message": "Status is not as declared",
        "entity": "aws:1:eu-west-1:AWS::S3::Bucket:one",
        "path": "Status",
        "fingerprint": "abc",
        "level": Level.ERROR,
    }
    return SarifResult(**{**given, **changes})


@pytest.mark.parametrize(
    ("declared_at", "physical"),
    [
        ("template.yaml:12: Bucket", {"artifactLocation": {"uri": "template.yaml"}, "region": {"startLine": 12}}),
        ("demo/terraform.tfstate: aws_s3_bucket.data", {"artifactLocation": {"uri": "demo/terraform.tfstate"}}),
        ("/srv/a b/t.yaml:3: X", {"artifactLocation": {"uri": "file:///srv/a%20b/t.yaml"}, "region": {"startLine": 3}}),
        (
            "s3://bucket/key.json:7: X",
            {"artifactLocation": {"uri": "s3://bucket/key.json"}, "region": {"startLine": 7}},
        ),
        ("t.yaml:9: Nested/Bucket", {"artifactLocation": {"uri": "t.yaml"}, "region": {"startLine": 9}}),
        ("stack orders:9: Bucket", None),
        ("recorded", None),
        ("", None),
    ],
)
def test_a_result_stands_where_its_entity_is_declared(checked: Any, declared_at: str, physical: Any) -> None:
    (made,) = checked(sarif_log([result(declared_at=declared_at)]))
    (location,) = made["locations"]
    assert location.get("physicalLocation") == physical
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": "aws:1:eu-west-1:AWS::S3::Bucket:one#Status", "kind": "resource"}
    ]


def test_rules_stand_once_and_results_point_at_them(checked: Any) -> None:
    other = SarifRule("a/other", "Other", "Do.", Level.WARNING)
    log = sarif_log([result(), result(rule=other, path=""), result(path="Name")])
    results = checked(log)
    assert [each["ruleId"] for each in results] == ["drift/changed", "a/other", "drift/changed"]
    assert [each["id"] for each in log["runs"][0]["tool"]["driver"]["rules"]] == ["a/other", "drift/changed"]


def test_what_could_not_be_told_is_open_and_has_no_level(checked: Any) -> None:
    (made,) = checked(sarif_log([result(is_open=True)]))
    assert (made["kind"], made["level"]) == ("open", "none")


def test_what_was_not_read_fails_the_run(checked: Any) -> None:
    log = sarif_log([], ["no area was read"])
    assert checked(log) == []
    (invocation,) = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "no area was read"


def test_values_that_are_not_known_are_spelt_as_everywhere(checked: Any) -> None:
    (made,) = checked(sarif_log([result(properties={"intended": [Unknown("why")]})]))
    assert made["properties"] == {"path": "Status", "intended": [{"unknown": "why"}]}


@pytest.mark.parametrize(
    ("file", "location"),
    [
        ("shop/a b.py", {"uri": "shop/a%20b.py", "uriBaseId": "%SRCROOT%"}),
        ("../a.py", {"uri": "../a.py", "uriBaseId": "%SRCROOT%"}),
        ("/etc/passwd", {"uri": "file:///etc/passwd"}),
        ("C:/src/a b.py", {"uri": "file:///C:/src/a%20b.py"}),
        ("https://shop.example/a?b=1", {"uri": "https://shop.example/a?b=1"}),
    ],
)
def test_only_what_is_relative_has_a_base(checked: Any, file: str, location: Any) -> None:
    (told,) = checked(sarif_log([result(place=CodePlace(file, 1, 1, "run"))]))
    assert told["locations"][0]["physicalLocation"]["artifactLocation"] == location
