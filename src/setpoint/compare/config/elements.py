"""Elements of lists: by which properties they are told apart, and whether they changed places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from setpoint.compare.config.rules import Rule
from setpoint.model.canonical import Json

Key = tuple[str, ...]
"""The properties whose values, together, name an element."""

NAMES: Final = ("Key", "Name", "Id", "ID")
"""Properties that name an element, before all others."""

_ENDINGS: Final = ("Name", "Key", "Id", "Identifier", "Type", "Namespace", "Method", "Path", "Region")


def name_of_elements(rule: Rule, intended: Sequence[Json], actual: Sequence[Json]) -> Key:
    """The properties by which the elements of both lists are told apart; empty where none do.

    They have to name every element, each differently, and some element alike on both sides: a reference has two
    spellings, and something that was renamed altogether is better shown as one list beside the other.
    """
    if rule.key:
        return (rule.key,)
    if not (_are_objects(intended) and _are_objects(actual)):
        return ()
    for key in _candidates(intended[0]):
        wanted, found = by_key(key, intended, fold=True), by_key(key, actual, fold=True)
        if wanted is not None and found is not None and not wanted.keys().isdisjoint(found.keys()):
            return key
    return ()


def by_key(key: Key, elements: Sequence[Json], *, fold: bool = False) -> dict[str, Json] | None:
    """The elements under their names; None where an element has none or two have the same.

    `fold` ignores case and a full stop at the end, as names of domains, headers and engines do.
    """
    named = {}
    for each in elements:
        name = name_of(key, each)
        if name:
            named[_folded(name) if fold else name] = each
    return named if len(named) == len(elements) else None


def name_of(key: Key, element: Json) -> str:
    """`Value`s of the key's properties, as one text; empty where one of them is no text."""
    values = [element.get(each) for each in key] if isinstance(element, dict) else []
    texts = [each for each in values if isinstance(each, str) and each]
    return "|".join(texts) if len(texts) == len(key) else ""


def is_moved(intended: Sequence[str], actual: Sequence[str]) -> bool:
    """Whether what is in both is in another order."""
    kept = [name for name in intended if name in actual]
    return kept != [name for name in actual if name in intended]


def _folded(name: str) -> str:
    return name.rstrip(".").lower() or name


def _are_objects(elements: Sequence[Json]) -> bool:
    return bool(elements) and all(isinstance(each, dict) for each in elements)


def _candidates(first: Mapping[str, Json]) -> Iterator[Key]:
    """Single properties before pairs (a method has a path and a verb, an option a namespace and a name)."""
    likely = [name for name in NAMES if name in first]
    likely += sorted(name for name in first if name not in NAMES and name.endswith(_ENDINGS))
    yield from ((name,) for name in likely)
    yield from combinations(likely, 2)
