from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.scan import ScanStatus
from setpoint.settings import ScanSettings
from setpoint.wiring.scan import SourceQuestion, examine_source

EVALUATES = "def run(given):\n    return eval(given)\n"
HASHES = "import hashlib\n\n\ndef sign(given):\n    return hashlib.md5(given)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.py").write_text(EVALUATES, encoding="utf-8")
    return folder.resolve()


def _git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_each_problem_once_however_many_tell_it(root: Path) -> None:
    scan = examine_source(SourceQuestion(root, scanners=("ruff", "bandit")), ScanSettings())
    (weakness,) = scan.weaknesses
    assert weakness.told_by == ("bandit/B307", "ruff/S307")
    assert (weakness.place.file, weakness.place.line, weakness.place.function) == ("a.py", 2, "run")
    assert scan.doubts == ()
    assert (scan.commit, scan.base) == ("", "")


def test_what_is_new_is_told_by_the_same_scanners_on_the_base(root: Path) -> None:
    _git(root, "init", "--quiet", "--initial-branch=main")
    _git(root, "add", ".")
    _git(root, "commit", "--quiet", "--message", "first")
    (root / "a.py").write_text(f"# moved\n\n{EVALUATES}", encoding="utf-8")
    (root / "b.py").write_text(HASHES, encoding="utf-8")
    report = root.parent / "other.sarif"
    result = {"ruleId": "x", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "c.js"}}}]}
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other"}}, "results": [result]}]}
    report.write_text(json.dumps(log), encoding="utf-8")
    scan = examine_source(
        SourceQuestion(root, scanners=("ruff",), reports=(report,), base="main"), ScanSettings(off=("bandit",))
    )
    assert {each.place.file: each.is_new for each in scan.weaknesses} == {"a.py": False, "b.py": True, "c.js": None}
    assert scan.base == scan.commit != ""
    assert scan.is_dirty


def test_a_base_that_is_not_known_is_no_new_weakness(root: Path) -> None:
    with pytest.raises(CouldNotTellError):
        examine_source(SourceQuestion(root, base="main"), ScanSettings())


@pytest.mark.parametrize(
    ("asked", "settings", "is_missed"),
    [
        ((), ScanSettings(), False),
        (("gitleaks",), ScanSettings(), True),
        ((), ScanSettings(required=("gitleaks",)), True),
    ],
)
def test_what_is_not_installed_is_missed_where_somebody_asked_for_it(
    root: Path, asked: tuple[str, ...], settings: ScanSettings, is_missed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setpoint.scan.process.find_program", lambda _name: None)
    scan = examine_source(SourceQuestion(root, scanners=asked), settings)
    assert {each.status for each in scan.runs} <= {ScanStatus.MISSING, ScanStatus.SKIPPED}
    assert [each.scanner for each in scan.doubts] == (["gitleaks"] if is_missed else [])


def test_reports_alone_need_no_scanner(root: Path, tmp_path: Path) -> None:
    report = tmp_path / "leaks.json"
    report.write_text(json.dumps([{"RuleID": "key", "File": "a.py", "StartLine": 1}]), encoding="utf-8")
    scan = examine_source(SourceQuestion(root, runs_scanners=False, reports=(report,)), ScanSettings())
    assert [each.scanner for each in scan.runs] == ["gitleaks"]
    assert [each.rule for each in scan.weaknesses] == ["cwe-798"]


def test_a_folder_without_anything_to_look_at(root: Path) -> None:
    with pytest.raises(InputError, match="nothing in this folder to look at"):
        examine_source(SourceQuestion(root, exclude=("*",)), ScanSettings())


def test_a_scanner_that_does_not_exist(root: Path) -> None:
    with pytest.raises(InputError, match="there is no scanner 'bandi'"):
        examine_source(SourceQuestion(root, scanners=("bandi",)), ScanSettings())
