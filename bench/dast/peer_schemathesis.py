"""schemathesis, a peer for what has a document: all its checks, with a login that it renews and two peers.

What it says is put into the truth's words by `WEAKNESSES`; what is no security check of it is a lead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tests.assets.targets.scoring import Finding

from bench.dast.counting import counting_proxy
from bench.dast.places import ready_peer
from bench.dast.processes import last_line, run_bounded
from bench.dast.scoring import Told
from bench.dast.tools import Outcome, Outside
from bench.dast.trials import Trial

REPORT: Final = "report.json"
SPARE: Final = 30.0
"""Seconds to end by itself, after its time is over."""
CONFIGURATION: Final = '[auth.wfc]\npath = "auth.json"\nuser = "alice"\npeers = ["alice", "bob"]\n'

WEAKNESSES: Final[Mapping[str, tuple[int, ...]]] = {
    "IgnoredAuth": (306, 287, 862),
    "UseAfterFree": (672, 613),
    "ObjectLevelAuthorizationViolation": (639,),
}
"""Failure of a security check → the weaknesses that it may mean."""
LEADS: Final[Mapping[str, tuple[int, ...]]] = {
    "ServerError": (209,),
    "MissingHeaderNotRejected": (345, 306),
    "UnsupportedMethodResponse": (650, 749),
    "JsonSchemaError": (213, 201),
    "AcceptedNegativeData": (943, 915),
}
"""Failure of another check → what a person might find when looking at it."""


class Schemathesis(Outside):
    name = "schemathesis"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def can_test(self, target: str) -> bool:
        return target == "api"

    def test(self, given: Trial, folder: Path) -> Outcome:
        program = ready_peer(self.name, "schemathesis")
        (folder / "auth.json").write_text(json.dumps(_accounts(given)), encoding="utf-8")
        (folder / "schemathesis.toml").write_text(CONFIGURATION, encoding="utf-8")
        with counting_proxy() as proxy:
            checks = ["--checks", "all", "--continue-on-failure", "--max-time", f"{self._seconds:.0f}"]
            output = ["--report", "json", "--report-json-path", str(folder / REPORT), "--no-color"]
            command = [program, "run", given.document, *checks, *output, "--proxy", proxy.url]
            without = {"NO_PROXY": "", "no_proxy": ""}
            cost = run_bounded(command, folder, seconds=self._seconds + SPARE, environment=without)
        report = folder / REPORT
        if not report.exists():
            return Outcome((), proxy.count, cost, f"no report: {last_line(folder)}")
        return Outcome(list(_told(json.loads(report.read_bytes()))), proxy.count, cost)


def _accounts(given: Trial) -> Mapping[str, Any]:
    """As Web Fuzzing Commons writes them."""
    login = given.people["login"]["jwt"]
    user_field, password_field = login["json"]
    token = {
        "extractFrom": "body",
        "extractSelector": f"/{login['token']}",
        "sendIn": "header",
        "sendName": "Authorization",
        "sendTemplate": "Bearer {token}",
    }

    def entry(name: str) -> Mapping[str, Any]:
        user = given.user(name)
        fields = {"usernameField": user_field, "passwordField": password_field}
        credentials = {"username": user["username"], "password": user["password"], **fields}
        endpoint = {"endpoint": login["path"], "verb": login["method"], "contentType": "application/json"}
        return {"name": name, "loginEndpointAuth": {**endpoint, "payloadUserPwd": credentials, "token": token}}

    return {"auth": [entry("alice"), entry("bob")]}


def _told(report: Mapping[str, Any]) -> Iterator[Told]:
    for failure in report["failures"]:
        kind = str(failure["type"])
        for operation in failure["operations"]:
            method, _, route = str(operation).partition(" ")
            weaknesses = WEAKNESSES.get(kind) or LEADS.get(kind, ())
            findings = tuple(Finding(method, route, cwe) for cwe in weaknesses)
            if findings:
                yield Told(kind, findings, is_lead=kind not in WEAKNESSES)
