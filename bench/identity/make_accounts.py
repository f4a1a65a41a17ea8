"""Accounts in the format of `aws iam get-account-authorization-details`, with what each principal can become.

Each path of `shared/data/escalation-paths.json` is there in full and as near misses, in accounts of mixed population.
The expectations are literal: a table of what each path needs (`population/paths.py`) and of what each kind of near miss
comes to (`population/variants.py`), then accounts written by hand. Deterministic: `FROZEN` keeps the output's SHA-256.

    python -m bench.identity.make_accounts FOLDER
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.identity.population.chains import chains
from bench.identity.population.exports import Account
from bench.identity.population.federated import federated
from bench.identity.population.iam import iam_by_hand, iam_targets
from bench.identity.population.paths import PATHS
from bench.identity.population.services import service_targets, services_by_hand
from bench.identity.population.variants import write_variants, write_without_target

SERVICES: Final = {"build": "codebuild.amazonaws.com", "bedrock": "bedrock-agentcore.amazonaws.com"}
"""Of families in which nothing is passed."""


def families() -> Iterator[Account]:
    order = list(dict.fromkeys(path.family for path in PATHS))
    for place, family in enumerate(order):
        full, bare = Account(family, f"{10 + place}0000000001"), Account(f"{family}-bare", f"{10 + place}0000000002")
        service = next(
            (path.service for path in PATHS if path.family == family and path.service), SERVICES.get(family, "")
        )
        for account in (full, bare):
            if family == "iam":
                iam_targets(account, bare=account is bare)
            else:
                service_targets(account, service, family, bare=account is bare)
        for turn, path in enumerate(PATHS):
            if path.family == family:
                write_variants(full, path, turn)
                write_without_target(bare, path)
        if family == "iam":
            iam_by_hand(full)
        else:
            services_by_hand(full, family)
        yield from (full, bare)


def accounts() -> Iterator[Account]:
    yield from families()
    yield chains()
    yield federated()


def write(folder: Path) -> str:
    """Writes `NAME.json`, `NAME.resources.json` and `expected.json`; the digest is of all of it."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, expected = hashlib.sha256(), {}
    made = list(accounts())
    for account in made:
        expected[account.name] = account.expected
    contents: dict[str, Any] = {"expected.json": expected}
    for account in made:
        contents[f"{account.name}.json"] = account.details()
        contents[f"{account.name}.resources.json"] = account.resources
    for name, content in sorted(contents.items()):
        text = json.dumps(content, indent=1) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
        digest.update(f"{name}\0{text}".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
