"""The test suites of three libraries end with the agent loaded just as they do without it: test by test the same."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.guest.conftest import PROJECT, SUITES

Outcomes = dict[str, str]


def run(python: Path, source: Path, folder: Path, *, with_agent: bool) -> Outcomes:
    results = folder / f"{with_agent}.xml"
    own = [name for name in os.environ if name.startswith(("SETPOINT_", "OTEL_", "PYTEST_"))]
    environment = {name: text for name, text in os.environ.items() if name not in own and name != "PYTHONPATH"}
    first: list[str] = []
    if with_agent:
        first = [str(python), "-m", "setpoint_agent"]
        environment |= {"PYTHONPATH": str(PROJECT / "src"), "SETPOINT_REPORT_FILE": str(folder / "report.jsonl")}
    ended = subprocess.run(
        [*first, str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={results}", "tests"],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert results.exists(), f"{ended.stdout}\n{ended.stderr}"
    assert "setpoint-agent" not in ended.stderr
    return {
        f"{case.get('classname')}.{case.get('name')}": ",".join(each.tag for each in case if "system" not in each.tag)
        for case in ElementTree.parse(results).iter("testcase")
    }


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite(
    guests: Path, sources: dict[str, Path], tmp_path: Path, suite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    without = run(guests, sources[suite], tmp_path, with_agent=False)
    loaded = run(guests, sources[suite], tmp_path, with_agent=True)
    with capsys.disabled():
        print(f"\n{suite}: {counted(without)}; with the agent: {counted(loaded)}")
    assert len(without) > 400
    assert loaded == without


def counted(outcomes: Outcomes) -> str:
    counts = Counter(each or "passed" for each in outcomes.values())
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
