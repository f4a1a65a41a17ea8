"""The gate with the source of a release: scans, what production says, approvals, emergencies; here and by a server."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.account import free_port
from tests.e2e.program import PATIENCE, Answer, Setpoint, eventually
from tests.scanned import ran, scan, weakness

from setpoint.model.policy import Severity
from setpoint.model.scan import Scan, ScanKind, ScanStatus
from setpoint.wire.scan import ScanDocument

GATE = ("gate", "--service", "shop", "--release", "1")
EMERGENCY = ("--break-glass", "INC-4711", "--reason", "the shop is down")
BAD = scan(*(weakness(each, severity=Severity.CRITICAL, score=10.0) for each in (1, 2)))
"""Of a risk of 15, where a critical service may carry 8."""

VULNERABLE = """\
import subprocess


def run(command):
    subprocess.call(command, shell=True)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Setpoint:
    """A service of which nothing is declared, after a heartbeat."""
    program = Setpoint(tmp_path, "http://127.0.0.1:9")
    _configure(program)
    assert program.run("beat").code == 0
    return program


def _configure(program: Setpoint, tier: str = "critical", **more: Any) -> None:
    program.configure(services={"shop": {"tier": tier}}, intent=[], aws={}, **more)


def _scan_file(program: Setpoint, told: Scan, name: str = "scan.json") -> str:
    return str(program.write(name, ScanDocument.of(told).model_dump_json()))


def _reasons(answer: Answer) -> list[str]:
    return [each["message"] for each in answer.json()["reasons"]]


# A scan is made, or given


def test_the_source_is_scanned_and_what_is_found_is_kept(shop: Setpoint) -> None:
    _configure(shop, "standard")
    shop.write("src/jobs.py", VULNERABLE)
    answer = shop.run(*GATE, "--stage", "build", "--scan", "src", "--scanner", "bandit", "--json")
    assert answer.code == 0, answer.err
    (told,) = [
        each for each in answer.json()["reasons"] if each["policy"] == "code/cwe-78" and each["severity"] == "high"
    ]
    assert "jobs.py:5 in run" in told["message"]
    findings = shop.run("findings", "--service", "shop", "--json").json()
    assert {"code"} == {each["source"] for each in findings}
    shop.write("src/jobs.py", "def run(command):\n    return command\n")
    assert shop.run("gate", "--service", "shop", "--release", "2", "--scan", "src", "--scanner", "bandit").code == 0
    assert shop.run("findings", "--service", "shop", "--json").json() == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "broken.sarif"),
        ('{"version": "2.0.0", "runs": []}', "2.0.0"),
        ('{"version": "2.1.0"}', "broken.sarif"),
        ("\xff\xfe", "broken.sarif"),
    ],
)
def test_a_broken_report_is_wrong_input_and_admits_nothing(shop: Setpoint, content: str, told: str) -> None:
    report = shop.folder / "broken.sarif"
    report.write_bytes(content.encode("latin-1"))
    answer = shop.run(*GATE, "--sarif", str(report))
    assert (answer.code, told in answer.complaint()) == (2, True)
    assert shop.run("risk", "shop", "--json").json()["decisions"] == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--scanner", "bandit"), "add --scan"),
        (("--base", "main"), "add --scan"),
        (("--scan-file", "scan.json", "--scan"), "a scan is given, and another one asked for"),
        (("--scan-file", "empty.json"), "this is no scan"),
        (("--reason", "x"), "add --break-glass TICKET"),
        (("--break-glass", "INC-1"), "add --reason TEXT"),
        (("--break-glass", "no ticket yet", "--reason", "x"), "not of the form"),
        (("--break-glass", "", "--reason", "x"), "the ticket is empty"),
        (("--break-glass", "INC-1", "--reason", " "), "needs a reason"),
        (("--break-glass", "INC-1", "--reason", "x", "--what-if", "in=1d"), "an emergency is none"),
        (("--canary-share", "0"), "is no share of the traffic"),
    ],
)
def test_options_that_mean_nothing_are_told(shop: Setpoint, options: tuple[str, ...], told: str) -> None:
    _scan_file(shop, BAD)
    shop.write("empty.json", "{}")
    answer = shop.run(*GATE, *options)
    assert (answer.code, told in answer.complaint()) == (2, True)


def test_a_scan_that_was_printed_is_taken(shop: Setpoint) -> None:
    shop.write("code/run.py", VULNERABLE)
    printed = shop.run("scan", "code", "--scanner", "ruff", "--scanner", "bandit", "--json")
    shop.write("printed.json", printed.out)
    answer = shop.run(*GATE, "--scan-file", "printed.json", "--json")
    told = shop.run(*GATE, "--scan", "code", "--scanner", "ruff", "--scanner", "bandit", "--json")
    assert printed.json()["counting"] == 1
    assert (answer.code, _reasons(answer)) == (told.code, _reasons(told))


def test_what_could_not_be_scanned_is_no_admission(shop: Setpoint) -> None:
    failed = scan(runs=(ran(status=ScanStatus.FAILED, reason="it ended by signal 9"),))
    given = ("--scan-file", _scan_file(shop, failed))
    critical, said = shop.run(*GATE, *given), shop.run(*GATE, *given, "--on-unknown", "admit")
    assert (critical.code, said.code) == (1, 0)
    assert "could not tell: release:shop@1" in critical.out
    assert "which counts as refuse, since the service is critical; --on-unknown says otherwise" in critical.out
    _configure(shop, "standard")
    assert shop.run(*GATE, *given).code == 3


def test_a_scan_that_is_required_has_to_be_given(shop: Setpoint) -> None:
    _configure(shop, "standard", gate={"require_scans": ["secrets"]})
    without = shop.run(*GATE, "--json")
    assert without.code == 3
    assert any("no scan of kind secrets" in each for each in _reasons(without))
    secrets = scan(runs=(ran("detect-secrets", kind=ScanKind.SECRETS),))
    assert shop.run(*GATE, "--scan-file", _scan_file(shop, secrets)).code == 0
    assert shop.run(*GATE).code == 0


# Emergencies


def test_an_emergency_lets_in_and_shows_everywhere(shop: Setpoint) -> None:
    given = ("--scan-file", _scan_file(shop, BAD))
    assert shop.run(*GATE, *given).code == 1
    answer = shop.run(*GATE, *EMERGENCY, "--json")
    assert answer.code == 0
    told = answer.json()
    assert (told["verdict"], told["decided"], told["break_glass"]["ticket"]) == ("admit", "refuse", "INC-4711")
    assert "CRITICAL shop: release 1 is let in at deploy by break-glass INC-4711" in answer.err
    assert shop.run(*GATE, "--stage", "admit").code == 0
    plain = shop.run("findings", "--service", "shop")
    assert "release 1 got in by break-glass INC-4711" in plain.out
    assert "admit by INC-4711" in shop.run("risk", "shop").out
    assert "break-glass used" in shop.run("audit", "export").out
    assert shop.run("audit", "verify").code == 0
    assert shop.run("gate", "--service", "shop", "--release", "2", "--scan-file", _scan_file(shop, scan())).code == 0
    assert shop.run("findings", "--service", "shop", "--json").json() == []


def test_where_nothing_can_be_recorded_there_is_no_emergency(shop: Setpoint) -> None:
    shop.ledger.rename(shop.folder / "elsewhere.sqlite")
    answer = shop.run(*GATE, *EMERGENCY)
    assert answer.code == 1
    assert "break-glass can neither be recorded nor told to anybody" in answer.out
    assert "which counts as refuse" in answer.out


# A tightened service


def test_a_tightened_service_gets_what_it_asks_for(shop: Setpoint) -> None:
    _configure(shop, "low", gate={"extras": [{"load": 0, "require": "approval"}, {"load": 0, "require": "dast"}]})
    low = scan(weakness(severity=Severity.LOW))
    given = ("--scan-file", _scan_file(shop, low))
    refused = shop.run(*GATE, *given)
    assert refused.code == 1
    assert "setpoint gate approve --service shop --release 1 --reason WHY" in refused.out
    approved = shop.run("gate", "approve", "--service", "shop", "--release", "1", "--reason", "looked at", "--json")
    assert (approved.code, approved.json()["reason"]) == (0, "looked at")
    dynamic = scan(runs=(ran("zap", kind=ScanKind.DAST),))
    admitted = shop.run(*GATE, "--scan-file", _scan_file(shop, dynamic, "dast.json"), "--json")
    assert admitted.code == 0
    assert [bool(each["brought"]) for each in admitted.json()["extras"]] == [True, True]
    wrong = shop.run("gate", "approve", "--service", "shp", "--release", "1", "--reason", "x")
    assert (wrong.code, "did you mean 'shop'?" in wrong.err) == (2, True)


# Through a server


@pytest.fixture
def served(shop: Setpoint) -> Iterator[Callable[..., Answer]]:
    """Asks the server, with a token of these scopes."""
    port = free_port()
    _configure(shop, server={"listen": f"127.0.0.1:{port}"})
    tokens = {
        scope: shop.run("tokens", "issue", scope, "--scope", scope, "--json").json()["token"]
        for scope in ("gate", "operate")
    }
    process = subprocess.Popen(
        shop.command("up", "--only", "server"),
        cwd=shop.folder,
        env=shop.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    eventually("the server answers", lambda: _is_listening(port))
    url = f"http://127.0.0.1:{port}"

    def ask(scope: str, *arguments: str) -> Answer:
        return shop.run("--server", url, "--token", tokens[scope], *arguments)

    yield ask
    process.terminate()
    process.wait(timeout=PATIENCE)


def _is_listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_server_takes_scans_approvals_and_emergencies(shop: Setpoint, served: Callable[..., Answer]) -> None:
    given = ("--scan-file", _scan_file(shop, scan(*BAD.weaknesses, *(weakness(each) for each in range(3, 900)))))
    refused = served("gate", *GATE, *given, "--json")
    assert refused.code == 1
    assert any("more weaknesses in its source" in each for each in _reasons(refused))
    assert served("gate", *GATE, *EMERGENCY).code == 2
    assert served("gate", "gate", "approve", "--service", "shop", "--release", "1", "--reason", "x").code == 2
    assert served("operate", "gate", "approve", "--service", "shop", "--release", "1", "--reason", "x").code == 0
    admitted = served("operate", *GATE, *EMERGENCY, "--json")
    assert (admitted.code, admitted.json()["decided"]) == (0, "refuse")
    assert admitted.json()["break_glass"]["actor"] == "token:operate"
    assert len(shop.run("findings", "--service", "shop", "--json").json()) == 900


@contextmanager
def _away(kind: str) -> Iterator[str]:
    """The address of a server that cannot be asked."""
    if kind == "nobody":
        yield f"http://127.0.0.1:{free_port()}"
        return
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=_answer, args=(listener, kind), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _answer(listener: socket.socket, kind: str) -> None:
    """Breaks off, or says that it is out of order."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(65_536)
            if kind == "out of order":
                connection.sendall(
                    b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
            elif kind == "half":
                connection.sendall(
                    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"de'
                )


@pytest.mark.parametrize("kind", ["nobody", "breaks off", "half", "out of order"])
def test_while_the_server_is_away_the_last_threshold_decides(shop: Setpoint, kind: str) -> None:
    files = (
        "--threshold-file",
        f"{shop.ledger}.thresholds.json",
        "--threshold-key-file",
        f"{shop.ledger}.thresholds.key",
    )
    low = ("--scan-file", _scan_file(shop, scan(weakness(severity=Severity.LOW))))
    bad = ("--scan-file", _scan_file(shop, BAD, "bad.json"))
    with _away(kind) as url:
        server = ("--server", url, "--token", "sp_x")
        admitted = shop.run(*server, *GATE, *files, *low, "--json")
        refused = shop.run(*server, *GATE, *files, *bad, "--json")
        emergency = shop.run(*server, *GATE, *files, *bad, *EMERGENCY)
    assert (admitted.code, admitted.json()["threshold"]) == (0, 8.0)
    told = [each for each in _reasons(admitted) if each.startswith("the control plane cannot be asked")]
    assert len(told) == 1
    assert "the threshold is the one signed after the heartbeat of" in told[0]
    assert (refused.code, refused.json()["verdict"]) == (1, "refuse")
    assert (emergency.code, "neither be recorded nor told" in emergency.out) == (1, True)
    assert shop.run("risk", "shop", "--json").json()["decisions"] == []


def test_without_a_last_threshold_that_could_not_be_told(shop: Setpoint) -> None:
    _configure(shop, "standard")
    for kind in ("json", "key"):
        Path(f"{shop.ledger}.thresholds.{kind}").unlink()
    with _away("nobody") as url:
        asked = ("--server", url, "--token", "sp_x", *GATE)
        nothing = shop.run(*asked, "--json")
        shop.folder.joinpath("setpoint.yaml").unlink()
        alone = shop.run(*asked)
    assert (nothing.code, nothing.json()["verdict"]) == (3, "could not tell")
    assert (alone.code, "to decide without it, bring the loop's setpoint.yaml" in alone.complaint()) == (3, True)


def test_a_caller_who_is_wrong_is_not_helped_by_the_last_threshold(
    shop: Setpoint, served: Callable[..., Answer]
) -> None:
    wrong = served("gate", "gate", "--service", "shp", "--release", "1")
    assert wrong.code == 2
