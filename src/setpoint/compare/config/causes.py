"""Differences of one entity put together where one change explains several of them. Pure; commands show the result.

Nothing is lost by it: each difference is in exactly one cause, and a cause that stands for an object shows all of its
values. Only what is the same change is put together: two rules that were added are two causes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.compare.config.values import is_empty
from setpoint.model.canonical import Json, canonical_bytes
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.paths import schema_path

SEPARATORS: Final = re.compile(r"([:/|,\s])")
"""What stands between the parts of an ARN, a path, or a list in a text."""

_NAME: Final = re.compile(r"[-:/_.\d]")
"""A sign that no plain word has: `Enabled` that became `Suspended` in two places is two changes."""

_SHORTEST: Final = 4
"""Letters of a name that is taken for the same one wherever it stands."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One change, and the differences in which it shows."""

    path: str
    """Where it shows first, or the object whose members it changed."""
    because: str
    """What makes its differences one; empty where there is only one."""
    intended: Json
    actual: Json
    drifts: tuple[Drift, ...]
    """In order of path."""

    @property
    def kind(self) -> DriftKind:
        return self.drifts[0].kind


def causes(drifts: Iterable[Drift]) -> list[Cause]:
    """The causes of one entity's differences, in order of path."""
    left = sorted(drifts, key=lambda each: (each.path, each.kind, canonical_bytes([each.intended, each.actual])))
    found = []
    for key, cause in ((_at_elements, _of_elements), (_in_object, _of_object), (_by_name, _of_name)):
        together, left = _gathered(left, key)
        found += [cause(each) for each in together]
    found += [Cause(each.path, "", each.intended, each.actual, (each,)) for each in left]
    return sorted(found, key=lambda each: (each.path, each.kind, each.drifts[0].path))


def _gathered(drifts: Sequence[Drift], key: Callable[[Drift], Hashable]) -> tuple[list[list[Drift]], list[Drift]]:
    """Those that share a key with others, together; and the rest. None is no key."""
    groups: dict[Hashable, list[Drift]] = {}
    for each in drifts:
        groups.setdefault(key(each), []).append(each)
    alone = groups.pop(None, [])
    alone += [group[0] for group in groups.values() if len(group) == 1]
    return [group for group in groups.values() if len(group) > 1], sorted(alone, key=lambda each: each.path)


def _at_elements(drift: Drift) -> Hashable:
    """The same change of the same property, at several elements of a list."""
    if "[" not in drift.path:
        return None
    return drift.kind, schema_path(drift.path), canonical_bytes([drift.intended, drift.actual])


def _of_elements(drifts: list[Drift]) -> Cause:
    first, where = drifts[0], schema_path(drifts[0].path)
    return Cause(first.path, f"the same at {len(drifts)} elements: {where}", first.intended, first.actual, (*drifts,))


def _in_object(drift: Drift) -> Hashable:
    """An object that went, or came, or whose members were all switched alike; elements of a list stay apart."""
    return (drift.kind, drift.within) if drift.within and not drift.path.endswith("]") else None


def _of_object(drifts: list[Drift]) -> Cause:
    first, holder, count = drifts[0], drifts[0].within, len(drifts)
    if first.kind is DriftKind.UNDECLARED:
        because = f"{count} of its properties were declared by nobody"
    elif is_empty(first.actual):
        because = f"{count} of its properties are gone"
    else:
        because = f"{count} of its properties changed alike"
    intended = _members(holder, ((each.path, each.intended) for each in drifts))
    actual = _members(holder, ((each.path, each.actual) for each in drifts))
    return Cause(holder, because, intended, actual, (*drifts,))


def _members(holder: str, values: Iterable[tuple[str, Json]]) -> Json:
    """The values under their paths below the object that they are in; None where there is none of them."""
    below = {path.removeprefix(holder).removeprefix("."): value for path, value in values if value is not None}
    return below or None


def _by_name(drift: Drift) -> Hashable:
    """One name in the place of another, wherever it stands in the value."""
    replaced = _replaced(drift.intended, drift.actual)
    return (drift.kind, *replaced) if replaced else None


def _of_name(drifts: list[Drift]) -> Cause:
    first = drifts[0]
    old, new = _replaced(first.intended, first.actual) or ("", "")
    because = f"{old} became {new} in {len(drifts)} places"
    return Cause(first.path, because, first.intended, first.actual, (*drifts,))


def _replaced(intended: Json, actual: Json) -> tuple[str, str] | None:
    """The one name that has another in its place, where that is all that differs."""
    pairs = _replacements(intended, actual)
    return next(iter(pairs)) if pairs is not None and len(pairs) == 1 else None


def _replacements(intended: Json, actual: Json) -> set[tuple[str, str]] | None:
    """(old, new) of every text that differs; None where something else than a name does."""
    if isinstance(intended, str) and isinstance(actual, str):
        return set() if intended == actual else _names(intended, actual)
    if isinstance(intended, dict) and isinstance(actual, dict) and intended.keys() == actual.keys():
        inner = [_replacements(intended[name], actual[name]) for name in intended]
    elif isinstance(intended, list) and isinstance(actual, list) and len(intended) == len(actual):
        inner = [_replacements(one, other) for one, other in zip(intended, actual, strict=True)]
    else:
        return set() if canonical_bytes(intended) == canonical_bytes(actual) else None
    known = [each for each in inner if each is not None]
    return set().union(*known) if len(known) == len(inner) else None


def _names(intended: str, actual: str) -> set[tuple[str, str]] | None:
    one, other = SEPARATORS.split(intended), SEPARATORS.split(actual)
    before = _common(one, other)
    after = _common(one[before:][::-1], other[before:][::-1])
    old, new = "".join(one[before : len(one) - after]), "".join(other[before : len(other) - after])
    whole = before == after == 0
    if min(len(old), len(new)) < _SHORTEST or (whole and not (_NAME.search(old) and _NAME.search(new))):
        return None
    return {(old, new)}


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
