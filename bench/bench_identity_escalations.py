"""How fast escalations are found, on synthetic accounts: `python -m bench.bench_identity_escalations [--peers DIR]`.

Goals: 1,000 principals in under 10 s, 10,000 in under three minutes, on one core. The peers are PMapper
(`principalmapper`) and Cloudsplaining, run on the same account in an environment of their own: DIR is a virtual
environment with either, made as `requirements/identity.in` says. PMapper takes no export, so its own classes are filled
from ours, and only its search for edges is timed; Cloudsplaining scans the export, policy by policy, without following
anybody anywhere. Each has LIMIT seconds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from bench.identity_accounts import SyntheticAccount
from bench.measure import peak_memory, spending
from setpoint.compare.identity.escalation.search import find_escalations
from setpoint.intent.iam.catalogue import IamDataCatalogue
from setpoint.intent.iam.escalations import load_paths
from setpoint.intent.iam.managed import known_policy
from setpoint.model.canonical import Json
from setpoint.model.iam_account_reading import read_account

GOALS: Final = {1_000: 10.0, 10_000: 180.0}
"""Principals → seconds of CPU."""

LIMIT: Final = 120.0
"""Seconds that a peer has for the smaller account."""

PMAPPER: Final = Path(__file__).with_name("identity_pmapper.py")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="a virtual environment with principalmapper and cloudsplaining")
    options = parser.parse_args(arguments)
    is_met = True
    for principals, goal in GOALS.items():
        export = SyntheticAccount(principals).export()
        seconds = _ours(export)
        is_met = is_met and seconds <= goal
        print(f"  {principals:,} principals: {seconds:.2f} s of CPU, {goal / seconds:.1f} times as fast as the goal")
        if principals == min(GOALS) and options.peers:
            _show_peers(export, options.peers, seconds)
    print(f"  {peak_memory():,.0f} MB at most")
    return 0 if is_met else 1


def _ours(export: Json) -> float:
    """From the parsed export to every path, explained."""
    paths, catalogue = load_paths([]), IamDataCatalogue()
    with spending() as spent:
        account = read_account(export, "export.json", known_policy)
        report = find_escalations(account, paths, None, catalogue, datetime.now(UTC))
    counts = Counter(each.standing for each in report.found)
    told = ", ".join(f"{count:,} {standing}" for standing, count in counts.most_common())
    print(f"{len(report.found):,} principals: {told}; {sum(len(each.paths) for each in report.found):,} paths")
    return spent.cpu


def _show_peers(export: Json, peers: Path, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "export.json")
        file.write_bytes(orjson.dumps(export))
        scan = [
            peers / "bin" / "cloudsplaining",
            "scan",
            "--input-file",
            file,
            "--output",
            folder,
            "--skip-open-report",
        ]
        _show_peer("cloudsplaining", [str(each) for each in scan], seconds)
        _show_peer("pmapper", [str(peers / "bin" / "python"), str(PMAPPER), str(file)], seconds)


def _show_peer(name: str, command: list[str], seconds: float) -> None:
    start = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, timeout=LIMIT, check=False, text=True)
    except FileNotFoundError:
        print(f"  {name}: not installed there")
        return
    except subprocess.TimeoutExpired:
        print(f"  {name}: not done in {LIMIT:.0f} s, so setpoint is more than {LIMIT / seconds:.0f} times as fast")
        return
    spent = time.perf_counter() - start
    if done.returncode != 0:
        print(f"  {name}: failed ({(done.stderr or done.stdout).strip().splitlines()[-1:]})")
        return
    print(f"  {name}: {spent:.2f} s, {spent / seconds:.1f} times as long as setpoint")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
