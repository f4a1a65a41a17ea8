"""Proves the truth: each fault shows by its own requests on the faulty target and not on the repaired one.

`python -m tests.assets.targets.check [--frozen]`; ends with status 1 and says what does not hold. Called by hand
and by the tests.
"""

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx
from tests.assets.targets.proofs import of_api, of_api_injection, of_site, of_tls
from tests.assets.targets.proofs.asking import HARMLESS, PROOFS, Proof, Setting
from tests.assets.targets.running import running_target
from tests.assets.targets.world import HERE

assert of_api and of_api_injection and of_site and of_tls  # imported for the proofs that they register

OPTIONS = {"api": ("api",), "site": ("site",), "site-tls": ("site", "--tls")}
FROZEN = HERE / "FROZEN"


def labels(target: str | None = None) -> list[dict[str, Any]]:
    lines = (HERE / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    return [label for label in map(json.loads, lines) if target in {None, label["target"]}]


def shape(route: str) -> str:
    """A template with its parameters' names and kinds taken out."""
    return re.sub(r"\{[^}]*\}|<[^>]*>", "{}", route)


def check_target(target: str, *, repaired: bool) -> list[str]:
    """What does not hold of one target in one state."""
    options = (*OPTIONS[target], *(("--repaired",) if repaired else ()))
    state, wrong = "repaired" if repaired else "faulty", []
    with running_target(*options) as running:

        def shows(proof: Proof) -> bool:
            running.reset()
            with Setting(running, target.split("-")[0], repaired) as setting:
                return proof(setting)

        for label in labels(target):
            if shows(PROOFS[label["id"]]) == repaired:
                wrong.append(f"{label['id']}: {'shows' if repaired else 'does not show'} on the {state} target")
        for near_miss, proof in HARMLESS.items():
            if proof.__module__.rpartition(".of_")[2].split("_")[0] == target and not shows(proof):
                wrong.append(f"{near_miss}: is not so on the {state} target")
    return wrong


def check_routes(target: str) -> list[str]:
    """Labels and near-misses that name no route of the target."""
    with running_target(*OPTIONS[target]) as running:
        known = {shape(route) for route in httpx.get(f"{running.truth}/__truth__/routes").json()}
    named = [(label["id"], place) for label in labels(target) for place in (label, *label["near_misses"])]
    return [
        f"{fault}: there is no {place['method']} {place['route']}"
        for fault, place in named
        if place["route"] != "*" and shape(f"{place['method']} {place['route']}") not in known
    ]


def frozen_files() -> list[Path]:
    """Everything that the truth consists of."""
    return sorted(
        path for path in HERE.rglob("*") if path.is_file() and path.name != "FROZEN" and "__pycache__" not in path.parts
    )


def digests() -> str:
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(HERE).as_posix()}\n"
        for path in frozen_files()
    )


def check_everything() -> list[str]:
    wrong = [f"{fault}: has no proof" for fault in sorted({label["id"] for label in labels()} - set(PROOFS))]
    wrong += [f"{fault}: has no label" for fault in sorted(set(PROOFS) - {label["id"] for label in labels()})]
    if wrong:
        return wrong
    for target in OPTIONS:
        wrong += check_routes(target)
        for repaired in (False, True):
            wrong += check_target(target, repaired=repaired)
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.assets.targets.check", description=__doc__)
    parser.add_argument("--frozen", action="store_true", help="only compare the files with FROZEN")
    parser.add_argument("--freeze", action="store_true", help="write FROZEN; once, before the first scoring")
    arguments = parser.parse_args()
    if arguments.freeze:
        FROZEN.write_text(digests(), encoding="utf-8")
    wrong = (
        []
        if not FROZEN.exists() or digests() == FROZEN.read_text(encoding="utf-8")
        else ["the files differ from FROZEN"]
    )
    if not (arguments.frozen or arguments.freeze):
        wrong += check_everything()
    print("\n".join(wrong) or f"all {len(labels())} faults hold")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
