"""The semgrep rules over their examples by semgrep itself, without a network; and what Setpoint makes of its answer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from setpoint.model.policy import Severity
from setpoint.model.scan import ScanStatus
from setpoint.settings import ScanSettings
from setpoint.wiring.scan import SourceQuestion, examine_source, shipped_rules

SCANNERS = Path(__file__).parents[2] / ".scanners" / "bin"
PATH = f"{os.environ.get('PATH', '')}{os.pathsep}{SCANNERS}"

pytestmark = pytest.mark.skipif(
    shutil.which("semgrep", path=PATH) is None, reason="semgrep is not installed: make .scanners/.ready"
)

SHOP = """\
from flask import Blueprint, request

orders = Blueprint("orders", __name__)


@orders.route("/orders")
def find():
    return db.execute("SELECT * FROM orders WHERE name = '" + request.args["name"] + "'")


def page(number: int):
    return db.execute(f"SELECT * FROM orders LIMIT 10 OFFSET {number}")
"""


@pytest.fixture(autouse=True)
def _semgrep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", PATH)


@pytest.mark.parametrize("language", ["go", "java", "javascript", "python"])
def test_every_example_comes_out_as_it_says(language: str) -> None:
    command = ("semgrep", "--metrics", "off", "--disable-version-check", "--oss-only", "--test", ".")
    done = subprocess.run(command, cwd=shipped_rules() / language, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All tests passed" in done.stdout + done.stderr


def test_a_rule_is_told_with_its_weakness_and_its_confidence(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP, encoding="utf-8")
    scan = examine_source(SourceQuestion(tmp_path, scanners=("semgrep",)), ScanSettings())
    (run,) = scan.runs
    assert (run.status, run.reason) == (ScanStatus.COMPLETE, "")
    (weakness,) = scan.weaknesses
    assert weakness.told_by == ("semgrep/setpoint.python.sql-injection",)
    assert (weakness.rule, weakness.severity, weakness.confidence) == ("cwe-89", Severity.HIGH, 0.9)
    assert (weakness.place.line, weakness.place.function) == (8, "find")
