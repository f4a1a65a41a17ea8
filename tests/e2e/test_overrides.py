"""Policies that hold otherwise for some services: at the gate, in production, and as they are explained."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.e2e.account import BUCKET, Aws, open_the_bucket
from tests.e2e.program import ASSETS, Setpoint

GATE = ("gate", "--service", "shop", "--release", "1", "--json")
POLICY = "exposure/bucket-public-access-block"
SANDBOX = {
    "policy": POLICY,
    "services": ["sh*"],
    "environments": ["staging"],
    "severity": "low",
    "effects": {"build": "none", "deploy": "warn", "admit": "warn", "runtime": "alert"},
    "reason": "only test data there",
}


@pytest.fixture
def careless(setpoint: Setpoint, shop: Aws) -> Setpoint:
    """A shop whose bucket is declared, and is, without the block; looked at once."""
    declared = yaml.safe_load((ASSETS / "shop.yaml").read_text(encoding="utf-8"))
    del declared["Resources"]["Orders"]["Properties"]["PublicAccessBlockConfiguration"]
    setpoint.write("shop.yaml", yaml.safe_dump(declared))
    configure(setpoint)
    open_the_bucket(shop)
    assert setpoint.run("beat").code == 1
    return setpoint


def configure(setpoint: Setpoint, **more: Any) -> None:
    setpoint.configure({"cloudformation": "shop.yaml"}, **more)


def line_of(setpoint: Setpoint, text: str) -> int:
    lines = (setpoint.folder / "setpoint.yaml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def finding(setpoint: Setpoint) -> Any:
    (found,) = [each for each in setpoint.run("findings", "--json").json() if each["rule"] == POLICY]
    return found


def test_the_gate_decides_by_where_the_service_runs_and_names_the_override(careless: Setpoint) -> None:
    for stage in ("build", "deploy", "admit"):
        assert careless.run(*GATE, "--stage", stage).json()["verdict"] == "refuse", stage

    configure(careless, environment="production", overrides=[SANDBOX])
    in_production, supposed = careless.run_each(GATE, (*GATE, "--what-if", "environment=staging"))
    assert (in_production.code, in_production.json()["verdict"]) == (1, "refuse")
    assert supposed.json()["as_it_would_be"]["verdict"] == "admit"

    configure(careless, environment="staging", overrides=[SANDBOX])
    deployed, built = careless.run_each(GATE, (*GATE, "--stage", "build"))
    why = f"as setpoint.yaml:{line_of(careless, POLICY)} says: only test data there"
    for answer, effect in ((deployed, "warn"), (built, "none")):
        decision = answer.json()
        (reason,) = [each for each in decision["reasons"] if each["policy"] == POLICY]
        assert (answer.code, decision["verdict"]) == (0, "admit")
        assert f"{effect} instead of deny, {why}" in reason["message"]
        assert f"low instead of high, {why}" in reason["evidence"]["overrides"]


def test_an_override_judges_again_whom_it_is_for(careless: Setpoint) -> None:
    assert finding(careless)["severity"] == "high"
    configure(careless, environment="staging", overrides=[{**SANDBOX, "services": ["other"]}])
    assert careless.run("beat", "--json").json()["examined"] == 0
    configure(careless, environment="staging", overrides=[SANDBOX])
    assert careless.run("beat", "--json").json()["examined"] == 1
    assert (finding(careless)["urn"].rpartition(":")[2], finding(careless)["severity"]) == (BUCKET, "low")
    assert careless.run("beat", "--json").json()["examined"] == 0
    configure(careless, overrides=[{**SANDBOX, "effects": {"runtime": "none"}, "environments": ["*"]}])
    assert careless.run("beat").code == 0, "nothing is left to be found"


def test_what_an_override_changes_is_explained(careless: Setpoint) -> None:
    configure(careless, environment="staging", overrides=[SANDBOX])
    told, for_others = careless.run_each(
        ("policy", "explain", POLICY, "--service", "shop"), ("policy", "explain", POLICY, "--service", "bank")
    )
    why = f"as setpoint.yaml:{line_of(careless, POLICY)} says: only test data there"
    assert f"at deploy   warn instead of deny, {why}" in told.out
    assert "shop, of tier critical, in staging" in told.out
    assert "instead of" not in for_others.out


def test_an_override_of_no_policy_is_told_before_anything_is_done(careless: Setpoint) -> None:
    configure(careless, overrides=[{**SANDBOX, "policy": "exposure/buckt-public-access-block"}])
    where = f"setpoint.yaml:{line_of(careless, 'buckt')}: "
    complaint = f"{where}there is no policy exposure/buckt-public-access-block; did you mean {POLICY}?"
    for arguments in (("beat",), GATE, ("policy", "check")):
        answer = careless.run(*arguments)
        assert (answer.code, answer.complaint()) == (2, complaint)
