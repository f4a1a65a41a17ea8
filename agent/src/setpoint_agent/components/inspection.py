"""Holds files of distributions against their RECORD: changed since they were installed, or never part of any."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from setpoint_agent.components.digests import recorded, sha256_of
from setpoint_agent.components.distributions import Distribution

MADE_LATER: Final = (".pyc", ".pyo")
"""What Python makes itself, and no RECORD gives a hash of."""
MOST_FILES: Final = 500_000
_HIDDEN: Final = "__pycache__"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a distribution's RECORD says of some of its files."""

    modified: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    """They lie in its folders, and it does not list them."""


def inspect(distribution: Distribution, files: Iterable[str]) -> Verdict:
    """`files`: names below the distribution's root. Nothing is said of one whose RECORD is missing."""
    listed = dict(distribution.record())
    if not listed:
        return Verdict()
    modified, missing, unlisted = [], [], []
    for each in files:
        hashed = listed.get(each)
        if hashed is None:
            unlisted.append(each)
        elif (expected := recorded(hashed)) is not None:
            actual = sha256_of(f"{distribution.root}{os.sep}{each}")
            if actual is None:
                missing.append(each)
            elif actual != expected:
                modified.append(each)
    return Verdict(tuple(modified), tuple(missing), tuple(unlisted))


def has_record(distribution: Distribution) -> bool:
    return next(distribution.record(), None) is not None


def all_files(distribution: Distribution) -> list[str]:
    """Every one that it lists with a hash."""
    return [name for name, hashed in distribution.record() if recorded(hashed) is not None]


def without_owner(root: str, distributions: Iterable[Distribution]) -> Iterator[str]:
    """Files below `root` that none of the distributions lists, by name; of those that have a RECORD."""
    listed = {name for each in distributions if each.root == root for name, _ in each.record()}
    informations = {each.information for each in distributions}
    seen = 0
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            each for each in folders if each != _HIDDEN and f"{folder}{os.sep}{each}" not in informations
        )
        for file in sorted(files):
            seen += 1
            if seen > MOST_FILES:
                return
            below = os.path.relpath(f"{folder}{os.sep}{file}", root)
            if below not in listed and not file.endswith(MADE_LATER):
                yield below
