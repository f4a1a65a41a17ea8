"""How true `setpoint can-i`, `identity escalations` and `identity use` are, on cases written from AWS's documentation.

The cases and how they were made: `bench/identity/README.md`. The program is asked as anybody would ask it, as a
subprocess. Prints right and wrong by category, precision and recall by status and by family of paths; in the same run
the peers PMapper and Cloudsplaining say which principals can become administrator, each in an environment of its own
(`requirements/identity.txt`). The first score ever taken is kept in `bench/identity/first_score.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.identity.make_accounts import write

ROOT: Final = Path(__file__).resolve().parents[1]
TRUTH: Final = ROOT / "bench" / "identity"
FIRST: Final = TRUTH / "first_score.json"
PEERS: Final = ROOT / "bench" / ".run" / "identity-peers"
SETPOINT: Final = Path(sys.executable).parent / "setpoint"
ACCOUNT_SECONDS: Final = 300
PEER_SECONDS: Final = 120
STATUSES: Final = ("escalates", "conditional", "admin", "none")

Json = dict[str, Any]
Told = Mapping[str, Mapping[str, Any]]


@dataclass(slots=True)
class Count:
    """What was told, what was expected, and what of it is the same."""

    told: int = 0
    expected: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0

    def summary(self) -> Json:
        return {"precision": round(self.precision, 4), "recall": round(self.recall, 4), "expected": self.expected}

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f} ({self.right}/{self.told}), "
            f"recall {self.recall:.3f} ({self.right}/{self.expected})"
        )


@dataclass(slots=True)
class Cases:
    """Right and wrong answers by category."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def add(self, category: str, case: str, expected: object, told: object) -> None:
        if expected == told:
            self.right[category] += 1
        else:
            self.wrong[category] += 1
            self.misses.append(f"  {case}: expected {expected}, told {told}")

    def show(self, title: str) -> None:
        total = self.right.total() + self.wrong.total()
        print(f"{title}: {self.right.total()} of {total} right")
        for category in sorted({*self.right, *self.wrong}):
            print(f"  {category:18} {self.right[category]:4} right {self.wrong[category]:4} wrong")

    def summary(self) -> Json:
        return {"right": self.right.total(), "of": self.right.total() + self.wrong.total()}


@dataclass(slots=True)
class Escalations:
    """Statuses, and the paths that have to be among those told."""

    statuses: defaultdict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    families: defaultdict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    misses: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, account: str, arn: str, expected: Mapping[str, Any], told: Mapping[str, Any] | None) -> None:
        status = str((told or {}).get("status", "missing"))
        wanted = str(expected["status"])
        self.statuses[wanted].expected += 1
        self.statuses[status].told += 1
        self.statuses[wanted].right += status == wanted
        paths = {str(each["id"]) for each in (told or {}).get("paths", ())}
        absent = [each for each in expected["paths"] if each not in paths]
        if status != wanted or absent:
            where = arn.split(":", 5)[5]
            self.misses.append(
                f"  {account} {where}: {wanted} expected, {status} told {sorted(paths)}, missed {absent}"
            )
        self._add_paths(expected, paths)

    def _add_paths(self, expected: Mapping[str, Any], paths: set[str]) -> None:
        """A path beyond the named ones is wrong only where there should be none at all."""
        for path in expected["paths"]:
            family = self.families[path.rsplit("-", 1)[0]]
            family.expected += 1
            family.told += path in paths
            family.right += path in paths
        if expected["status"] == "none":
            for path in paths:
                self.families[path.rsplit("-", 1)[0]].told += 1

    def show(self) -> None:
        total = sum(each.expected for each in self.statuses.values())
        right = sum(each.right for each in self.statuses.values())
        print(f"escalations: {right} of {total} principals have the right status, in {self.seconds:.1f} s")
        for status in (*STATUSES, *sorted(set(self.statuses) - {*STATUSES})):
            print(f"  {status:18} {self.statuses[status]}")
        for family, count in sorted(self.families.items()):
            print(f"    {family:18} {count}")

    def summary(self) -> Json:
        return {
            "statuses": {status: self.statuses[status].summary() for status in STATUSES},
            "families": {family: count.summary() for family, count in sorted(self.families.items())},
        }


@dataclass(slots=True)
class Peer:
    """Whether a principal can become administrator, yes or no: peers know no conditional."""

    count: Count = field(default_factory=Count)
    seconds: float = 0.0
    left_out: list[str] = field(default_factory=list)

    def add(self, expected: Told, told: Mapping[str, bool]) -> None:
        for arn, each in expected.items():
            if each["status"] in {"escalates", "none"}:
                real, said = each["status"] == "escalates", told.get(arn, False)
                self.count.expected += real
                self.count.told += said
                self.count.right += real and said

    def show(self, name: str) -> None:
        print(f"peer {name}, who can become administrator: {self.count}, in {self.seconds:.1f} s")
        for each in self.left_out:
            print(f"  left out: {each}")

    def summary(self) -> Json:
        return self.count.summary() | {"left out": self.left_out}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def ask(*arguments: str | Path) -> Json:
    """The program's JSON answer; empty, and told on stderr, if it gives none."""
    command = [str(each) for each in (SETPOINT, *arguments)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=ACCOUNT_SECONDS, check=False)
        answer = json.loads(ran.stdout)
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        print(f"no answer: {' '.join(command)}: {error}", file=sys.stderr)
        return {}
    return answer if isinstance(answer, dict) else {}


def score_evaluation() -> Cases:
    expected, score = read(TRUTH / "evaluation.expected.json"), Cases()
    told = ask("can-i", "--cases", TRUTH / "evaluation.json")
    for case, answer in expected.items():
        score.add(case.split(".")[0], case, answer, told.get(case))
    return score


def score_use() -> Cases:
    expected, score = read(TRUTH / "trail" / "expected.json"), Cases()
    told = ask("identity", "use", TRUTH / "trail" / "one.json", TRUTH / "trail" / "two.json", "--json")
    principals = {*expected, *(arn for arn in told if arn.startswith("arn:aws:iam::"))}
    for arn in sorted(principals):
        wanted, found = expected.get(arn, {}), told.get(arn, {})
        for action in sorted({*wanted, *found}):
            score.add(action.split(":")[0], f"{arn} {action}", wanted.get(action), found.get(action))
    return score


def score_escalations(folder: Path, expected: Mapping[str, Told]) -> Escalations:
    score = Escalations()
    for account, principals in expected.items():
        began = time.perf_counter()
        export, resources = folder / f"{account}.json", folder / f"{account}.resources.json"
        told = ask("identity", "escalations", "--authorization-details", export, "--resources", resources, "--json")
        score.seconds += time.perf_counter() - began
        for arn, each in principals.items():
            score.add(account, arn, each, told.get(arn))
    return score


def score_peer(folder: Path, expected: Mapping[str, Told], judge: Callable[[Path], dict[str, bool]]) -> Peer:
    score = Peer()
    for account, principals in expected.items():
        began = time.perf_counter()
        try:
            told = judge(folder / f"{account}.json")
        except (OSError, subprocess.SubprocessError, json.JSONDecodeError, KeyError) as error:
            score.left_out.append(f"{account}: {str(error)[:200]}")
            continue
        finally:
            score.seconds += time.perf_counter() - began
        score.add(principals, told)
    return score


def pmapper(export: Path) -> dict[str, bool]:
    resources = export.with_suffix(".resources.json")
    told = json.loads(_peer("python", TRUTH / "peer_pmapper.py", export, resources))
    return {arn: status != "none" for arn, status in told.items()}


def cloudsplaining(export: Path) -> dict[str, bool]:
    """A principal with a policy, its own or a group's, of which Cloudsplaining tells a privilege escalation.

    Without `--flag-all-risky-actions` it is silent about every statement that names a resource.
    """
    with TemporaryDirectory() as folder:
        flags = ("--skip-open-report", "--flag-all-risky-actions")
        _peer("cloudsplaining", "scan", "--input-file", export, "--output", folder, *flags)
        found = read(Path(folder) / f"iam-results-{export.stem}.json")
    kinds = ("inline_policies", "customer_managed_policies", "aws_managed_policies")
    bad = {id_ for kind in kinds for id_, policy in found[kind].items() if policy["PrivilegeEscalation"]["findings"]}

    def risky(entity: Mapping[str, Any]) -> bool:
        return any(id_ in bad for kind in kinds for id_ in entity[kind])

    groups = {id_ for id_, group in found["groups"].items() if risky(group)}
    entities = [*found["users"].values(), *found["roles"].values()]
    return {each["arn"]: risky(each) or any(id_ in groups for id_ in each.get("groups", ())) for each in entities}


def _peer(program: str, *arguments: str | Path) -> str:
    command = [str(each) for each in (PEERS / "bin" / program, *arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PEER_SECONDS, check=True).stdout


def install_peers() -> None:
    uv, pins = Path(sys.executable).parent / "uv", ROOT / "requirements" / "identity.txt"
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, PEERS], check=True)
    subprocess.run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, pins], check=True)


def changed_files(made: str) -> Iterator[str]:
    """What is no longer as it was frozen."""
    for line in (TRUTH / "FROZEN").read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        found = made if name == "accounts" else hashlib.sha256((TRUTH / name).read_bytes()).hexdigest()
        if found != digest:
            yield name


def main() -> int:
    parser = argparse.ArgumentParser(description="Score the identity plane on frozen truth.")
    parser.add_argument("--misses", action="store_true", help="list every wrong answer")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        changed = list(changed_files(write(folder)))
        if changed:
            print(f"not as frozen: {', '.join(changed)}")
            return 1
        expected = read(folder / "expected.json")
        evaluation, use, escalations = score_evaluation(), score_use(), score_escalations(folder, expected)
        peers = {} if options.no_peers else score_peers(folder, expected)
    evaluation.show("evaluation")
    use.show("use")
    escalations.show()
    for name, peer in peers.items():
        peer.show(name)
    if options.misses:
        print("\n".join([*evaluation.misses, *use.misses, *escalations.misses]))
    score = {"evaluation": evaluation.summary(), "use": use.summary(), "escalations": escalations.summary()}
    if not FIRST.exists():
        shown = score | {f"peer {name}": peer.summary() for name, peer in peers.items()}
        FIRST.write_text(json.dumps(shown, indent=1) + "\n", encoding="utf-8")
    return 0


def score_peers(folder: Path, expected: Mapping[str, Told]) -> dict[str, Peer]:
    try:
        install_peers()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"peers left out, their environment could not be made: {error}")
        return {}
    judges = {"PMapper": pmapper, "Cloudsplaining": cloudsplaining}
    return {name: score_peer(folder, expected, judge) for name, judge in judges.items()}


if __name__ == "__main__":
    sys.exit(main())
