from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.model.policy import Severity
from setpoint.model.scan import ScannerRun, ScanStatus
from setpoint.scan.interface import ScanTarget
from setpoint.scan.pipeline.zizmor import Zizmor

Targets = Callable[..., ScanTarget]
WORKFLOW = """\
on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.head_commit.message }}
      - run: echo ${{ github.event.head_commit.message }}  # zizmor: ignore[template-injection]
"""


def _scan(root: Path, target_of: Targets, **files: str) -> ScannerRun:
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.yml").write_text(content, encoding="utf-8")
    return Zizmor().scan(target_of(), lambda _line: None)


def test_what_it_tells(root: Path, target_of: Targets) -> None:
    (root / "zizmor.yml").write_text("rules: {template-injection: {disable: true}}\n", encoding="utf-8")
    (root / ".gitignore").write_text("*\n", encoding="utf-8")
    run = _scan(root, target_of, ci=WORKFLOW)
    assert (run.status, run.files) == (ScanStatus.COMPLETE, 1)
    injections = [each for each in run.results if each.rule == "template-injection"]
    assert [(each.place.line, each.is_suppressed) for each in injections] == [(7, False), (8, True)]
    assert {(each.place.file, each.severity) for each in injections} == {(".github/workflows/ci.yml", Severity.HIGH)}


def test_what_cannot_be_parsed_is_a_doubt(root: Path, target_of: Targets) -> None:
    run = _scan(root, target_of, ci=WORKFLOW, broken="on: [\n")
    assert run.status is ScanStatus.PARTIAL
    assert run.reason == "could not look at .github/workflows/broken.yml: mend or exclude what is no source"
    assert run.results


def test_nothing_that_can_be_parsed(root: Path, target_of: Targets) -> None:
    run = _scan(root, target_of, broken="on: [\n")
    assert (run.status, run.results) == (ScanStatus.PARTIAL, ())


@pytest.mark.parametrize(
    ("file", "is_read"),
    [
        (".github/workflows/ci.yml", True),
        ("sub/.github/workflows/ci.yaml", True),
        (".github/dependabot.yml", True),
        ("action.yml", True),
        ("actions/one/action.yaml", True),
        (".github/workflows/sub/ci.yml", False),
        ("reaction.yml", False),
        ("ci.yml", False),
    ],
)
def test_which_files_it_reads(file: str, is_read: bool) -> None:
    assert Zizmor().reads(file) is is_read
