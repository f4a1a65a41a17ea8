"""Do static scanners tell the truth, and what does it gain to join what they tell with what agents saw?

`bench/sast/README.md` says what the cases are. First each scanner alone and all of them together, by CWE and language;
then the two Python applications are served with the agent loaded, and what it reports is joined as the gate joins it.
Goal: at least 9 of 10 false alarms weigh less at the gate, and no weakness that production confirms does.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.sast.interpreters import Interpreter, interpreters
from bench.sast.joining import Judged, join
from bench.sast.labels import Place, places
from bench.sast.outcome import FOLDER, Outcome, outcome_of
from bench.sast.scanning import (
    LANGUAGES,
    OF_SOURCE,
    copied_cases,
    results_of,
    scanned,
    scanners_on_path,
    score_pipelines,
    score_secrets,
    weaknesses_of,
)
from bench.sast.scoring import Hits, Score, Told, by_cwe, score
from bench.sast.serving import APPLICATIONS, serve, source_of
from setpoint.model.scan import ScanStatus, Standing

GOAL: Final = 0.9
"""Of the false alarms that the scanners raise."""
TOGETHER: Final = "together"


def main() -> None:
    parser = argparse.ArgumentParser(description="Score static scanners, alone and joined with the agent's evidence.")
    parser.add_argument("--tools", default=",".join(OF_SOURCE), help="which, with commas between them")
    parser.add_argument("--rounds", type=int, help="of the traffic; as many as it says by default")
    parser.add_argument("--misses", action="store_true", help="list what was missed, raised and left")
    parser.add_argument("--only-joined", action="store_true", help="leave out what scanners tell alone")
    parser.add_argument("--python", help="an interpreter of 3.12 or newer, for exact coverage")
    options = parser.parse_args()
    tools = tuple(options.tools.split(","))
    labelled = places()
    with tempfile.TemporaryDirectory() as name, scanners_on_path():
        folder = Path(name)
        if not options.only_joined:
            show_tools(labelled, tools, folder / "cases", with_misses=options.misses)
            show_apart(folder)
        for interpreter in interpreters(options.python):
            outcome = joined(labelled, tools, interpreter, options.rounds, folder / interpreter.version)
            show_joined(outcome, with_misses=options.misses)


def show_tools(labelled: Sequence[Place], tools: Sequence[str], folder: Path, *, with_misses: bool) -> None:
    scan = scanned(copied_cases(folder), tools)
    for run in scan.runs:
        if run.status is not ScanStatus.COMPLETE:
            print(f"{run.scanner}: {run.status}. {run.reason}")
    told = {each.scanner: results_of(each) for each in scan.runs if each.results}
    told[TOGETHER] = weaknesses_of(scan)
    for language in LANGUAGES:
        of_language = [each for each in labelled if each.language == language]
        hits = {name: Hits(of_language, _of_language(each, language)) for name, each in told.items()}
        print(f"\n{language}: weaknesses found / of how many, false alarms raised / of how many; precision, recall")
        _show_rows(of_language, hits)
        if with_misses:
            _show_misses(of_language, hits[TOGETHER])


def show_apart(folder: Path) -> None:
    print("\nsecrets and pipelines")
    for name, each in {**score_secrets(folder / "secrets"), **score_pipelines(folder / "pipelines")}.items():
        print(f"{name:16}{_cell(each)}")


def joined(
    labelled: Sequence[Place], tools: Sequence[str], interpreter: Interpreter, rounds: int | None, folder: Path
) -> Outcome:
    folder.mkdir()
    coverage = "exact" if interpreter.is_exact else "sampled"
    print(f"\n{' and '.join(APPLICATIONS)} under {interpreter.version}, {coverage} coverage")
    served = serve(interpreter.path, folder, rounds)
    print(f"{served.requests:,} requests, {served.unlike} of them answered otherwise than expected")
    scans = {name: scanned(source_of(name, folder / f"{name}-scanned"), tools) for name in APPLICATIONS}
    of_services = {name: join(name, scans[name], served.reports[name], folder / name) for name in APPLICATIONS}
    return outcome_of([each for each in labelled if each.language == FOLDER], scans, of_services)


def show_joined(outcome: Outcome, *, with_misses: bool) -> None:
    alarms, weaknesses = outcome.told(is_weakness=False), outcome.told(is_weakness=True)
    demoted = [each for each in alarms if outcome.is_demoted(each)]
    confirmed = [each for each in weaknesses if outcome.is_confirmed(each)]
    sunk = [each.id for each in weaknesses if outcome.is_demoted(each)]
    lost = [each.id for each in confirmed if outcome.is_demoted(each)]
    share = len(demoted) / max(1, len(alarms))
    print(f"{'scanners':16}{_cell(score(outcome.places, outcome.judged.keys()))}")
    print(f"{'with evidence':16}{_cell(score(outcome.places, outcome.kept))}")
    print(f"{'by agents alone':16}{_cell(score(outcome.places, outcome.kept_by_agents))}")
    print(f"false alarms demoted: {len(demoted)} of {len(alarms)} ({share:.0%}): {_reasons(outcome, demoted)}")
    by_agents = [each for each in alarms if each.id not in outcome.kept_by_agents]
    print(
        f"of them by what agents saw, without the source: {len(by_agents)} ({len(by_agents) / max(1, len(alarms)):.0%})"
    )
    print(f"weight that is left of false alarms: {outcome.kept_weight(alarms):.0%}", end="")
    print(f", of weaknesses: {outcome.kept_weight(weaknesses):.0%}")
    print(f"told weaknesses that production confirms: {len(confirmed)} of {len(weaknesses)}, lost: {len(lost)}")
    print(f"told weaknesses demoted: {', '.join(sunk) or 'none'}")
    print(f"goal ({GOAL:.0%} demoted, none lost): {'met' if share >= GOAL and not lost else 'MISSED'}")
    _show_left(outcome, [each for each in alarms if each not in demoted], with_misses=with_misses)


def _show_left(outcome: Outcome, left: Sequence[Place], *, with_misses: bool) -> None:
    """Of the false alarms that still weigh as much as before: how they stand."""
    standings = {each: outcome.heaviest(each).known.standing for each in left}
    counts = Counter(each.standing for each in standings.values())
    print(f"left: {', '.join(f'{count} {standing}' for standing, count in counts.most_common())}")
    if with_misses:
        for each in sorted(left, key=lambda place: (standings[place].standing, place.manner)):
            told_by = ", ".join(outcome.heaviest(each).known.weakness.told_by)
            print(f"  {each.id} ({each.manner}), {told_by}: {standings[each].standing}: {standings[each].because}")


def _reasons(outcome: Outcome, demoted: Iterable[Place]) -> str:
    """Why they weigh less."""
    told = Counter(_reason(outcome.heaviest(each)) for each in demoted)
    return ", ".join(f"{count} {reason}" for reason, count in told.most_common()) or "none"


def _reason(judged: Judged) -> str:
    if judged.without == 0:
        return "weigh nothing"
    if judged.known.standing.standing is Standing.NEVER_EXECUTED:
        return "never executed"
    return "unlikely by the source around them" if judged.known.weakness.against else "watched"


def _of_language(told: Iterable[Told], language: str) -> list[Told]:
    return [each for each in told if each.file.startswith(f"{language}/")]


def _show_rows(labelled: Sequence[Place], hits: Mapping[str, Hits]) -> None:
    print(f"{'CWE':16}" + "".join(f"{name:>34}" for name in hits))
    rows = {f"{cwe}": each for cwe, each in by_cwe(labelled).items()} | {"all": labelled}
    for name, each in rows.items():
        print(f"{name:16}" + "".join(f"{_cell(score(each, one.told())):>34}" for one in hits.values()))
    print(f"{'about no place':16}" + "".join(f"{one.beside:>34}" for one in hits.values()))


def _show_misses(labelled: Sequence[Place], hits: Hits) -> None:
    told = hits.told()
    missed = [each.id for each in labelled if each.is_weakness and each.id not in told]
    raised = [each.id for each in labelled if not each.is_weakness and each.id in told]
    print(f"missed: {', '.join(missed) or 'none'}")
    print(f"raised: {', '.join(raised) or 'none'}")


def _cell(told: Score) -> str:
    counts = f"{told.found}/{told.weaknesses} {told.raised}/{told.false_alarms}"
    return f"{counts}  {_share(told.precision)} {_share(told.recall)}"


def _share(share: float | None) -> str:
    return f"{'-':>5}" if share is None else f"{share:>5.0%}"


if __name__ == "__main__":
    main()
