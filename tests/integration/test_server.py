"""The server as `setpoint up` runs it: from a configuration, with the real gate over a Terraform state."""

from __future__ import annotations

import re
import shutil
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from setpoint.model.decision import Verdict
from setpoint.server.listening import listening
from setpoint.server.process import run_server
from setpoint.settings import Settings, load_settings
from setpoint.store.ledger.opening import open_ledger
from setpoint.wire.gate import GateAnswer
from setpoint.wire.policy import PolicyDocument

ASSETS = Path(__file__).parents[1] / "assets" / "terraform"
CONFIGURATION = """\
aws: {regions: [eu-west-1], account: "123456789012"}
intent: [{terraform: fleet.tfstate}]
services: {payments: {tier: critical, exposure: internet}}
server: {limits: {rate: 100000, burst: 100000}}
"""
TOKEN = re.compile(r"sp_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copy(ASSETS / "fleet.tfstate", tmp_path)
    (tmp_path / "setpoint.yaml").write_text(CONFIGURATION, encoding="utf-8")
    read = load_settings(tmp_path / "setpoint.yaml")
    with listening(replace(read.server, port=0)) as listener:
        port = listener.getsockname()[1]
    return replace(read, server=replace(read.server, port=port))


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    stop, ready = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_server, settings, ready=ready.set, stop=stop, ingest_socket=None)
        try:
            while not ready.wait(0.05):
                assert not running.done(), running.result()
            yield f"http://127.0.0.1:{settings.server.port}"
        finally:
            stop.set()
            running.result(15)


@pytest.fixture
def start(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], httpx.Client]]:
    """Starts the server, and gives a client with the first token."""
    with ExitStack() as stack:

        def make() -> httpx.Client:
            url = stack.enter_context(served(settings))
            (token,) = TOKEN.findall(capsys.readouterr().err)
            headers = {"Authorization": f"Bearer {token}"}
            return stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=30))

        yield make


def test_shows_the_first_token_once_and_is_open_to_it_alone(
    settings: Settings, start: Callable[[], httpx.Client], capsys: pytest.CaptureFixture[str]
) -> None:
    client = start()
    assert client.get("/v1/tokens").status_code == 200
    assert httpx.get(client.base_url.join("/v1/tokens")).status_code == 401
    other = replace(settings, server=replace(settings.server, port=0))
    with served(other):
        assert "sp_" not in capsys.readouterr().err


def test_the_gate_decides_as_the_command_does_and_writes_it_down(
    settings: Settings, start: Callable[[], httpx.Client]
) -> None:
    client = start()
    asked = {"service": "payments", "version": "1.0"}
    answer = client.post("/v1/gate", json=asked)
    assert answer.status_code == 200, answer.text
    decision, _ = GateAnswer.model_validate_json(answer.text).model()
    # Production was never looked at.
    assert decision.verdict in {Verdict.UNKNOWN, Verdict.REFUSE}
    with_ledger = open_ledger(str(settings.ledger), create=False, read_only=True)
    assert with_ledger.gate_decisions("payments")[0][1] == decision
    assert with_ledger.releases("payments")[0][0].version == "1.0"
    assert [each.actor for each in with_ledger.audit() if each.action == "decision recorded"] == ["token:first-admin"]
    with_ledger.close()
    supposed = client.post("/v1/gate", json=asked | {"what_if": {"tier": "low"}}).json()
    assert supposed["decision"]["threshold"] > supposed["as_it_is"]["threshold"]
    assert client.post("/v1/gate", json=asked | {"service": "nobody"}).status_code == 404


def test_a_state_that_changed_is_read_again(settings: Settings, start: Callable[[], httpx.Client]) -> None:
    client, state = start(), settings.file.parent / "fleet.tfstate"
    asked = {"service": "payments", "version": "1.0"}
    assert client.post("/v1/gate", json=asked).status_code == 200
    whole = state.read_bytes()
    state.write_bytes(whole[:100])
    broken = client.post("/v1/gate", json=asked)
    assert (broken.status_code, broken.json()["exit_code"]) == (503, 3)
    assert "fleet.tfstate" in broken.json()["where"]
    state.write_bytes(whole)
    assert client.post("/v1/gate", json=asked).status_code == 200


def test_shows_the_policies_and_permissions_of_the_configuration(start: Callable[[], httpx.Client]) -> None:
    client = start()
    page = client.get("/v1/policies?limit=500").json()
    policies = [PolicyDocument.model_validate(each).model() for each in page["items"]]
    assert len(policies) > 20
    assert all(each.expression for each in policies)
    reading = [each["Sid"] for each in client.get("/v1/permissions").json()["Statement"]]
    assert "SetpointReads" in reading
    assert not any("Reverts" in each or "Quarantine" in each for each in reading)
    enforcing = [each["Sid"] for each in client.get("/v1/permissions?enforce=true").json()["Statement"]]
    assert set(reading) < set(enforcing)
    assert client.get("/v1/status").status_code == 503


def test_a_gate_is_quick_beside_others_that_read(start: Callable[[], httpx.Client]) -> None:
    client = start()
    asked, seconds, stop = {"service": "payments", "version": "1.0"}, list[float](), threading.Event()

    def read() -> None:
        while not stop.is_set():
            client.get("/v1/audit/verify")

    readers = [threading.Thread(target=read) for _ in range(4)]
    for each in readers:
        each.start()
    try:
        for _ in range(30):
            began = time.perf_counter()
            assert client.post("/v1/gate", json=asked).status_code == 200
            seconds.append(time.perf_counter() - began)
    finally:
        stop.set()
        for each in readers:
            each.join()
    # Generous: the machine that tests has other work.
    assert statistics.median(seconds) < 1.0
