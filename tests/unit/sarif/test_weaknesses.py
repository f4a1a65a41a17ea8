from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import orjson

from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, Scan, ScanKind, ScannerRun, ScanStatus, Weakness
from setpoint.sarif.weaknesses import weaknesses_log
from setpoint.scan.sarif.reading import read_sarif

WEAKNESS = Weakness(
    fingerprint="0123456789abcdef0123456789abcdef",
    kind=ScanKind.SAST,
    rule="cwe-89",
    severity=Severity.CRITICAL,
    place=CodePlace("src/a b.py", 3, 5, "Orders.find"),
    message="built from text",
    cwes=(89,),
    told_by=("bandit/B608", "ruff/S608"),
    is_new=True,
)
FAILED = ScannerRun("semgrep", ScanKind.SAST, ScanStatus.FAILED, "it was killed by SIGKILL", must_run=True)


def _run(*runs: ScannerRun) -> Any:
    log = cast("Any", weaknesses_log(Scan(runs, (WEAKNESS,), datetime(2026, 11, 2, tzinfo=UTC))))
    return log["runs"][0]


def test_what_is_written_is_read_again() -> None:
    log = weaknesses_log(Scan((), (WEAKNESS,), datetime(2026, 11, 2, tzinfo=UTC)))
    (run,) = read_sarif(orjson.dumps(log), root=Path("/anywhere"))
    (result,) = run.results
    assert run.status is ScanStatus.COMPLETE
    assert (result.rule, result.severity, result.cwes, result.message) == (
        "cwe-89",
        "critical",
        (89,),
        "built from text",
    )
    assert (result.place.file, result.place.line, result.place.end_line) == ("src/a b.py", 3, 5)
    assert result.told_fingerprint == f"setpointIdentity/v1:{WEAKNESS.fingerprint}"


def test_its_function_is_told() -> None:
    (location,) = _run()["results"][0]["locations"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "Orders.find", "kind": "function"}]


def test_what_could_not_be_told_is_no_success() -> None:
    (invocation,) = _run(FAILED)["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"] == [
        {"level": "error", "message": {"text": "semgrep: failed: it was killed by SIGKILL"}}
    ]
