"""Agents report from inside a service: everything about it, from their reports to the gate; and through kills."""

from __future__ import annotations

import functools
import gzip
import hmac
import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.e2e.account import Aws, free_port
from tests.e2e.program import PATIENCE, ROOT, Loop, Setpoint, eventually

KEY, OTHER_KEY = "a" * 32, "b" * 32
BOOT = "9f3c2a61d0b84e57"
APPLICATION = """
import sqlite3
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
from urllib.parse import parse_qs


class Quiet(WSGIRequestHandler):
    def log_message(self, *_words):
        pass


def find(name):
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE items (name TEXT)")
        return connection.execute("SELECT name FROM items WHERE name = '" + name + "'").fetchall()


def application(environ, start_response):
    found = find(parse_qs(environ["QUERY_STRING"])["name"][0])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(found)).encode()]


make_server("127.0.0.1", int(sys.argv[1]), application, handler_class=Quiet).serve_forever()
"""


class Shop:
    """Setpoint with all of its processes, and an agent's token that is bound to the service `shop`."""

    def __init__(self, setpoint: Setpoint, port: int) -> None:
        self.setpoint = setpoint
        self.url = f"http://127.0.0.1:{port}"
        issued = setpoint.run("tokens", "issue", "agent-1", "--agent", "--service", "shop", "--json").json()
        self.token, self.key = issued["token"], urlsafe_b64decode(issued["policy_key"])
        self.operator = setpoint.run("tokens", "issue", "ops", "--scope", "operate", "--json").json()["token"]
        self.up: Loop | None = None

    def start(self) -> None:
        self.up = Loop(self.setpoint, f"up-{time.monotonic_ns()}", alone=False)
        eventually("the server answers", self._answers, within=60)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=PATIENCE).is_success
        except httpx.TransportError:
            return False

    def send(self, report: dict[str, Any]) -> Any:
        """What an agent's transport does; None where it was not taken."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        content = gzip.compress(json.dumps(report).encode())
        try:
            answer = httpx.post(f"{self.url}/v1/agent/reports", content=content, headers=headers, timeout=PATIENCE)
        except httpx.TransportError:
            return None
        return answer.json() if answer.is_success else None

    def runtime(self) -> Any:
        return self.setpoint.run("runtime", "shop", "--json").json()

    def remotely(self, *arguments: str) -> Any:
        return self.setpoint.run("--server", self.url, "--token", self.operator, *arguments)


def finding(key: str = KEY, count: int = 1, attacks: int = 0) -> dict[str, Any]:
    return {
        "key": key,
        "type": "sql-injection",
        "cwe": 89,
        "attack": attacks > 0,
        "confidence": 0.9,
        "sink": "sqlite3.Cursor.execute",
        "context": "string literal",
        "frames": [
            {"file": "shop/views.py", "line": 41, "function": "search"},
            {"file": "shop/store.py", "line": 12, "function": "Store.find"},
        ],
        "origins": [{"part": "query", "name": "q", "shape": "a{4}", "fingerprint": "89ab"}],
        "method": "GET",
        "route": "/search",
        "count": count,
        "attacks": attacks,
        "first": datetime.now(UTC).isoformat(),
        "last": datetime.now(UTC).isoformat(),
        "probes": [],
    }


def report(sequence: int, *findings: dict[str, Any], boot: str = BOOT, calls: int = 10) -> dict[str, Any]:
    return {
        "schema": 1,
        "service": "shop",
        "instance": f"web-1/{boot[:2]}",
        "boot": boot,
        "sequence": sequence,
        "time": datetime.now(UTC).isoformat(),
        "release": "1",
        "agent": {
            "version": "0.1.0",
            "python": "3.11.7",
            "implementation": "cpython",
            "coverage": "sampled",
            "started": "2026-11-01T00:00:00Z",
            "cpu_seconds": 1.25,
        },
        "counters": {"requests": calls, "agent.dropped": 2, "agent.errors": 1},
        "findings": list(findings),
        "routes": [
            {
                "route": "/search",
                "method": "GET",
                "framework": "flask",
                "calls": calls,
                "statuses": {"2xx": calls - 1, "5xx": 1},
                "latency": {"bounds": [0.005, 0.01], "counts": [calls - 1, 1, 0], "sum": 0.05},
                "effects": {"rows-written": 3},
            }
        ],
        "functions": {
            "mode": "sampled",
            "application": [{"file": "shop/store.py", "line": 12, "function": "Store.find"}],
            "libraries": [{"file": "flask/app.py", "line": 1500, "function": "Flask.wsgi_app"}],
        },
        "mishaps": [{"kind": "examine: TypeError at recognition.py:40", "count": 1}],
    }


@pytest.fixture
def watched(setpoint: Setpoint, shop: Aws) -> Iterator[Shop]:
    port = free_port()
    setpoint.configure(server={"listen": f"127.0.0.1:{port}"})
    made = Shop(setpoint, port)
    made.start()
    yield made
    if made.up is not None:
        made.up.process.kill()
        made.up.process.wait(timeout=PATIENCE)


def test_what_agents_see_reaches_every_command_and_the_gate(watched: Shop) -> None:
    setpoint = watched.setpoint
    assert watched.send(report(1, finding(count=17)))["appended"] == 1
    eventually("the finding is open", lambda: setpoint.run("findings", "--service", "shop").code == 1)
    (found,) = setpoint.run("findings", "--service", "shop", "--json").json()
    assert (found["source"], found["rule"], found["urn"], found["severity"]) == (
        "runtime",
        "runtime/sql-injection",
        "service:shop",
        "high",
    )

    agents = setpoint.run("agents", "--service", "shop")
    assert agents.code == 0, agents
    assert all(word in agents.out for word in ("web-1/9f", "watching", "0.1.0", "cpython 3.11.7", "sampled"))
    (agent,) = setpoint.run("agents", "--json").json()["agents"]
    assert (agent["dropped"], agent["errors"], agent["cpu_s"], agent["state"]) == (2, 1, 1.25, "watching")
    assert "recognition.py:40" in setpoint.run("agents", "--verbose").out

    shown = setpoint.run("runtime", "shop")
    assert shown.code == 0
    assert "sampled: what is not listed may have run all the same" in shown.out
    for line in (
        "GET /search query q",
        "└─ Store.find  shop/store.py:12",
        "└─ sqlite3.Cursor.execute (string literal)",
    ):
        assert line in shown.out
    seen = watched.runtime()
    assert (seen["routes"][0]["calls"], seen["routes"][0]["p50_s"], seen["routes"][0]["writes"]) == (10, 0.005, True)
    assert [each["function"] for each in seen["functions"]] == ["Store.find", "Flask.wsgi_app"]

    before = setpoint.run("gate", "--service", "shop", "--release", "1", "--json").json()
    reach = next(each for each in before["risk_factors"] if each["name"] == "reachability")
    assert (reach["value"], before["risk"] > 1) == (2.0, True)
    other = setpoint.run("gate", "--service", "shop", "--release", "2", "--json").json()
    assert other["risk"] == 1
    assert any("seen inside other releases" in each["message"] for each in other["reasons"])

    assert watched.send(report(2, finding(count=20, attacks=3)))["appended"] == 1
    eventually("the attack is told", lambda: setpoint.run("risk", "shop", "--json").json()["signals"])
    (told,) = setpoint.run("risk", "shop", "--json").json()["signals"]
    assert (told["kind"], told["weight"]) == ("attack that got through", 4.0)
    refused = setpoint.run("gate", "--service", "shop", "--release", "1")
    assert refused.code == 1
    assert "broke out of its place in sqlite3.Cursor.execute" in refused.out
    assert "ATTACKED 3 times" in setpoint.run("runtime", "shop", "--flows").out

    for command in (("agents", "--json"), ("runtime", "shop", "--json"), ("runtime", "shop", "--flows")):
        here, there = setpoint.run(*command), watched.remotely(*command)
        assert (there.code, there.err) == (here.code, "")
        assert _steady(there.out) == _steady(here.out)


def _steady(text: str) -> Any:
    """But for how long ago something was."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        return text
    for agent in document.get("agents", []) if isinstance(document.get("agents"), list) else []:
        agent.pop("lag_s")
    document.pop("derivation", None)
    return document


def test_an_agent_is_switched_off_and_on_by_signed_instructions(watched: Shop) -> None:
    setpoint = watched.setpoint
    assert "instructions" not in watched.send(report(1))
    nobody = setpoint.run("agents", "off", "shpo", "--reason", "x")
    assert (nobody.code, "shop" in nobody.complaint()) == (2, True)
    assert setpoint.run("agents", "off", "shop", "--reason", "a load test").code == 0
    told = watched.send(report(2))
    instruction = told["instructions"]
    assert (instruction["agent"], instruction["for"]) == ("off", BOOT)
    signed = f"v1\n{BOOT}\n{instruction['issued']}\noff".encode()
    assert told["signature"] == hmac.new(watched.key, signed, "sha256").hexdigest()
    assert watched.remotely("agents", "on", "shop", "--instance", "web-1/9f", "--reason", "it is over").code == 0
    assert watched.send(report(3))["instructions"]["agent"] == "on"
    actions = [json.loads(line) for line in setpoint.run("audit", "export").out.splitlines()]
    assert [each["actor"] for each in actions if each["action"] == "agents switched on"] == ["token:ops"]


def test_kills_between_journal_and_ledger_lose_and_double_nothing(watched: Shop) -> None:
    """Each report is sent until it is taken; meanwhile ingest and the loop are killed again and again."""
    chance = random.Random(11)  # noqa: S311 (seeded, so that every run is the same)
    boots = [f"boot-{number:04}" for number in range(3)]
    for sequence in range(1, 9):
        for boot in boots:
            sent = report(sequence, finding(count=sequence, attacks=sequence // 4), boot=boot, calls=10 * sequence)
            eventually("the report is taken", functools.partial(_is_taken, watched, sent), within=60)
            watched.send(sent)
        if sequence % 3 == 0:
            for pid in _children(watched, chance):
                os.kill(pid, signal.SIGKILL)
    eventually("all is worked in", lambda: _is_derived(watched), within=60)
    (flow,) = watched.runtime()["flows"]
    assert (flow["count"], flow["attacks"]) == (8 * 3, 2 * 3)
    assert watched.runtime()["routes"][0]["calls"] == 80 * 3

    def weight() -> float:
        return math.fsum(each["weight"] for each in watched.setpoint.run("risk", "shop", "--json").json()["signals"])

    # 2 · log2(1 + 6), in however many signals.
    eventually("all attacks are told", lambda: weight() == pytest.approx(5.6147, abs=1e-3), within=60)
    assert watched.setpoint.run("audit", "verify").code == 0


def _children(watched: Shop, chance: random.Random) -> list[int]:
    """Of the loop and ingest, those that happen to be killed now."""
    status = watched.setpoint.run("status", "--json")
    if status.code == 3:
        return []
    known = [each["pid"] for each in status.json()["processes"] if each["name"] in {"loop", "ingest"} and each["pid"]]
    return [pid for pid in known if chance.random() < 0.8]


def _is_taken(watched: Shop, report: Any) -> bool:
    return watched.send(report) is not None


def _is_derived(watched: Shop) -> bool:
    answer = watched.setpoint.run("agents", "--json")
    return answer.code == 0 and bool(answer.json()["derivation"]["offset"])


@pytest.mark.skipif(not (ROOT / "agent" / "src").is_dir(), reason="the agent's own code is not here")
def test_a_real_agent_in_a_real_application(watched: Shop, start_application: Callable[[Shop], str]) -> None:
    address = start_application(watched)

    def ask(name: str) -> bool:
        try:
            return httpx.get(f"{address}/?name={name}", timeout=PATIENCE).is_success
        except httpx.TransportError:
            return False

    eventually("the application answers", lambda: ask("marmalade-jar"))
    eventually("the flow is seen", lambda: watched.setpoint.run("runtime", "shop", "--flows").out.count("└─") >= 2)
    (flow, *_) = watched.runtime()["flows"]
    assert (flow["type"], flow["origins"][0]["name"], flow["attacks"]) == ("sql-injection", "name", 0)
    ask("marmalade%27%20OR%20%271%27=%271")
    eventually("the attack is seen", lambda: watched.runtime()["flows"][0]["attacks"])
    assert watched.setpoint.run("findings", "--service", "shop").code == 1


@pytest.fixture
def start_application() -> Iterator[Callable[[Shop], str]]:
    """A plain WSGI application in a process of its own, with the agent in it."""
    started: list[subprocess.Popen[bytes]] = []

    def start(watched: Shop) -> str:
        port = free_port()
        program = watched.setpoint.write("application/app.py", APPLICATION)
        environment = watched.setpoint.environment | {
            "PYTHONPATH": str(ROOT / "agent" / "src"),
            "SETPOINT_SERVICE": "shop",
            "SETPOINT_RELEASE": "1",
            "SETPOINT_SERVER": watched.url,
            "SETPOINT_TOKEN": watched.token,
            "SETPOINT_AGENT_KEY": watched.key.hex(),
            "SETPOINT_REPORT_SECONDS": "0.5",
        }
        command = [sys.executable, "-m", "setpoint_agent", sys.executable, str(program), str(port)]
        started.append(subprocess.Popen(command, cwd=program.parent, env=environment, stderr=subprocess.DEVNULL))
        return f"http://127.0.0.1:{port}"

    yield start
    for each in started:
        each.kill()
        each.wait(timeout=PATIENCE)
