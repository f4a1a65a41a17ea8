"""`setpoint scan` over plans, templates and lockfiles: our own guardrails, and the advisories of the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.e2e.program import Answer, Setpoint

TEMPLATE = """\
Parameters:
  Engine: {Type: String, Default: postgres}
Resources:
  Orders:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: !Ref Engine
      PubliclyAccessible: true
"""
ADVISORY = {
    "id": "GHSA-x84v-xcm2-53pg",
    "modified": "2024-01-01T00:00:00Z",
    "aliases": ["CVE-2018-18074"],
    "summary": "Credentials are sent on",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "requests"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.20.0"}]}],
        }
    ],
}


@pytest.fixture
def setpoint(tmp_path: Path) -> Setpoint:
    folder = tmp_path / "here"
    folder.mkdir()
    return Setpoint(folder, "")


def _scan(setpoint: Setpoint, scanner: str, *arguments: str) -> Answer:
    return setpoint.run("scan", "source", "--scanner", scanner, *arguments)


def test_a_template_is_held_against_the_guardrails(setpoint: Setpoint) -> None:
    setpoint.write("source/deploy/shop.yaml", TEMPLATE)
    answer = _scan(setpoint, "guardrails", "--fail-on", "critical", "--json")
    document = answer.json()
    (worst,) = [each for each in document["weaknesses"] if each["severity"] == "critical"]
    assert answer.code == 1
    assert (worst["rule"], worst["kind"]) == ("guardrails/exposure/database-public", "iac")
    assert (worst["file"], worst["line"]) == ("deploy/shop.yaml", 5)
    assert worst["message"].startswith("Orders: Database instance can be reached from the internet. ")
    assert document["doubts"] == []


def test_two_resources_of_a_plan_are_two_weaknesses(setpoint: Setpoint) -> None:
    resources = [
        {
            "address": f"aws_db_instance.{name}",
            "mode": "managed",
            "type": "aws_db_instance",
            "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "values": {"engine": "postgres", "publicly_accessible": True},
        }
        for name in ("orders", "customers")
    ]
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}}
    setpoint.write("source/shop.tfplan.json", json.dumps(plan))
    setpoint.write("source/main.tf", '\n\nresource "aws_db_instance" "customers" {}\n')
    document = _scan(setpoint, "guardrails", "--json").json()
    public = [each for each in document["weaknesses"] if each["rule"] == "guardrails/exposure/database-public"]
    assert [(each["file"], each["line"], each["function"]) for each in public] == [
        ("main.tf", 3, ""),
        ("shop.tfplan.json", 0, "aws_db_instance.orders"),
    ]
    assert len({each["fingerprint"] for each in public}) == 2


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("true", "!Ref Open", "PubliclyAccessible is not known: the parameter Open has no value before it is deployed"),
        ("true", "[", "guardrails: failed: deploy/shop.yaml:10: this is not YAML"),
    ],
)
def test_what_cannot_be_told_is_not_clean(setpoint: Setpoint, before: str, after: str, words: str) -> None:
    template = TEMPLATE.replace(before, after).replace("Resources:", "  Open: {Type: String}\nResources:")
    setpoint.write("source/deploy/shop.yaml", template)
    answer = _scan(setpoint, "guardrails", "--fail-on", "critical", "--json")
    assert answer.code == 3
    (doubt,) = answer.json()["doubts"]
    assert words in doubt


def test_dependencies_are_compared_with_the_advisories(setpoint: Setpoint) -> None:
    setpoint.write("setpoint.yaml", "ledger: setpoint.sqlite\n")
    setpoint.write("source/requirements.txt", "idna==3.7\nrequests==2.19.0\n")
    missing = _scan(setpoint, "advisories")
    assert missing.code == 3
    assert "there is no ledger with advisories here" in missing.out
    setpoint.write("advisory.json", json.dumps(ADVISORY))
    assert setpoint.run("advisories", "sync", "--from", "advisory.json").code == 0
    answer = _scan(setpoint, "advisories", "--json")
    (weakness,) = answer.json()["weaknesses"]
    assert answer.code == 1
    assert (weakness["rule"], weakness["file"], weakness["line"], weakness["score"]) == (
        "advisories/CVE-2018-18074",
        "requirements.txt",
        2,
        7.5,
    )
    assert weakness["message"] == "pypi/requests@2.19.0: Credentials are sent on; fixed in 2.20.0"


def test_a_folder_with_a_lockfile_needs_no_ledger(setpoint: Setpoint) -> None:
    """Nobody asked for advisories where there is none: it is said, and no more."""
    setpoint.write("source/requirements.txt", "requests==2.19.0\n")
    answer = setpoint.run("scan", "source", "--json")
    told = {each["scanner"]: each["status"] for each in answer.json()["runs"]}
    assert (answer.code, told["advisories"], told["guardrails"]) == (0, "not installed", "nothing to look at")
