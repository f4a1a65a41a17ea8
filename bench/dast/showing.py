"""What `bench_dast` prints: a line for each run, families, misses, and whether the goal is met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.dast.scoring import Tally, families
from bench.dast.tools import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """One tool's run on one target."""

    tool: str
    target: str
    repaired: bool
    tally: Tally
    harm: Sequence[str]
    """Changes that no careful tester makes."""
    outcome: Outcome

    @property
    def per_thousand(self) -> float | None:
        """Faults found by a thousand requests."""
        requests = self.outcome.requests
        return 1000 * len(self.tally.found) / requests if requests and not self.repaired else None

    def document(self) -> dict[str, Any]:
        cost = self.outcome.cost
        return {
            "tool": self.tool,
            "target": self.target,
            "repaired": self.repaired,
            "found": sorted(self.tally.found),
            "missed": sorted(self.tally.missed),
            "false": list(map(str, self.tally.false)),
            "unlabelled": list(map(str, self.tally.unlabelled)),
            "harm": list(self.harm),
            "requests": self.outcome.requests,
            "found_per_1000_requests": self.per_thousand,
            "wall_s": round(cost.wall, 1),
            "cpu_s": round(cost.cpu, 1),
            "memory_mb": round(cost.memory, 1),
            "remark": self.outcome.remark,
        }


def heading() -> str:
    names = ("found", "false", "unlabelled", "harm", "requests", "per 1,000", "wall s", "CPU s", "MB")
    return f"{'tool':18}{'target':20}" + "".join(f"{name:>11}" for name in names)


def line(result: Result) -> str:
    judged, outcome = result.tally, result.outcome
    twin = f"{result.target}, repaired" if result.repaired else result.target
    found = "" if result.repaired else f"{len(judged.found)}/{len(judged.found | judged.missed)}"
    requests = "unknown" if outcome.requests is None else f"{outcome.requests:,}"
    rate = "" if result.per_thousand is None else f"{result.per_thousand:.1f}"
    cost = (f"{outcome.cost.wall:.0f}", f"{outcome.cost.cpu:.1f}", f"{outcome.cost.memory:.0f}")
    counts = (found, str(len(judged.false)), str(len(judged.unlabelled)), str(len(result.harm)), requests, rate, *cost)
    told = f"{result.tool:18}{twin:20}" + "".join(f"{each:>11}" for each in counts)
    return f"{told}  {outcome.remark}".rstrip()


def show_families(results: Iterable[Result]) -> None:
    faulty = [each for each in results if not each.repaired]
    for target in dict.fromkeys(each.target for each in faulty):
        here = [each for each in faulty if each.target == target]
        print(f"\n{target:20}" + "".join(f"{each.tool:>18}" for each in here))
        for family, ids in families(target).items():
            found = (f"{len(each.tally.found & set(ids))}/{len(ids)}" for each in here)
            print(f"{family:20}" + "".join(f"{each:>18}" for each in found))


def show_misses(results: Iterable[Result]) -> None:
    for each in results:
        print(f"\n{each.tool}, {each.target}{', repaired' if each.repaired else ''}")
        for word, entries in (
            ("missed", sorted(each.tally.missed)),
            ("false", map(str, each.tally.false)),
            ("unlabelled", map(str, each.tally.unlabelled)),
            ("harm", each.harm),
        ):
            for entry in entries:
                print(f"  {word:11}{entry}")


def show_goal(ours: Sequence[Result]) -> None:
    """Of Setpoint's own runs."""
    for tool in dict.fromkeys(each.tool for each in ours):
        runs = [each for each in ours if each.tool == tool]
        missed = sum(len(each.tally.missed) for each in runs)
        told = sum(len(each.tally.false) for each in runs)
        harm = sum(len(each.harm) for each in runs)
        met = "met" if not missed + told + harm else "MISSED"
        counts = f"{missed} missed, {told} false, {harm} harmed"
        print(f"\ngoal of {tool} (all found, nothing false, no harm): {met}: {counts}")
