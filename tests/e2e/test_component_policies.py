"""What components a release may be made of: policies at the gate and in production, through the command line."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.account import Aws
from tests.e2e.policies import LOGGED
from tests.e2e.program import Setpoint

GATE = ("gate", "--service", "shop", "--release", "2", "--json")
PLACE = "pkg:pypi/pymupdf@1.24"
RULE = "licence/network-copyleft"
STRICT = {"policy": "licence/*", "effects": {"deploy": "deny"}, "reason": "it is sold"}


def bill(licence: str) -> str:
    listed = {
        "type": "library",
        "name": "pymupdf",
        "version": "1.24",
        "purl": PLACE,
        "licenses": [{"expression": licence}],
    }
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [listed]})


def made_of(setpoint: Setpoint, licence: str) -> None:
    setpoint.write("app.cdx.json", bill(licence))
    assert setpoint.run("sbom", "add", "app.cdx.json", "--release", "shop@2").code == 0


def against(answer: Any) -> list[str]:
    return [each["message"] for each in answer.json()["reasons"] if each["policy"] == RULE]


def test_a_licence_is_told_of_at_the_gate_and_where_it_runs(setpoint: Setpoint, shop: Aws) -> None:
    assert setpoint.run("beat").code == 0
    made_of(setpoint, "AGPL-3.0-only OR MIT")
    assert against(setpoint.run(*GATE)) == []

    # It can only be warned of, until somebody is stricter.
    made_of(setpoint, "AGPL-3.0-only AND MIT")
    warned = setpoint.run(*GATE)
    (message,) = against(warned)
    assert (warned.code, message.startswith(PLACE)) == (0, True)
    setpoint.configure(overrides=[STRICT])
    assert setpoint.run(*GATE).code == 1

    # What was decided of it can be decided again by other policies.
    setpoint.configure()
    replayed = setpoint.run("policy", "replay", "--policy", "licence/*", "--json")
    assert (replayed.code, RULE in replayed.out) == (1, True)

    setpoint.write("instances.jsonl", json.dumps({"service": "shop", "id": "web-1", "release": "2"}))
    assert setpoint.run("instances", "report", "instances.jsonl").code == 0
    assert setpoint.run("beat").code == 1
    found = setpoint.run("findings", "--json").json()
    assert [(each["rule"], each["path"], each["service"]) for each in found] == [(RULE, PLACE, "shop")]

    # What ran is judged again, too: by the same policies alike, without them otherwise.
    runtime = ("policy", "replay", "--json", "--service", "shop", "--policy", "licence/*")
    ran = [each for each in setpoint.run(*runtime).json()["changes"] if each["stage"] == "runtime"]
    assert ran == []
    setpoint.write("mine/logging/bucket-logged.yaml", LOGGED)
    replayed = setpoint.run(*runtime, "--policies", "mine", "--no-shipped")
    ran = [each for each in replayed.json()["changes"] if each["stage"] == "runtime"]
    assert (replayed.code, [(each["kind"], each["subject"], each["path"]) for each in ran]) == (
        1,
        [("no longer violated", "service:shop", f"{PLACE}[{RULE}]")],
    )
