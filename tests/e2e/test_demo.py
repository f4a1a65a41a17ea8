"""The demo's production after its incident: what every command says of it, in mode audit and in mode enforce.

The story itself is `make demo`, which CI runs as well.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from demo.incident import Act, acts
from demo.production import DECLARED, IMAGES, KEY_ALIAS, create, write_terraform_state
from demo.story import facts
from tests.e2e.account import Aws, make_bucket, serve
from tests.e2e.program import ROOT, Answer, Setpoint

GATE = ("gate", "--service", "payments", "--release", "2.0.1")
SERVICES = {"payments": {"tier": "critical"}, "orders": {}, "catalog": {"tier": "low", "exposure": "internet"}}


@dataclass(frozen=True, slots=True)
class Incident:
    """The production, before and after the operator's changes."""

    aws: Aws
    ids: Mapping[str, str]
    before: Mapping[str, Any]
    acts: list[Act]

    def now(self) -> Mapping[str, Any]:
        """What the incident touched, as AWS tells it."""
        return facts(self.aws, self.ids)


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """With AWS's managed policies, which the demo's roles have attached."""
    with serve(tmp_path_factory.mktemp("demo-aws"), MOTO_IAM_LOAD_MANAGED_POLICIES="true") as aws:
        yield aws


@pytest.fixture
def setpoint(tmp_path: Path, demo_server: Aws) -> Setpoint:
    return Setpoint(tmp_path, demo_server.url)


@pytest.fixture
def incident(demo_server: Aws, setpoint: Setpoint) -> Incident:
    demo_server.empty()
    ids = create(demo_server)
    write_terraform_state(ids, setpoint.folder / "terraform.tfstate")
    shutil.copy(DECLARED / "orders-and-catalog.yaml", setpoint.folder)
    before = facts(demo_server, ids)
    played = acts(demo_server, ids)
    for act in played:
        act.do()
    return Incident(demo_server, ids, before, played)


def configure(setpoint: Setpoint, mode: str, **more: object) -> None:
    setpoint.configure(
        {"terraform": "terraform.tfstate"},
        {"cloudformation": "orders-and-catalog.yaml", "parameters": {"RecordsKey": "alias/production"}},
        mode=mode,
        services=SERVICES,
        **more,
    )


def test_in_mode_audit_everything_is_told_and_nothing_is_changed(setpoint: Setpoint, incident: Incident) -> None:
    configure(setpoint, "audit")
    after = incident.now()
    beat = setpoint.run("beat", "--json")
    assert beat.code == 1
    assert incident.now() == after
    assert {"verified", "applying"}.isdisjoint(each["state"] for each in beat.json()["remediations"])

    drift, findings, remediations, gate, audit = setpoint.run_each(
        ("drift", "--json"), ("findings", "--json"), ("remediations", "--json"), (*GATE, "--json"), ("audit", "verify")
    )
    assert (drift.code, findings.code, remediations.code, gate.code, audit.code) == (1, 1, 0, 1, 0)
    assert_every_act_is_told(incident, drift, findings)
    assert {each["extent"] for each in drift.json()["coverage"]} == {"whole"}
    assert beat.json()["open_findings"] == len(findings.json())
    assert [(each["urn"].rsplit(":", 1)[1], each["state"]) for each in remediations.json()] == [
        ("acme-prod-catalog-images", "escalated")
    ]
    assert gate.json()["verdict"] == "refuse"
    assert gate.json()["risk"] > gate.json()["threshold"]
    assert gate.json()["threshold_factors"]
    assert_the_same_when_piped(setpoint, drift, findings)


def assert_every_act_is_told(incident: Incident, drift: Answer, findings: Answer) -> None:
    drifted = {(each["urn"], each["path"]) for each in drift.json()["drift"]}
    found = {(each["urn"], each["path"]) for each in findings.json() if each["source"] == "drift"}
    assert found == drifted
    touched = {act.urn for act in incident.acts}
    assert {urn for urn, _ in drifted} == touched
    for act in incident.acts:
        assert any(urn == act.urn and path.startswith(act.property) for urn, path in drifted), act.what


def assert_the_same_when_piped(setpoint: Setpoint, drift: Answer, findings: Answer) -> None:
    """Plain text: drift by entity, with all of its paths; findings in columns, a row each."""
    plain_drift, plain_findings, plain_gate = setpoint.run_each(("drift", "--all"), ("findings",), GATE)
    assert (plain_drift.code, plain_findings.code, plain_gate.code) == (1, 1, 1)
    drifted = drift.json()["drift"]
    heading = f": {len(drifted)} differences in {len({each['urn'] for each in drifted})} entities"
    lines = plain_drift.out.splitlines()
    assert lines[0].endswith(heading)
    for each in drifted:
        assert any(each["urn"] in line for line in lines), each
        assert any(each["path"] in line for line in lines), each
    for each in findings.json():
        assert any(each["urn"] in line and each["rule"] in line for line in plain_findings.out.splitlines()), each
    assert len(plain_findings.out.splitlines()) == len(findings.json()) + 1
    assert plain_gate.out.startswith("refuse: release:payments@2.0.1 at deploy\n")


def test_in_mode_enforce_production_is_as_before(setpoint: Setpoint, incident: Incident) -> None:
    # Without guardrails: what they have to say of the demo's production besides is not what this is about.
    configure(setpoint, "enforce", shipped_policies=False, policies=[str(ROOT / "policies" / "drift")])
    beat = setpoint.run("beat")
    for _ in incident.acts:  # in as many heartbeats as the limits on reverts make of it
        if incident.now() == incident.before:
            break
        beat = setpoint.run("beat")
    assert incident.now() == incident.before
    # Two things are left to people: the bucket that was deleted, and the role that nobody declared.
    assert beat.code == 1
    drift, remediations = setpoint.run_each(("drift", "--json"), ("remediations", "--json"))
    assert {(each["kind"], each["urn"].rsplit(":", 1)[1]) for each in drift.json()["drift"]} == {
        ("missing", "acme-prod-catalog-images"),
        ("unmanaged", "support-debug"),
    }
    ends = {each["urn"]: each["state"] for each in remediations.json()}
    assert ends == {
        act.urn: {"reverted": "verified", "escalated": "escalated"}[act.ends]
        for act in incident.acts
        if act.ends != "alerted"
    }

    _people_do_their_part(incident.aws)
    answers = [setpoint.run("beat", "--json"), setpoint.run("beat", "--json")]
    assert [each.code for each in answers] == [0, 0]
    assert [each.json()["open_findings"] for each in answers] == [0, 0]
    assert answers[1].json()["examined"] == 0
    looks = setpoint.run_each(("drift",), ("findings",), ("audit", "verify"))
    assert [each.code for each in looks] == [0, 0, 0]
    assert looks[1].out == "no findings\n"


def _people_do_their_part(aws: Aws) -> None:
    make_bucket(aws, IMAGES, "catalog", KEY_ALIAS)
    aws.client("iam").delete_role(RoleName="support-debug")
