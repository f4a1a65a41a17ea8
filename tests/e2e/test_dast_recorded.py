"""What `setpoint dast` finds becomes findings of the service; and a new release is tested by `setpoint up` itself."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.e2e.program import Answer, Loop, Setpoint, eventually
from tests.e2e.running_service import DOCUMENT, TOKENS, running

AUTH = """\
logins:
  token: {kind: bearer, probe: /orders}
accounts:
  - {name: alice, token: {environment: ALICE_TOKEN}}
  - {name: bob, token: {environment: BOB_TOKEN}}
"""
OF_ACCESS = ("--rate", "500", "--check", "access", "--service", "orders")


@pytest.fixture
def setpoint(tmp_path: Path) -> Setpoint:
    program = Setpoint(tmp_path, "")
    program.write("openapi.json", json.dumps(DOCUMENT))
    program.write("auth.yaml", AUTH)
    program.environment |= {f"{user.upper()}_TOKEN": token for token, user in TOKENS.items()}
    configure(program)
    assert program.run("beat").code == 0
    return program


def configure(setpoint: Setpoint, **more: object) -> None:
    settings: Mapping[str, object] = {"loop": {"interval": "200ms"}, "services": {"orders": {}}}
    setpoint.write("setpoint.yaml", yaml.safe_dump({**settings, **more}))


def dast(setpoint: Setpoint, base: str, *arguments: str) -> Answer:
    return setpoint.run("dast", base, "--openapi", "openapi.json", "--auth", "auth.yaml", *OF_ACCESS, *arguments)


def findings(setpoint: Setpoint, *arguments: str) -> list[Any]:
    found: list[Any] = setpoint.run("findings", "--service", "orders", "--json", *arguments).json()
    return [each for each in found if each["source"] == "dast"]


def test_faults_open_close_and_come_back_as_findings(setpoint: Setpoint) -> None:
    with running(is_repaired=False) as faulty:
        first = dast(setpoint, faulty.base, "--release", "1")
        assert (first.code, first.err) == (1, "")
        assert "kept as findings of orders, release 1: 1 opened, 0 regressions, 0 closed" in first.out
    (found,) = findings(setpoint)
    assert found["rule"].startswith("dast/")
    assert found["path"] == "GET /orders/{id} path:id"
    assert found["evidence"]["owasp"] == "API1:2023"
    assert found["evidence"]["certainty"] == "confirmed"
    assert not any(token in json.dumps(found) for token in TOKENS)

    with running(is_repaired=True) as repaired:
        narrower = dast(setpoint, repaired.base, "--exclude", "/orders/{id}", "--json").json()
        assert narrower["recorded"]["closed"] == []
        assert len(findings(setpoint)) == 1
        mended = dast(setpoint, repaired.base, "--release", "2")
        assert "kept as findings of orders, release 2: 0 opened, 0 regressions, 1 closed" in mended.out
    assert findings(setpoint) == []

    with running(is_repaired=False) as again:
        back = dast(setpoint, again.base)
        assert "release 2: 0 opened, 1 regression, 0 closed" in back.out
        assert "GET /orders/{id}, path:id was mended before" in back.out
    (found,) = findings(setpoint)
    assert found["times_opened"] == 2


def test_a_release_has_to_be_known_before_anything_is_sent(setpoint: Setpoint) -> None:
    with running(is_repaired=True) as service:
        answer = dast(setpoint, service.base)
        assert (answer.code, service.requests) == (2, 0)
    assert "no release of orders is known; say which one runs there, with --release V" in answer.complaint()


def test_a_new_release_is_tested_while_setpoint_runs(setpoint: Setpoint) -> None:
    with running(is_repaired=False) as service:
        of_orders = {
            "url": service.base,
            "openapi": "openapi.json",
            "auth": "auth.yaml",
            "rate": 500,
            "checks": ["access"],
            "on": ["release"],
            "delay": 0,
        }
        configure(setpoint, dast={"services": {"orders": of_orders}})
        loop = Loop(setpoint, "loop")
        loop.await_beats(1)
        assert service.requests == 0
        assert setpoint.run("gate", "--service", "orders", "--release", "1").code in {0, 1, 3}
        eventually("the release is tested", lambda: outcome(setpoint) == "tested")
        assert "GET /orders/{id} path:id" in [each["path"] for each in findings(setpoint)]
        assert service.harm == []
        assert loop.stop() == 0
    assert last(setpoint)["release"] == "1"


def test_a_scan_that_is_stopped_with_setpoint_goes_on_with_it(setpoint: Setpoint) -> None:
    with running(is_repaired=False) as service:
        slow: dict[str, object] = {
            "url": service.base,
            "openapi": "openapi.json",
            "auth": "auth.yaml",
            "rate": 30,
            "delay": 0,
        }
        slow["checks"] = ["access"]
        configure(setpoint, dast={"services": {"orders": slow}})
        assert setpoint.run("gate", "--service", "orders", "--release", "1").code in {0, 1, 3}
        checks = kept(setpoint) / "run" / "checks.jsonl"
        loop = Loop(setpoint, "first")
        eventually("some checks", lambda: checks.exists() and checks.read_bytes().count(b"\n") > 0)
        assert loop.stop() == 0
        finished = checks.read_bytes()

        configure(setpoint, dast={"services": {"orders": {**slow, "rate": 1000}}})
        again = Loop(setpoint, "second")
        eventually("the release is tested", lambda: outcome(setpoint) == "tested")
        assert again.stop() == 0
    assert checks.read_bytes().startswith(finished)
    assert findings(setpoint)


def test_of_a_dead_service_nothing_is_told_and_that_is_said(setpoint: Setpoint) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = {"url": f"http://127.0.0.1:{free.getsockname()[1]}", "delay": 0}
        configure(setpoint, dast={"services": {"orders": dead}})
        assert setpoint.run("gate", "--service", "orders", "--release", "1").code in {0, 1, 3}
        loop = Loop(setpoint, "up", alone=False)
        told = "dast of orders, release 1: could not tell"
        eventually("the status tells", lambda: told in setpoint.run("status").out)
        status = setpoint.run("status")
        assert status.code == 1
        assert "takes no connections (Connection refused)" in status.out
        assert loop.stop() == 0
    assert findings(setpoint) == []


def kept(setpoint: Setpoint) -> Path:
    return setpoint.folder / "setpoint.sqlite.dast" / "orders"


def last(setpoint: Setpoint) -> Any:
    return json.loads((kept(setpoint) / "last.json").read_bytes())


def outcome(setpoint: Setpoint) -> str | None:
    return last(setpoint)["outcome"] if (kept(setpoint) / "last.json").exists() else None
