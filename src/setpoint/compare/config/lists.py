"""Lists, where something is declared: element by element under their names, in order, or as sets. The walk calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from setpoint.compare.config.documents import first_unknown
from setpoint.compare.config.elements import Key, by_key, is_moved, name_of, name_of_elements
from setpoint.compare.config.home import Home
from setpoint.compare.config.rules import Rule
from setpoint.compare.config.undeclared import judge_element
from setpoint.compare.config.values import essence
from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.drift import Fold
from setpoint.model.paths import element

if TYPE_CHECKING:
    from setpoint.compare.config.walk import Walk

ANY_ORDER: Final = "order (decision 18: it counts only in lists that are known for it)"


def compare_lists(walk: Walk, rule: Rule, path: str, intended: list[Json], actual: list[Json]) -> None:
    """Compare what is declared with what is there; either may be empty."""
    if not intended:
        _declared_empty(walk, rule, path, actual)
    elif key := name_of_elements(rule, intended, actual):
        _named(walk, rule, key, path, intended, actual)
    elif rule.unordered or (len(intended) != len(actual) and first_unknown(intended) is not None):
        _as_set(walk, rule, path, intended, actual)
    else:
        _in_order(walk, rule, path, intended, actual)


def by_name(walk: Walk, rule: Rule, key: Key, path: str, intended: list[Json], actual: list[Json]) -> bool:
    """Element by element, under their names; False where an element has none or two have the same."""
    fold = not rule.key and not rule.is_tags
    wanted, found = by_key(key, intended, fold=fold), by_key(key, actual, fold=fold)
    if wanted is None or found is None:
        return False
    gone, new = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    if fold and len(gone) == len(new) == 1:  # one was given another name
        found[gone.pop()] = found.pop(new.pop())
    for name in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(name), found.get(name)
        _element(walk, rule, name_of(key, other if one is None else one), path, one, other)
    return True


def _element(walk: Walk, rule: Rule, name: str, list_path: str, intended: Json, actual: Json) -> None:
    """One that has a name; None where it is not there."""
    path = element(list_path, name)
    if intended is not None and actual is not None:
        walk.value(rule.of_element(), path, intended, actual)
    elif path in walk.unread or rule.of_element().path in walk.unread:
        return
    elif intended is not None:
        walk.changed(path, intended, None)
    else:
        judge_element(walk, rule, name, path, actual)


def _declared_empty(walk: Walk, rule: Rule, path: str, actual: list[Json]) -> None:
    if actual and rule.default is not None and rule.default.for_empty and walk.is_default(rule, actual):
        walk.fold_default(rule, path, actual)
    elif actual:
        walk.changed(path, [], actual)


def _named(walk: Walk, rule: Rule, key: Key, path: str, intended: list[Json], actual: list[Json]) -> None:
    """Under their names; where those have another spelling, as a set."""
    if rule.in_order and is_moved([name_of(key, each) for each in intended], [name_of(key, each) for each in actual]):
        walk.changed(path, intended, actual)
        return
    trial = walk.another()
    if not by_name(trial, rule, key, path, intended, actual):
        _as_set(walk, rule, path, intended, actual)
    elif trial.drifts and not rule.key:
        walk.take(_better(path, trial, _trial_as_set(walk, rule, path, intended, actual)))
    else:
        walk.take(trial)


def _in_order(walk: Walk, rule: Rule, path: str, intended: list[Json], actual: list[Json]) -> None:
    """Element by element; where that differs, in any order, unless the order is known to mean something.

    Few schemas say of a list that its order means nothing, while services return most lists in an order of their own.
    """
    trial = walk.another()
    if len(intended) == len(actual) and (rule.in_order or any(isinstance(each, dict) for each in intended)):
        for index, (one, other) in enumerate(zip(intended, actual, strict=True)):
            trial.value(rule.of_element(), element(path, index), one, other)
    else:
        trial.changed(path, intended, actual)
    if trial.drifts and not rule.in_order:
        as_set = _trial_as_set(walk, rule, path, intended, actual)
        if not as_set.drifts:
            as_set.folds.append(Fold(path, actual, ANY_ORDER, intended))
        trial = _better(path, trial, as_set)
    walk.take(trial)


def _better(path: str, one: Walk, other: Walk) -> Walk:
    """The one that explains everything, or tells of fewer properties; not the one that tells the list as a whole."""
    whole = any(drift.path == path for drift in other.drifts)
    return one if whole or len(other.drifts) >= len(one.drifts) > 0 else other


def _trial_as_set(walk: Walk, rule: Rule, path: str, intended: list[Json], actual: list[Json]) -> Walk:
    trial = walk.another()
    _as_set(trial, rule, path, intended, actual)
    return trial


def _as_set(walk: Walk, rule: Rule, path: str, intended: list[Json], actual: list[Json]) -> None:
    """As multisets. Where more than one element differs the list is told whole: without order there is no *which*."""
    unresolved = [each for each in intended if isinstance(each, Unknown)]
    known = [each for each in intended if not isinstance(each, Unknown)]
    wanted, found = _without_equals(rule, known, actual, walk.home)
    matches: list[Walk] = []
    odd: list[Json] = []
    for one in sorted(wanted, key=lambda each: first_unknown(each) is not None):
        match = _first_match(walk, rule, path, one, found)
        if match is not None:
            index, trial = match
            del found[index]
            matches.append(trial)
        elif odd:
            walk.changed(path, intended, actual)
            return
        else:
            odd.append(one)
    if odd and len(found) == 1 and not unresolved and isinstance(odd[0], dict) and isinstance(found[0], dict):
        matches.append(walk.trial(rule.of_element(), element(path, intended.index(odd[0])), odd[0], found[0]))
    elif odd or len(found) > len(unresolved):  # one that is not known may be any that is there, or none
        walk.changed(path, intended, actual)
        return
    for trial in matches:
        walk.take(trial)
    if unresolved:
        walk.gap(path, unresolved[0])


def _first_match(walk: Walk, rule: Rule, path: str, intended: Json, candidates: list[Json]) -> tuple[int, Walk] | None:
    for index, candidate in enumerate(candidates):
        trial = walk.trial(rule.of_element(), element(path), intended, candidate)
        if not trial.drifts:
            return index, trial
    return None


def _without_equals(rule: Rule, intended: list[Json], actual: list[Json], home: Home) -> tuple[list[Json], list[Json]]:
    """What is left of both when elements of equal essence are paired off: cheap, and nearly always everything."""
    child = rule.of_element()
    found: dict[bytes, list[Json]] = {}
    for each in actual:
        found.setdefault(canonical_bytes(essence(child, each, home)), []).append(each)
    left = []
    for each in intended:
        equals = found.get(canonical_bytes(essence(child, each, home)))
        if equals:
            equals.pop()
        else:
            left.append(each)
    return left, [each for equals in found.values() for each in equals]
