"""From a hand-made report to scores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench import bench_iast
from bench.iast.cases import Case
from bench.iast.scoring import Scores, score
from bench.iast.standins import records
from bench.iast.tools import AIKIDO_CWE, DATADOG_CWE, TOOLS


def case(name: str, *, vulnerable: bool, cwe: int = 89) -> Case:
    return Case(
        id=name,
        framework="flask",
        category=name.split("-", maxsplit=1)[0],
        cwe=frozenset({cwe}),
        vulnerable=vulnerable,
        manner="",
        transformations=(),
        benign={},
        attack={},
        effect=None,
        status=200,
        needs=frozenset(),
    )


CASES = [
    case("sqli-1", vulnerable=True),
    case("sqli-2", vulnerable=True),
    case("sqli-3", vulnerable=False),
    case("sqli-4", vulnerable=False),
    case("xss-1", vulnerable=True, cwe=79),
    case("xss-2", vulnerable=False, cwe=79),
]


def scored(folder: Path, *lines: dict[str, object]) -> Scores:
    """What `setpoint` scores with these lines in its report."""
    report = folder / "report.jsonl"
    for line in lines:
        records.append(report, line)
    return score(CASES, TOOLS["setpoint"].findings(records.read(report)))


def test_found_and_invented_are_weighed_by_category(tmp_path: Path) -> None:
    scores = scored(
        tmp_path,
        {"path": "/sqli/sqli-1", "route": "/sqli/sqli-1", "type": "sql", "cwe": 89, "confidence": 0.9, "frames": []},
        {"path": "/sqli/sqli-2/Oak%20chair?page=2", "cwe": "CWE-89"},
        {"path": "/sqli/sqli-3", "cwe": 89},
        {"path": "/xss/xss-1", "cwe": 79},
    )
    assert [each.score for each in scores.categories] == [50.0, 100.0]
    assert scores.overall == 75.0
    assert scores.missed == []
    assert scores.invented == ["sqli-3"]


def test_a_finding_of_another_kind_does_not_count(tmp_path: Path) -> None:
    scores = scored(tmp_path, {"path": "/sqli/sqli-1", "cwe": 22}, {"path": "/sqli/sqli-10", "cwe": 89})
    assert scores.overall == 0.0
    assert scores.missed == ["sqli-1", "sqli-2", "xss-1"]


def test_many_findings_of_a_case_are_one(tmp_path: Path) -> None:
    scores = scored(tmp_path, *[{"path": "/xss/xss-1", "cwe": 79}] * 5)
    assert scores.document() == {"overall": 50.0, "asked": len(CASES), "categories": {"sqli": 0.0, "xss": 100.0}}


def test_without_a_report_nothing_is_found(tmp_path: Path) -> None:
    assert scored(tmp_path).overall == 0.0


@pytest.mark.parametrize(("tool", "names"), [("ddtrace", DATADOG_CWE), ("aikido", AIKIDO_CWE)])
def test_a_peers_own_names_become_cwe(tool: str, names: dict[str, frozenset[int]]) -> None:
    lines = [{"path": "/x/x-1", "type": kind} for kind in (*names, "SOMETHING_NEW")]
    assert [finding.cwe for finding in TOOLS[tool].findings(lines)] == [*names.values(), frozenset()]


def test_the_first_score_stays_beside_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_iast, "SCORES", tmp_path / "scores.json")
    for lines in ([], [{"path": "/xss/xss-1", "cwe": 79}]):
        kept = bench_iast.kept({"setpoint": scored(tmp_path, *lines)})
        bench_iast.SCORES.write_text(json.dumps(kept), encoding="utf-8")
    assert kept["setpoint"]["first"]["overall"] == 0.0
    assert kept["setpoint"]["last"]["overall"] == 50.0
    assert kept["setpoint"]["last"]["asked"] == len(CASES)


def test_the_goal_needs_every_category(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything = [{"path": each.path, "cwe": min(each.cwe)} for each in CASES if each.vulnerable]
    bench_iast.show({"setpoint": scored(tmp_path, *everything)}, len(CASES), with_misses=True)
    bench_iast.show({"setpoint": scored(tmp_path, {"path": "/xss/xss-2", "cwe": 79})}, len(CASES), with_misses=True)
    told = capsys.readouterr().out
    assert "in each category): met" in told
    assert "setpoint invented xss-2" in told
    assert "in each category): MISSED" in told


def test_cases_that_were_left_out_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything = [{"path": each.path, "cwe": min(each.cwe)} for each in CASES if each.vulnerable]
    bench_iast.show({"setpoint": scored(tmp_path, *everything)}, len(CASES) + 5, with_misses=False)
    told = capsys.readouterr().out
    assert f"{len(CASES)} of {len(CASES) + 5}" in told
    assert "met among those asked, and not judged for all" in told
