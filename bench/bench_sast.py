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
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.sast.interpreters import Interpreter, interpreters
from bench.sast.joining import Joined, Judged, join
from bench.sast.labels import Place, places
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
from setpoint.model.scan import Scan, ScanStatus, Standing

GOAL: Final = 0.9
"""Of the false alarms that the scanners raise."""
TOGETHER: Final = "together"
FOLDER: Final = "python"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the labelled places of the applications that some scanner told."""

    places: Sequence[Place]
    judged: Mapping[str, Sequence[Judged]]
    """Id of a place → the weaknesses that hit it."""
    met: frozenset[str]
    """Ids of the places that agents met."""

    def is_demoted(self, place: Place) -> bool:
        return all(each.is_demoted for each in self.judged[place.id])

    def told(self, *, is_weakness: bool) -> list[Place]:
        return [each for each in self.places if each.id in self.judged and each.is_weakness == is_weakness]

    def is_confirmed(self, place: Place) -> bool:
        standings = {each.known.standing.standing for each in self.judged[place.id]}
        return place.id in self.met or Standing.CONFIRMED in standings

    def kept_weight(self, places: Iterable[Place]) -> float:
        """Of the weight that these places had if nothing was known of production; each by its heaviest weakness."""
        hit = [self.judged[each.id] for each in places]
        without = sum(max(each.without for each in judged) for judged in hit)
        return sum(max(each.weight for each in judged) for judged in hit) / without if without else 0.0

    @property
    def kept(self) -> frozenset[str]:
        return frozenset(each.id for each in self.places if each.id in self.judged and not self.is_demoted(each))


def main() -> None:
    parser = argparse.ArgumentParser(description="Score static scanners, alone and joined with the agent's evidence.")
    parser.add_argument("--tools", default=",".join(OF_SOURCE), help="which, with commas between them")
    parser.add_argument("--rounds", type=int, help="of the traffic; as many as it says, if nothing is said")
    parser.add_argument("--only-joined", action="store_true", help="leave out what scanners tell alone")
    parser.add_argument("--misses", action="store_true", help="list what was missed, raised, left and lost")
    parser.add_argument("--python", type=Path, help="an interpreter of 3.12 or newer, for exact coverage")
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
    print(f"\n{', '.join(APPLICATIONS)} under {interpreter.version}, {interpreter.coverage} coverage")
    served = serve(interpreter.path, folder, rounds)
    print(f"{served.requests:,} requests, {served.unlike} of them answered otherwise than expected")
    scans = {name: scanned(source_of(name, folder / f"{name}-scanned"), tools) for name in APPLICATIONS}
    of_services = {name: join(name, scans[name], served.reports[name], folder / name) for name in APPLICATIONS}
    return outcome_of([each for each in labelled if each.language == FOLDER], scans, of_services)


def outcome_of(labelled: Sequence[Place], scans: Mapping[str, Scan], joined: Mapping[str, Joined]) -> Outcome:
    hits = Hits(labelled, [told for scan in scans.values() for told in weaknesses_of(scan, f"{FOLDER}/")])
    judged = {each.known.weakness.fingerprint: each for one in joined.values() for each in one.judged}
    met = Hits(labelled, [told for each in joined.values() for told in each.met(FOLDER)])
    by_place = {place: [judged[each.by] for each in told] for place, told in hits.by_place.items()}
    return Outcome(labelled, by_place, met.told())


def show_joined(outcome: Outcome, *, with_misses: bool) -> None:
    alarms, weaknesses = outcome.told(is_weakness=False), outcome.told(is_weakness=True)
    demoted = [each for each in alarms if outcome.is_demoted(each)]
    confirmed = [each for each in weaknesses if outcome.is_confirmed(each)]
    sunk = [each for each in weaknesses if outcome.is_demoted(each)]
    lost = [each.id for each in confirmed if outcome.is_demoted(each)]
    print(f"{'scanners':16}{_cell(score(outcome.places, outcome.judged.keys()))}")
    print(f"{'with evidence':16}{_cell(score(outcome.places, outcome.kept))}")
    print(
        f"false alarms demoted: {len(demoted)} of {len(alarms)} ({len(demoted) / max(1, len(alarms)):.0%}): {_reasons(outcome, demoted)}"
    )
    print(
        f"weight that is left of false alarms: {outcome.kept_weight(alarms):.0%}, of weaknesses: {outcome.kept_weight(weaknesses):.0%}"
    )
    print(f"told weaknesses that production confirms: {len(confirmed)} of {len(weaknesses)}, lost: {len(lost)}")
    print(f"told weaknesses demoted: {', '.join(each.id for each in sunk) or 'none'}")
    print(
        f"goal ({GOAL:.0%} demoted, none lost): {'met' if len(demoted) >= GOAL * len(alarms) and not lost else 'MISSED'}"
    )
    _show_left(outcome, [each for each in alarms if each not in demoted], with_misses=with_misses)


def _show_left(outcome: Outcome, left: Sequence[Place], *, with_misses: bool) -> None:
    """Of the false alarms that still weigh as much as before: how they stand, by the weakness that weighs."""
    standings = Counter(_heaviest(outcome, each).known.standing.standing for each in left)
    print(f"left: {', '.join(f'{count} {standing}' for standing, count in standings.most_common())}")
    if with_misses:
        for each in sorted(left, key=lambda place: (_heaviest(outcome, place).known.standing.standing, place.manner)):
            heaviest = _heaviest(outcome, each).known
            told_by = ", ".join(heaviest.weakness.told_by)
            print(f"  {each.id} ({each.manner}), {told_by}: {heaviest.standing.standing}: {heaviest.standing.because}")


def _reasons(outcome: Outcome, demoted: Iterable[Place]) -> str:
    """Why they weigh less, by the weakness that weighs most."""
    told = Counter(_reason(max(outcome.judged[each.id], key=lambda judged: judged.weight)) for each in demoted)
    return ", ".join(f"{count} {reason}" for reason, count in told.most_common()) or "none"


def _reason(judged: Judged) -> str:
    if judged.without == 0:
        return "weigh nothing"
    return "never executed" if judged.known.standing.standing is Standing.NEVER_EXECUTED else "watched"


def _heaviest(outcome: Outcome, place: Place) -> Judged:
    return next(each for each in outcome.judged[place.id] if not each.is_demoted)


def _of_language(told: Iterable[Told], language: str) -> list[Told]:
    return [each for each in told if each.file.startswith(f"{language}/")]


def _show_rows(labelled: Sequence[Place], hits: Mapping[str, Hits]) -> None:
    print(f"{'CWE':16}" + "".join(f"{name:>34}" for name in hits))
    rows = {f"{cwe}": each for cwe, each in by_cwe(labelled).items()} | {"all": labelled}
    for name, each in rows.items():
        print(f"{name:16}" + "".join(f"{_cell(score(each, one.told())):>34}" for one in hits.values()))
    print(f"{'about no place':16}" + "".join(f"{one.beside:>34}" for one in hits.values()))


def _show_misses(labelled: Sequence[Place], hits: Hits) -> None:
    for is_weakness, word in ((True, "missed"), (False, "raised")):
        ids = [
            each.id for each in labelled if each.is_weakness == is_weakness and (each.id in hits.told()) != is_weakness
        ]
        print(f"{word}: {', '.join(ids) or 'none'}")


def _cell(told: Score) -> str:
    counts = f"{told.found}/{told.weaknesses} {told.raised}/{told.false_alarms}"
    return f"{counts}  {_share(told.precision)} {_share(told.recall)}"


def _share(share: float | None) -> str:
    return f"{'-':>5}" if share is None else f"{share:>5.0%}"


if __name__ == "__main__":
    main()
