"""ruff and bandit themselves, over a hostile project: its configuration and its comments hide nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.model.policy import Severity
from setpoint.model.scan import ScannerRun, ScanStatus
from setpoint.scan.interface import Scanner, ScanTarget
from setpoint.scan.sast.bandit import Bandit
from setpoint.scan.sast.python_tests import PYTHON_TESTS
from setpoint.scan.sast.ruff import Ruff

Targets = Callable[..., ScanTarget]
PASSWORD = "hunter2-hunter2"
SOURCE = f"""\
import hashlib


def find(connection, name, given):
    connection.execute("select * from t where a = '" + name + "'")
    connection.execute("select * from t where b = '" + name + "'")  # {{comment}}
    password = "{PASSWORD}"
    return eval(given), hashlib.md5(given), password
"""
CASES = [(Ruff(), "S", "noqa"), (Ruff(), "S", "noqa: S608"), (Bandit(), "B", "nosec"), (Bandit(), "B", "nosec B608")]


def _scan(scanner: Scanner, target: ScanTarget) -> ScannerRun:
    return scanner.scan(target, lambda _line: None)


@pytest.mark.parametrize(("scanner", "letter", "comment"), CASES)
def test_what_they_tell(root: Path, target_of: Targets, scanner: Scanner, letter: str, comment: str) -> None:
    (root / "with space").mkdir()
    (root / "with space" / "a%20b.py").write_text(SOURCE.format(comment=comment), encoding="utf-8")
    (root / ".bandit").write_text("[bandit]\nskips: B608,B307,B324\n", encoding="utf-8")
    (root / "ruff.toml").write_text('exclude = ["*"]\n[lint]\nignore = ["S"]\n', encoding="utf-8")
    (root / ".gitignore").write_text("*\n", encoding="utf-8")
    run = _scan(scanner, target_of())
    assert (run.status, run.reason, run.files) == (ScanStatus.COMPLETE, "", 1)
    told = [(each.rule[1:], each.place.line, each.cwes, each.severity, each.is_suppressed) for each in run.results]
    assert {each.rule[0] for each in run.results} == {letter}
    assert sorted(told) == [
        ("105", 7, (259, 798), Severity.LOW, False),
        ("307", 8, (95,), Severity.MEDIUM, False),
        ("324", 8, (327, 328), Severity.HIGH, False),
        ("608", 5, (89,), Severity.MEDIUM, False),
        ("608", 6, (89,), Severity.MEDIUM, True),
    ]
    assert PASSWORD not in str(run)


@pytest.mark.parametrize("scanner", [Ruff(), Bandit()])
def test_a_comment_for_the_whole_file_only_suppresses(root: Path, target_of: Targets, scanner: Scanner) -> None:
    (root / "a.py").write_text("# ruff: noqa\neval(input())  # nosec\n", encoding="utf-8")
    assert [each.is_suppressed for each in _scan(scanner, target_of()).results] == [True]


@pytest.mark.parametrize("scanner", [Ruff(), Bandit()])
def test_what_cannot_be_parsed_is_a_doubt(root: Path, target_of: Targets, scanner: Scanner) -> None:
    (root / "a.py").write_text("eval(input())\n", encoding="utf-8")
    (root / "broken.py").write_text("def (:\n", encoding="utf-8")
    (root / "latin.py").write_bytes(b'x = "\xff\xfe"\n')
    run = _scan(scanner, target_of())
    assert run.status is ScanStatus.PARTIAL
    assert run.reason == "could not look at broken.py, latin.py: mend or exclude what is no source"
    assert [each.place.file for each in run.results] == ["a.py"]


@pytest.mark.parametrize("scanner", [Ruff(), Bandit()])
def test_asserts_and_imports_are_told_and_weigh_nothing(root: Path, target_of: Targets, scanner: Scanner) -> None:
    (root / "a.py").write_text("import pickle\n\nassert pickle\n", encoding="utf-8")
    results = _scan(scanner, target_of()).results
    assert {each.rule[1:] for each in results} >= {"101"}
    assert {each.severity for each in results} == {Severity.INFO}


@pytest.mark.parametrize("scanner", [Ruff(), Bandit()])
def test_parsers_that_follow_no_entities_any_more_weigh_little(
    root: Path, target_of: Targets, scanner: Scanner
) -> None:
    (root / "a.py").write_text("from xml.dom import minidom\n\nminidom.parseString(b'')\n", encoding="utf-8")
    told = {each.rule[1:]: each for each in _scan(scanner, target_of()).results}
    assert (told["318"].severity, told["318"].cwes) == (Severity.LOW, (611, 776))


def test_every_test_of_bandit_that_ruff_has_is_known() -> None:
    assert all(len(number) == 3 and test.cwes for number, test in PYTHON_TESTS.items())


def test_nothing_told_of_a_file_is_not_clean(
    root: Path, target_of: Targets, install: Callable[[str, str], Path]
) -> None:
    (root / "a.py").touch()
    install("bandit", """echo '{"results": [], "errors": []}'""")
    run = _scan(Bandit(), target_of())
    assert (run.status, run.reason) == (
        ScanStatus.PARTIAL,
        "could not look at a.py: mend or exclude what is no source",
    )


EMPTY = '{"version": "2.1.0", "runs": [%s]}'
RUN = '{"tool": {"driver": {"name": "ruff"}}, %s}'


@pytest.mark.parametrize(
    ("output", "status", "reason"),
    [
        (EMPTY % (RUN % '"version": "1"'), ScanStatus.FAILED, "tells no results"),
        (EMPTY % ", ".join([RUN % '"results": []'] * 2), ScanStatus.FAILED, "there are 2 runs"),
        (
            EMPTY % (RUN % '"results": [{}], "invocations": [{"executionSuccessful": false}]'),
            ScanStatus.PARTIAL,
            "says that it failed",
        ),
        (EMPTY % "", ScanStatus.FAILED, "no run"),
        ("", ScanStatus.FAILED, "empty"),
        ('{"version": "2.1.0", "runs": [{"tool"', ScanStatus.FAILED, "cut short"),
    ],
)
def test_a_run_that_came_to_nothing_is_not_clean(
    root: Path, target_of: Targets, install: Callable[[str, str], Path], output: str, status: ScanStatus, reason: str
) -> None:
    (root / "a.py").touch()
    install("ruff", f"cat <<'END'\n{output}\nEND")
    run = _scan(Ruff(), target_of())
    assert run.status is status
    assert reason in run.reason
