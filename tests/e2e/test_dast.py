"""`setpoint dast` as its user runs it, against services that run, that are dead, and that mean no good."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.program import PATIENCE, Answer, Setpoint, eventually
from tests.e2e.running_service import DOCUMENT, TOKENS, RunningService, running

AUTH = """\
logins:
  token:
    kind: bearer
    probe: /orders
accounts:
  - name: alice
    token: {environment: ALICE_TOKEN}
  - name: bob
    token: {environment: BOB_TOKEN}
"""
FAST = ("--rate", "500")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Above the folders of all tests: what is installed is compiled once."""
    return tmp_path_factory.mktemp("dast")


@pytest.fixture
def setpoint(shared: Path) -> Setpoint:
    """Without a configuration; with what a scan of the service takes."""
    program = Setpoint(Path(tempfile.mkdtemp(dir=shared)), "")
    program.write("openapi.json", json.dumps(DOCUMENT))
    program.write("auth.yaml", AUTH)
    program.environment |= {f"{user.upper()}_TOKEN": token for token, user in TOKENS.items()}
    return program


@pytest.fixture
def faulty() -> Iterator[RunningService]:
    with running(is_repaired=False) as service:
        yield service


def dast(setpoint: Setpoint, base: str, *arguments: str) -> Answer:
    return setpoint.run("dast", base, "--openapi", "openapi.json", "--auth", "auth.yaml", *arguments)


def sarif(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))["runs"][0]


def test_a_fault_is_found_told_and_nothing_is_harmed(setpoint: Setpoint, faulty: RunningService) -> None:
    answer = dast(setpoint, faulty.base, *FAST, "--check", "access", "--sarif", "out.sarif", "--run-folder", "run")
    assert (answer.code, answer.err) == (1, "")
    assert faulty.harm == []
    assert "GET /orders/{id}" in answer.out
    assert 'curl --include --path-as-is --request GET --header "authorization: $' in answer.out
    assert "not tested, or only by checks about it:\n  DELETE /orders/{id}: DELETE destroys, or may" in answer.out
    assert "GET /caches: 'flush' says that it destroys, cancels or resets something" in answer.out
    kinds = {each["ruleId"] for each in sarif(setpoint.folder / "out.sarif")["results"]}
    assert any("object" in each for each in kinds), kinds
    told = answer.out.encode() + b"".join(setpoint.files().values())
    assert not any(token.encode() in told for token in TOKENS)


def test_of_the_repaired_service_nothing_is_told(setpoint: Setpoint) -> None:
    with running(is_repaired=True) as service:
        answer = dast(setpoint, service.base, *FAST, "--json")
    document = answer.json()
    assert document["faults"] == []
    assert [name for name, why in document["checks"].items() if why] == []
    assert (answer.code, service.harm) == (0, [])


def test_a_plan_tells_and_sends_nothing(setpoint: Setpoint, faulty: RunningService) -> None:
    answer = setpoint.run("dast", "plan", faulty.base, "--openapi", "openapi.json", "--auth", "auth.yaml", "--json")
    document = answer.json()
    assert (answer.code, faulty.requests) == (0, 0)
    assert set(document["left_out"]) == {"DELETE /orders/{id}", "POST /orders/{id}/cancel", "GET /caches"}
    planned = {each["operation"] for each in document["requests"]}
    assert "GET /orders/{id}" in planned
    assert planned.isdisjoint(document["left_out"])
    assert document["about"] == sum(each["about"] for each in document["requests"])


def test_a_plan_comes_true(setpoint: Setpoint) -> None:
    """Of a service without faults: signs of one are followed up, with requests that nobody can foresee."""
    with running(is_repaired=True) as service:
        plan = setpoint.run("dast", "plan", service.base, "--openapi", "openapi.json", "--auth", "auth.yaml", "--json")
        sent = dast(setpoint, service.base, *FAST, "--json").json()["requests"]
    planned = plan.json()
    assert planned["about"] / 1.3 <= sent <= planned["about"] * 1.3
    assert sent <= planned["at_most"]


def test_a_plan_is_a_line_for_each_check(setpoint: Setpoint, faulty: RunningService) -> None:
    told = setpoint.run("dast", "plan", faulty.base, "--openapi", "openapi.json", "--auth", "auth.yaml").out
    lines = [each.split() for each in told.splitlines()]
    assert lines[0] == ["theme", "check", "operations", "requests", "at", "most", "as"]
    of_check = [each for each in lines if each[:2] == ["access", "object-reads"]]
    assert [each[-1] for each in of_check] == ["bob"]


def test_a_scan_that_is_stopped_goes_on_where_it_was(setpoint: Setpoint, faulty: RunningService) -> None:
    arguments = ("--sarif", "out.sarif", "--run-folder", "run", "--check", "access")
    process = started(setpoint, faulty, *arguments, "--rate", "30")
    eventually("some checks", lambda: lines(setpoint.folder / "run" / "checks.jsonl") > 0)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) in {1, 3}
    (notification, *_) = sarif(setpoint.folder / "out.sarif")["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "the scan ended early: it was stopped"

    finished = lines(setpoint.folder / "run" / "checks.jsonl")
    again = dast(setpoint, faulty.base, *arguments, *FAST, "--resume", "--json").json()
    assert again["ended_early"] == ""
    assert lines(setpoint.folder / "run" / "checks.jsonl") > finished
    assert any(each["path"] == "/orders/{id}" for each in again["faults"])


def test_what_is_killed_leaves_its_sarif_whole(setpoint: Setpoint, faulty: RunningService) -> None:
    arguments = ("--sarif", "out.sarif", "--run-folder", "run", "--check", "access")
    process = started(setpoint, faulty, *arguments, "--rate", "30")
    eventually("some checks", lambda: lines(setpoint.folder / "run" / "checks.jsonl") > 0)
    process.kill()
    process.wait(timeout=PATIENCE)
    assert not sarif(setpoint.folder / "out.sarif")["invocations"][0]["executionSuccessful"]
    assert dast(setpoint, faulty.base, *arguments, *FAST, "--resume").code == 1


def test_a_dead_service_could_not_be_told_of(setpoint: Setpoint) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        answer = dast(setpoint, f"http://127.0.0.1:{free.getsockname()[1]}")
    assert answer.code == 3
    assert "takes no connections (Connection refused); check the address" in answer.complaint()


def test_what_cannot_be_used_is_told_before_anything_is_sent(setpoint: Setpoint) -> None:
    dead = "http://127.0.0.1:1"
    wrong = {
        ("ftp://a.example",): "is no address of a site",
        ("http://u:p@a.example",): "the address holds credentials",
        (dead, "--check", "cookeis"): "there is no check 'cookeis'",
        (dead, "--rate", "0"): "a scan cannot send 0 requests a second",
        (dead, "--budget", "0"): "a scan cannot send 0 requests",
        (dead, "--openapi", "none.json"): "there is no such file",
        (dead, "--auth", "openapi.json"): "openapi.json:1",
        (dead, "--resume"): "there is nothing to go on with",
        (dead, "--sarif", "no/such/folder"): "the file cannot be written",
        (dead, "--evidence", "report.jsonl"): "evidence is joined by the fleet's key",
        (dead, "--service", "orders"): "there is no such configuration",
    }
    answers = setpoint.run_together(*(("dast", *arguments) for arguments in wrong))
    for answer, words in zip(answers, wrong.values(), strict=True):
        assert answer.code == 2, answer.err
        assert words in answer.complaint()
        assert "u:p" not in answer.err


def test_an_older_result_is_lost_to_a_scan_that_goes_on_and_to_nothing_else(setpoint: Setpoint) -> None:
    older = "what was found yesterday"
    setpoint.write("out.sarif", older)
    dead = "http://127.0.0.1:9"
    assert dast(setpoint, dead, "--sarif", "out.sarif", "--check", "nosuch").code == 2
    assert (setpoint.folder / "out.sarif").read_text(encoding="utf-8") == older
    assert dast(setpoint, dead, "--sarif", "out.sarif").code == 3
    assert not sarif(setpoint.folder / "out.sarif")["invocations"][0]["executionSuccessful"]


def test_the_checks_are_listed(setpoint: Setpoint) -> None:
    listed = setpoint.run("dast", "checks", "--json").json()
    assert len({each["name"] for each in listed}) == len(listed) > 10
    assert all(each["looks_for"] for each in listed)


def redirects(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n\xff")


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 10000000000\r\n\r\n")
    while True:
        connection.sendall(b"<p>" * 65_536)


@pytest.mark.parametrize("answer", [redirects, garbage, endless])
def test_a_service_that_means_no_good_ends_the_scan_and_not_the_program(
    setpoint: Setpoint, answer: Callable[[socket.socket], None]
) -> None:
    with hostile(answer) as base:
        done = setpoint.run("dast", base, "--rate", "500", "--budget", "60", "--json")
    assert done.code in {0, 1, 3}
    assert "Traceback" not in done.err
    document = done.json()
    assert [name for name, why in document["checks"].items() if "Error at" in why] == []


def hostile(answer: Callable[[socket.socket], None]) -> _Hostile:
    return _Hostile(answer)


class _Hostile:
    """Answers each request in its own way."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> str:
        threading.Thread(target=self._accept, daemon=True).start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # the test is over
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                self._answer(connection)
            except OSError:  # the other end had enough
                pass


def started(setpoint: Setpoint, service: RunningService, *arguments: str) -> subprocess.Popen[bytes]:
    options = ("--openapi", "openapi.json", "--auth", "auth.yaml")
    with Path(os.devnull).open("wb") as nothing:
        return subprocess.Popen(
            setpoint.command("dast", service.base, *options, *arguments),
            cwd=setpoint.folder,
            env=setpoint.environment,
            stdout=nothing,
            stderr=nothing,
        )


def lines(path: Path) -> int:
    return len(path.read_bytes().splitlines()) if path.exists() else 0
