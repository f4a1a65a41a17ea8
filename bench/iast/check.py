"""Checks the cases themselves, without any tool: `python -m bench.iast.check`.

Counts, halves and thirds; then every application under its real server: each benign request gets the status that is
declared, each attack works on what is called vulnerable, and on nothing that is called safe.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.iast.cases import FRAMEWORKS, Case, digests, frozen_digests, load_cases
from bench.iast.effects import comes, mark
from bench.iast.places import ready_environment
from bench.iast.serving import Application, Neighbours, application, neighbours


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", choices=FRAMEWORKS, action="append", help="only this one")
    chosen = parser.parse_args().framework or FRAMEWORKS
    cases = load_cases()
    problems = [*of_numbers(cases), *of_digests()]
    ready_environment()
    with tempfile.TemporaryDirectory() as folder, neighbours(Path(folder) / "around") as around:
        for framework in chosen:
            problems += _of_application([case for case in cases if case.framework == framework], around, Path(folder))
    for each in problems:
        print(each)
    left_out = [case.id for case in cases if not around.has(case)]
    if left_out:
        print(f"left out, for there is no PostgreSQL: {', '.join(left_out)}")
    shown = sum(case.effect is not None for case in cases)
    print(f"{len(cases)} cases, {shown} with an effect to see, {len(problems)} problems")
    return 1 if problems else 0


def of_numbers(cases: Sequence[Case]) -> Iterator[str]:
    """Ids, halves, thirds: what the README promises."""
    yield from (
        f"{name} is there {count} times" for name, count in Counter(case.id for case in cases).items() if count > 1
    )
    if len(cases) < 480:
        yield f"{len(cases)} cases are fewer than 480"
    for category in sorted({case.category for case in cases}):
        of_category = [case for case in cases if case.category == category]
        if 2 * sum(case.vulnerable for case in of_category) != len(of_category):
            yield f"{category}: not half of them are safe"
        shares = Counter(case.framework for case in of_category)
        if len({shares[framework] for framework in FRAMEWORKS}) > 1:
            yield f"{category}: not a third for each framework"
    if 3 * sum(bool(case.transformations) for case in cases) < len(cases):
        yield "less than a third of them transform the value"


def of_digests() -> Iterator[str]:
    """Whether all is as it was frozen."""
    now, then = digests(), frozen_digests()
    yield from (f"{name} is not what was frozen" for name in sorted({*now, *then}) if now.get(name) != then.get(name))


def _of_application(cases: Sequence[Case], around: Neighbours, folder: Path) -> list[str]:
    framework = cases[0].framework
    with application(framework, folder / framework, around, (), {}) as asked:
        return [problem for case in cases if around.has(case) for problem in _of_case(case, asked)]


def _of_case(case: Case, asked: Application) -> Iterator[str]:
    before = mark(asked)
    answer = asked.ask(case)
    if answer.status != case.status:
        yield f"{case.id}: the benign request is answered with {answer.status}, not {case.status}: {answer.body[:200]}"
    if case.attack != case.benign and comes(case, answer, asked, before):
        yield f"{case.id}: the benign request already shows the effect"
    before = mark(asked)
    answer = asked.ask(case, attack=True)
    worked = comes(case, answer, asked, before)
    if worked is not None and worked != case.vulnerable:
        verb = "does not work" if case.vulnerable else "works"
        yield f"{case.id}: the attack {verb}: {answer.status} {answer.body[:200]}"


if __name__ == "__main__":
    sys.exit(main())
