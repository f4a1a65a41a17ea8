"""What the agent finds in the evaluation application, and what it invents, against ddtrace's IAST and aikido_zen.

`bench/iast/README.md` says what the cases are. Every tool gets every application under the same server and the same
benign requests, in an order of its own; aikido_zen, which speaks of attacks only, is attacked as well. Goal: 95 overall
and 85 in each category. `bench/iast/scores.json` keeps each tool's first and last score (`--write`).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from bench.iast.cases import FRAMEWORKS, HERE, Case, load_cases
from bench.iast.places import ready_environment
from bench.iast.scoring import Scores, score
from bench.iast.serving import Neighbours, application, neighbours
from bench.iast.standins import records
from bench.iast.tools import TOOLS, Tool

SCORES: Final = HERE / "scores.json"
GOAL, GOAL_OF_CATEGORY = 95.0, 85.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Score the agent and its peers on the evaluation application.")
    parser.add_argument("--tools", default=",".join(TOOLS), help="which, with commas between them")
    parser.add_argument("--misses", action="store_true", help="list the cases that were missed or invented")
    parser.add_argument("--write", action="store_true", help="keep these scores as the last ones")
    options = parser.parse_args()
    tools = [TOOLS[name] for name in options.tools.split(",")]
    cases = load_cases()
    ready_environment()
    scores = {tool.name: scored(tool, cases) for tool in tools}
    show(scores, len(cases), with_misses=options.misses)
    if options.write:
        SCORES.write_text(json.dumps(kept(scores), indent=1) + "\n", encoding="utf-8")


def scored(tool: Tool, cases: Sequence[Case]) -> Scores:
    tool.prepare()
    with tempfile.TemporaryDirectory() as name, neighbours(Path(name) / "around") as around:
        asked = [case for case in cases if around.has(case)]
        for framework in FRAMEWORKS:
            _ask(tool, [case for case in asked if case.framework == framework], around, Path(name) / framework)
        return score(asked, tool.findings(records.read(around.report)))


def _ask(tool: Tool, cases: Sequence[Case], around: Neighbours, folder: Path) -> None:
    environment = tool.environment(around, folder)
    with application(cases[0].framework, folder, around, tool.launcher, environment) as asked:
        unlike = sum(asked.ask(case).status != case.status for case in cases)
        if unlike:
            print(f"  {tool.name}, {cases[0].framework}: {unlike} benign answers have another status than without it")
        if tool.needs_attacks:
            for case in cases:
                with suppress(OSError, HTTPException):  # an attack may end the connection
                    asked.ask(case, attack=True)
        time.sleep(tool.settles)


def show(scores: dict[str, Scores], cases: int, *, with_misses: bool) -> None:
    print(f"{'':12}" + "".join(f"{name:>24}" for name in scores))
    names = [each.category for each in next(iter(scores.values())).categories]
    for row, name in enumerate(names):
        columns = [each.categories[row] for each in scores.values()]
        told = (f"{each.score:6.1f} ({each.true_positives:4.0%} {each.false_positives:4.0%})" for each in columns)
        print(f"{name:12}" + "".join(f"{each:>24}" for each in told))
    print(f"{'overall':12}" + "".join(f"{each.overall:>24.1f}" for each in scores.values()))
    print(f"{'cases asked':12}" + "".join(f"{f'{each.asked} of {cases}':>24}" for each in scores.values()))
    if any(each.asked < cases for each in scores.values()):
        print("left out: what needs PostgreSQL, of which there is none here; these scores are not those of all cases")
    if with_misses:
        for name, each in scores.items():
            print(f"{name} missed {', '.join(each.missed) or 'nothing'}")
            print(f"{name} invented {', '.join(each.invented) or 'nothing'}")
    if (ours := scores.get("setpoint")) is not None:
        least = min(each.score for each in ours.categories)
        met = "met" if ours.overall >= GOAL and least >= GOAL_OF_CATEGORY else "MISSED"
        verdict = met if ours.asked == cases else f"{met} among those asked, and not judged for all"
        print(f"goal ({GOAL:.0f} overall, {GOAL_OF_CATEGORY:.0f} in each category): {verdict}")


def kept(scores: dict[str, Scores]) -> dict[str, Any]:
    """What was kept, with these as the last; the first of a tool stays the first."""
    before = json.loads(SCORES.read_text(encoding="utf-8")) if SCORES.is_file() else {}
    after = dict(before)
    for name, each in scores.items():
        document = each.document()
        after[name] = {"first": before.get(name, {}).get("first", document), "last": document}
    return after


if __name__ == "__main__":
    main()
