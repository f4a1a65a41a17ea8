"""The walk over two canonical forms at once: what differs, what cannot be told, and what is explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from setpoint.compare.config.canonical import canonical
from setpoint.compare.config.documents import first_unknown, same_document
from setpoint.compare.config.rules import Rule
from setpoint.compare.config.values import Home, essence, is_empty, may_lead_to, same_scalar
from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.drift import Drift, DriftKind, Fold, Gap, GapKind
from setpoint.model.paths import element
from setpoint.model.schema import Derivation, Kind
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class Pair:
    """The two states of one resource, as far as what is true of one property depends on another."""

    urn: Urn
    home: Home
    declared: Mapping[str, Json]
    """As it was declared, with what is never returned."""
    found: Mapping[str, Json]
    """The actual state in canonical form."""
    unread: Mapping[str, str]


class Walk:
    """Compares one resource and gathers what it finds. Absent is None on either side."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._home = pair.home
        self._unread = pair.unread
        self.drifts: list[Drift] = []
        self.gaps: list[Gap] = []
        self.folds: list[Fold] = []

    def value(self, rule: Rule, path: str, intended: Json, actual: Json, *, inside_declared: bool = True) -> None:
        """Compare the values at `path`, of which the intended may be absent, or not known.

        `inside_declared` says whether the object that holds them was declared.
        """
        if self._unread and (path in self._unread or rule.path in self._unread):
            return
        if actual is None and rule.not_read:
            return
        if intended is None:
            self._live_only(rule, path, actual, inside_declared=inside_declared)
        elif isinstance(intended, Unknown):
            self._gap(path, intended)
        elif rule.kind is Kind.DOCUMENT:
            self._document(path, intended, actual)
        elif isinstance(intended, Mapping) and (is_empty(actual) or isinstance(actual, Mapping)):
            self._object(rule, path, intended, actual or {})
        elif isinstance(intended, list) and (is_empty(actual) or isinstance(actual, list)):
            self._list(rule, path, intended, actual or [])
        else:
            self._scalar(rule, path, intended, actual)

    def _object(self, rule: Rule, path: str, intended: Mapping[str, Json], actual: Mapping[str, Json]) -> None:
        for name, value in intended.items():
            child, child_path = rule.step(path, name)
            self.value(child, child_path, value, actual.get(name))
        undeclared = {name: value for name, value in actual.items() if name not in intended}
        self._live_members(rule, path, undeclared, inside_declared=True)

    def _live_members(self, rule: Rule, path: str, members: Mapping[str, Json], *, inside_declared: bool) -> None:
        for name, value in members.items():
            child, child_path = rule.step(path, name)
            self.value(child, child_path, None, value, inside_declared=inside_declared)

    def _scalar(self, rule: Rule, path: str, intended: Json, actual: Json) -> None:
        if is_empty(actual):
            if is_empty(intended) or self._is_implied(rule, intended):
                return
        elif same_scalar(rule, intended, actual, self._home):
            return
        elif is_empty(intended) and self._is_default(rule, actual):
            self._fold_default(rule, path, actual)
            return
        elif rule.key_arn and may_lead_to(intended, actual, self._home):
            self._gap(path, _which_key(intended))
            return
        self._changed(path, intended, actual)

    def _is_implied(self, rule: Rule, intended: Json) -> bool:
        """Whether an absent value means the declared one: APIs leave defaults out.

        Never `true` or a key: what a new resource has may since have been taken away (a bucket's public-access block).
        """
        return intended is not True and not rule.key_arn and self._is_default(rule, intended)

    def _document(self, path: str, intended: Json, actual: Json) -> None:
        same = is_empty(intended) if is_empty(actual) else same_document(intended, actual)
        if isinstance(same, Unknown):
            self._gap(path, same)
        elif not same:
            self._changed(path, intended, actual)

    def _list(self, rule: Rule, path: str, intended: list[Json], actual: list[Json]) -> None:
        in_order = not rule.unordered and not rule.key
        if not intended:
            self._declared_empty(rule, path, actual)
        elif rule.key and self._keyed(rule, path, intended, actual):
            return
        elif in_order and len(intended) == len(actual):
            for index, (one, other) in enumerate(zip(intended, actual, strict=True)):
                self.value(rule.of_element(), element(path, index), one, other)
        elif in_order and first_unknown(intended) is None:
            self._changed(path, intended, actual)
        else:
            self._elements(rule, path, intended, actual)

    def _declared_empty(self, rule: Rule, path: str, actual: list[Json]) -> None:
        if actual and rule.default is not None and rule.default.for_empty and self._is_default(rule, actual):
            self._fold_default(rule, path, actual)
        elif actual:
            self._changed(path, [], actual)

    def _keyed(self, rule: Rule, path: str, intended: list[Json], actual: list[Json]) -> bool:
        """Element by element, under their names; False where an element has none or two have the same."""
        wanted, found = _by_key(rule.key, intended), _by_key(rule.key, actual)
        if wanted is None or found is None:
            return False
        for key in sorted(wanted.keys() | found.keys()):
            one, other, element_path = wanted.get(key), found.get(key), element(path, key)
            if one is not None and other is not None:
                self.value(rule.of_element(), element_path, one, other)
            elif element_path not in self._unread and rule.of_element().path not in self._unread:
                self._drift(DriftKind.UNDECLARED if one is None else DriftKind.CHANGED, element_path, one, other)
        return True

    def _elements(self, rule: Rule, path: str, intended: list[Json], actual: list[Json]) -> None:
        """As multisets. A list that differs is reported whole: without an order there is no *which*."""
        unresolved = [each for each in intended if isinstance(each, Unknown)]
        known = [each for each in intended if not isinstance(each, Unknown)]
        wanted, found = _without_equals(rule, known, actual, self._home)
        matches = []
        for one in sorted(wanted, key=lambda each: first_unknown(each) is not None):
            match = self._first_match(rule, path, one, found)
            if match is None:
                break
            index, trial = match
            del found[index]
            matches.append(trial)
        # An element that is not known may be any one that is there, or none.
        if len(matches) < len(wanted) or len(found) > len(unresolved):
            self._changed(path, intended, actual)
            return
        for trial in matches:
            self.gaps += trial.gaps
            self.folds += trial.folds
        if unresolved:
            self._gap(path, unresolved[0])

    def _first_match(self, rule: Rule, path: str, intended: Json, candidates: list[Json]) -> tuple[int, Walk] | None:
        for index, candidate in enumerate(candidates):
            trial = self._trial(rule.of_element(), element(path), intended, candidate)
            if not trial.drifts:
                return index, trial
        return None

    def _trial(self, rule: Rule, path: str, intended: Json, actual: Json) -> Walk:
        trial = Walk(self._pair)
        trial.value(rule, path, intended, actual)
        return trial

    def _live_only(self, rule: Rule, path: str, actual: Json, *, inside_declared: bool) -> None:
        if actual is None:
            return
        if explanation := self._explanation(rule, actual, inside_declared=inside_declared):
            self.folds.append(Fold(path, actual, explanation))
        elif (doubt := self._doubt(rule, actual)) is not None:
            self._gap(path, doubt)
        elif isinstance(actual, Mapping) and rule.kind is not Kind.DOCUMENT:
            self._live_members(rule, path, actual, inside_declared=False)
        elif not (rule.key and isinstance(actual, list) and self._keyed(rule, path, [], actual)):
            self._drift(DriftKind.UNDECLARED, path, None, actual)

    def _explanation(self, rule: Rule, actual: Json, *, inside_declared: bool) -> str:
        """The rule by which a value that nobody declared was to be expected; empty where it was not."""
        if is_empty(actual):
            return "empty"
        # A nested default of `true` switches on what nobody asked for, unless the object around it was declared.
        explains = inside_declared or not (rule.default and rule.default.nested and actual is True)
        if rule.default is not None and explains and self._is_default(rule, actual):
            return f"default ({rule.default.source})"
        if rule.generated:
            return f"generated ({rule.generated})"
        return f"derived ({rule.derived.source})" if rule.derived and self._follows(rule.derived, actual) else ""

    def _doubt(self, rule: Rule, actual: Json) -> Unknown | None:
        """Why it cannot be told whether a value that nobody declared was to be expected; None where it can."""
        if rule.derived is not None and isinstance(origin := self._origin(rule.derived), Unknown):
            return origin
        if rule.assigned and not (isinstance(actual, list) and len(actual) > 1):
            return Unknown(rule.assigned)
        alias = rule.default.value if rule.default and rule.key_arn else None
        return _which_key(alias) if may_lead_to(alias, actual, self._home) else None

    def _follows(self, derivation: Derivation, actual: Json) -> bool:
        origin = self._origin(derivation)
        return origin is not None and not isinstance(origin, Unknown) and derivation.value in (None, actual)

    def _origin(self, derivation: Derivation) -> Json:
        """What is declared of the first deciding property that is there and not switched off."""
        stated = (self._pair.declared.get(name) for name in derivation.by)
        return next((each for each in stated if not is_empty(each) and str(each).lower() != "false"), None)

    def _is_default(self, rule: Rule, value: Json) -> bool:
        default = rule.default
        if default is None:
            return False
        stated = default.value.get(str(self._pair.found.get(default.by))) if default.by else default.value
        if default.reserved:
            return isinstance(value, str) and value.startswith(stated)
        return self._equals(rule, stated, value) or self._equals(rule, default.also, value)

    def _equals(self, rule: Rule, default: Json, value: Json) -> bool:
        if is_empty(default):
            return False  # an empty default explains only what is empty, and that needs no explanation
        wanted = canonical(rule, self._home.fill_in(default), self._home.partition)
        trial = self._trial(rule, rule.path, wanted, value)
        return not (trial.drifts or trial.gaps)

    def _fold_default(self, rule: Rule, path: str, actual: Json) -> None:
        source = rule.default.source if rule.default else ""
        self.folds.append(Fold(path, actual, f"default ({source})"))

    def _changed(self, path: str, intended: Json, actual: Json) -> None:
        self._drift(DriftKind.CHANGED, path, intended, actual)

    def _drift(self, kind: DriftKind, path: str, intended: Json, actual: Json) -> None:
        self.drifts.append(Drift(self._pair.urn, kind, path, intended, actual))

    def _gap(self, path: str, unknown: Unknown) -> None:
        self.gaps.append(Gap(self._pair.urn, path, GapKind.UNRESOLVED, unknown.reason))


def _which_key(alias: Json) -> Unknown:
    return Unknown(f"which key {alias} leads to is not read")


def _by_key(key: str, elements: list[Json]) -> dict[str, Json] | None:
    named = {each[key]: each for each in elements if isinstance(each, Mapping) and isinstance(each.get(key), str)}
    return named if len(named) == len(elements) else None


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
