"""How true the comparison is on recordings of real AWS resources, half of whose services nobody looked at.

The services of the corpus (in the shared data folder, or the file that is named) are split once, by hash of the
service's name: rules were made with the *development* half in sight, of the other half only totals were looked at. What
is scored is what `setpoint drift replay` tells. Then every recording is mutated (`bench/mutants.py`): each mutant must
be told as drift at its path, with nothing beside it that the recording itself did not show.

`bench/drift/scores.json` keeps the first figures, from before any rule was made for this corpus, and the current ones
(`--write`).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bench.mutants import Mutant, mutants
from setpoint.cli.drift_replay import Replay
from setpoint.compare.config.tiers import DRIFT, Difference, Tier, differences
from setpoint.intent.recordings import Recording, read_recordings
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.paths import schema_path

CORPUS: Final = Path(__file__).resolve().parents[2] / "shared/data/aws-drift-corpus.jsonl.gz"
SCORES: Final = Path(__file__).parent / "drift" / "scores.json"
EITHER_DRIFT: Final = "drift"
"""Both tiers of drift as one, whichever was told."""

Place = tuple[str, ...]
Told = set[tuple[Place, str]]


@dataclass(slots=True)
class Score:
    """Paths of one tier, or of one service."""

    told: int = 0
    told_right: int = 0
    expected: int = 0
    found: int = 0

    @property
    def precision(self) -> float:
        return self.told_right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.expected if self.expected else 1.0

    def add(self, told: list[Place], expected: list[Place]) -> None:
        self.told += len(told)
        self.told_right += sum(any(same_place(each, other) for other in expected) for each in told)
        self.expected += len(expected)
        self.found += sum(any(same_place(each, other) for other in told) for each in expected)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f} ({self.told_right}/{self.told}), "
            f"recall {self.recall:.3f} ({self.found}/{self.expected})"
        )


@dataclass(slots=True)
class Half:
    """All that was scored of one half of the services."""

    recordings: int = 0
    exact: int = 0
    """Recordings of which exactly the drift was told that there is."""
    tiers: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    services: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    mutants: Counter[str] = field(default_factory=Counter)
    """By rule: how many there are."""
    caught: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        return {
            "recordings": self.recordings,
            "drift exact": self.exact,
            "tiers": {
                name: {"precision": round(each.precision, 4), "recall": round(each.recall, 4)}
                for name, each in self.tiers.items()
            },
            "mutants": self.mutants.total(),
            "mutants caught": self.caught.total(),
        }


def place(path: str) -> Place:
    """A path without what names an element: a path may be told more finely or coarsely."""
    return tuple(step for step in schema_path(path).replace("[*]", "").split(".") if step)


def same_place(one: Place, other: Place) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def in_development(service: str) -> bool:
    return hashlib.sha256(service.encode()).digest()[0] % 2 == 0


class Bench:
    """Scores one recording after the other."""

    def __init__(self) -> None:
        self._catalogue = SchemaCatalogue()
        self._replay = Replay(self._catalogue)
        self.development, self.other = Half(), Half()

    def score(self, recording: Recording, expected: Iterable[Mapping[str, Any]]) -> None:
        service = recording.intended.type.split("::")[1]
        half = self.development if in_development(service) else self.other
        found = differences(self._replay.compare(recording))
        told = {(place(each.path), str(each.tier)) for each in found}
        wanted = {(place(each["path"]), str(each["tier"])) for each in expected}
        self._score_tiers(half, service, recording, wanted, told)
        for mutant in self._mutants(recording):
            self._score_mutant(half, recording, mutant, drift_of(found))

    def _score_tiers(self, half: Half, service: str, recording: Recording, wanted: Told, told: Told) -> None:
        half.recordings += 1
        drift = Score()
        drift.add(of_tier(told, EITHER_DRIFT), of_tier(wanted, EITHER_DRIFT))
        half.exact += drift.told == drift.told_right and drift.expected == drift.found
        half.tiers[EITHER_DRIFT].add(of_tier(told, EITHER_DRIFT), of_tier(wanted, EITHER_DRIFT))
        for tier in Tier:
            right, mine = of_tier(wanted, tier), of_tier(told, tier)
            half.tiers[tier].add(mine, right)
            half.services[service].add(mine, right)
            half.misses += [f"{tier:10} {how} {recording.case} {'.'.join(at)}" for how, at in _wrong(mine, right)]

    def _score_mutant(self, half: Half, recording: Recording, mutant: Mutant, before: set[str]) -> None:
        assert recording.actual is not None
        changed = replace(recording, actual=replace(recording.actual, properties=mutant.live))
        told, at = drift_of(differences(self._replay.compare(changed))), place(mutant.path)
        beside = [path for path in told - before if not same_place(place(path), at)]
        half.mutants[mutant.rule] += 1
        if any(same_place(place(path), at) for path in told) and not beside:
            half.caught[mutant.rule] += 1
        else:
            how = f"beside it {beside}" if beside else "missed"
            half.misses.append(f"mutant     {how} {mutant.rule}: {recording.case} {mutant.path}")

    def _mutants(self, recording: Recording) -> Iterator[Mutant]:
        if recording.actual is not None:
            schema = self._catalogue.recorded(recording.intended.type, recording.schema)
            yield from mutants(recording.intended.properties, recording.actual.properties, schema)


def of_tier(told: Told, tier: str) -> list[Place]:
    return sorted({at for at, named in told if named == tier or (tier == EITHER_DRIFT and named in DRIFT)})


def drift_of(found: Iterable[Difference]) -> set[str]:
    return {each.path for each in found if each.tier in DRIFT}


def _wrong(told: list[Place], expected: list[Place]) -> Iterator[tuple[str, Place]]:
    yield from (("invented", each) for each in told if not any(same_place(each, other) for other in expected))
    yield from (("missed  ", each) for each in expected if not any(same_place(each, other) for other in told))


def expectations(path: Path) -> Iterator[Iterable[Mapping[str, Any]]]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        for line in stream:
            yield json.loads(line)["expected"]


def measure(path: Path) -> Bench:
    bench = Bench()
    for recording, expected in zip(read_recordings(path), expectations(path), strict=True):
        bench.score(recording, expected)
    return bench


def show(name: str, half: Half, first: Mapping[str, Any], *, by_service: bool) -> None:
    before = f" (at first {first['drift exact']})" if first else ""
    print(f"{name} half: {half.recordings} recordings, drift told exactly in {half.exact}{before}")
    for tier, each in half.tiers.items():
        once = first.get("tiers", {}).get(tier)
        print(f"  {tier:11} {each}" + (f"; at first {once['precision']:.3f} and {once['recall']:.3f}" if once else ""))
    print(f"  mutants     {half.caught.total():,} of {half.mutants.total():,} told, and nothing beside them")
    for rule, count in sorted(half.mutants.items()):
        print(f"    {rule:14} {half.caught[rule]:6,} of {count:6,}")
    if by_service:
        for service, score in sorted(half.services.items()):
            print(f"    {service:28} {score}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Score the comparison on recordings and on mutants of them.")
    parser.add_argument("file", type=Path, nargs="?", default=CORPUS)
    parser.add_argument("--misses", action="store_true", help="list what was wrong in the development half")
    parser.add_argument("--services", action="store_true", help="a line a service")
    parser.add_argument("--write", action="store_true", help="keep these figures as the current ones")
    options = parser.parse_args()
    if not options.file.is_file():
        print(f"{options.file} is not there: nothing is measured")
        return
    kept = json.loads(SCORES.read_text(encoding="utf-8")) if SCORES.is_file() else {}
    bench = measure(options.file)
    for name, half in (("development", bench.development), ("other", bench.other)):
        show(name, half, kept.get("first", {}).get(name, {}), by_service=options.services)
    if options.misses:
        print("\n".join(bench.development.misses))
    if options.write:
        kept["current"] = {"development": bench.development.summary(), "other": bench.other.summary()}
        SCORES.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
