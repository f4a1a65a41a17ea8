from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.model.scan import ScanStatus
from setpoint.scan.interface import ScanTarget
from setpoint.scan.sast.semgrep import Semgrep

Targets = Callable[..., ScanTarget]
SCANNERS = Path(__file__).parents[4] / ".scanners" / "bin"
PATH = f"{os.environ.get('PATH', '')}{os.pathsep}{SCANNERS}"
needs_semgrep = pytest.mark.skipif(shutil.which("semgrep", path=PATH) is None, reason="semgrep is not installed")

RULES = """\
rules:
  - id: evaluates
    languages: [python]
    severity: ERROR
    message: evaluates $X
    pattern: eval($X)
    metadata: {cwe: "CWE-95: Eval Injection", confidence: HIGH}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "python.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path / "rules"


@needs_semgrep
def test_it_reads_what_the_project_hides(
    root: Path, target_of: Targets, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", PATH)
    (root / "tests").mkdir()
    (root / "tests" / "a.py").write_text("eval(x)\neval(y)  # nosemgrep\n", encoding="utf-8")
    (root / ".semgrepignore").write_text("*.py\n", encoding="utf-8")
    run = Semgrep(rules).scan(target_of(), lambda _line: None)
    assert (run.status, run.reason) == (ScanStatus.COMPLETE, "")
    assert [(each.rule, each.place.file, each.place.line, each.cwes, each.is_suppressed) for each in run.results] == [
        ("evaluates", "tests/a.py", 1, (95,), False),
        ("evaluates", "tests/a.py", 2, (95,), True),
    ]
    assert run.version[0].isdigit()


@needs_semgrep
def test_a_file_that_it_cannot_parse_is_not_clean(
    root: Path, target_of: Targets, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", PATH)
    (root / "a.py").write_text("password = 'open sesame' (\neval(x)\n", encoding="utf-8")
    run = Semgrep(rules).scan(target_of(), lambda _line: None)
    assert (run.status, run.reason) == (ScanStatus.PARTIAL, "Syntax error at line a.py:1")


def test_without_rules_it_says_so(root: Path, target_of: Targets, install: Callable[[str, str], Path]) -> None:
    install("semgrep", "exit 0")
    (root / "a.py").touch()
    run = Semgrep(None).scan(target_of(), lambda _line: None)
    assert (run.status, run.reason) == (
        ScanStatus.MISSING,
        "it has no rules; name a folder of rules with scan.semgrep_rules",
    )
    assert Semgrep(root / "gone").availability().reason.startswith("semgrep has no rules")
