"""The walk over two canonical forms at once: what differs, what cannot be told, and what is explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from setpoint.compare.config.canonical import canonical
from setpoint.compare.config.documents import at_home, is_policy, same_document
from setpoint.compare.config.elements import Key
from setpoint.compare.config.expected import Expectations
from setpoint.compare.config.home import Home
from setpoint.compare.config.lists import by_name, compare_lists
from setpoint.compare.config.rules import Rule
from setpoint.compare.config.spellings import sameness
from setpoint.compare.config.undeclared import judge_undeclared, which_key
from setpoint.compare.config.values import (
    as_alike,
    is_choice,
    is_empty,
    is_identical,
    is_lossy,
    may_lead_to,
)
from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.documents import canonical_document
from setpoint.model.drift import Drift, DriftKind, Fold, Gap, GapKind
from setpoint.model.paths import element, join
from setpoint.model.schema import Kind
from setpoint.model.urn import Urn

LOST: Final = "CloudFormation keeps a question mark for each character outside of ASCII"
"""Of a template that is read back (AWS CloudFormation API Reference, GetTemplate; see cfn-lint's rule E1004)."""

LEADS_TO: Final = "spelling (AWS KMS Developer Guide, Aliases in AWS KMS: the alias leads to this key)"
SAME_MEANING: Final = "spelling (IAM User Guide, IAM JSON policy elements reference: it means the same)"


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
    expectations: Expectations


class Walk:
    """Compares one resource and gathers what it finds. Absent is None on either side."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.home = pair.home
        self.unread = pair.unread
        self.drifts: list[Drift] = []
        self.gaps: list[Gap] = []
        self.folds: list[Fold] = []

    def value(self, rule: Rule, path: str, intended: Json, actual: Json, *, inside_declared: bool = True) -> None:
        """Compare the values at `path`, of which the intended may be absent, or not known.

        `inside_declared` says whether the object that holds them was declared.
        """
        if self.unread and (path in self.unread or rule.path in self.unread):
            return
        if (actual is None and rule.not_read) or is_identical(intended, actual):
            return
        if intended is None:
            judge_undeclared(self, rule, path, actual, inside_declared=inside_declared)
            return
        intended, actual = as_alike(rule, intended, actual)
        if isinstance(intended, Unknown):
            self.gap(path, intended)
        elif rule.kind is Kind.DOCUMENT:
            self._document(path, intended, actual)
        elif is_policy(intended) and is_policy(actual):
            self._document(path, *(canonical_document(each, self.home.partition) for each in (intended, actual)))
        elif path and is_choice(intended) and (is_empty(actual) or is_choice(actual)):
            self._chosen(path, intended, actual)
        elif isinstance(intended, dict) and (is_empty(actual) or isinstance(actual, dict)):
            self._object(rule, path, intended, actual or {})
        elif isinstance(intended, list) and (is_empty(actual) or isinstance(actual, list)):
            compare_lists(self, rule, path, intended, actual or [])
        else:
            self._scalar(rule, path, intended, actual)

    def _object(self, rule: Rule, path: str, intended: Mapping[str, Json], actual: Mapping[str, Json]) -> None:
        before = len(self.drifts)
        for name, value in intended.items():
            child, child_path = rule.step(path, name)
            self.value(child, child_path, value, actual.get(name))
        if not actual or _are_switched_alike(path, intended, self.drifts[before:]):
            self.as_one(path, before)
        undeclared = {name: value for name, value in actual.items() if name not in intended}
        self.live_members(rule, path, undeclared, inside_declared=True)

    def as_one(self, path: str, before: int) -> None:
        """All that was found after the first `before` drifts are members of the object at `path`, and one change."""
        if path:
            self.drifts[before:] = [replace(each, within=path) for each in self.drifts[before:]]

    def live_members(self, rule: Rule, path: str, members: Mapping[str, Json], *, inside_declared: bool) -> None:
        for name, value in members.items():
            child, child_path = rule.step(path, name)
            self.value(child, child_path, None, value, inside_declared=inside_declared)

    def _scalar(self, rule: Rule, path: str, intended: Json, actual: Json) -> None:
        if same := self._why_same(rule, intended, actual):
            self.folds.append(Fold(path, actual, same, intended))
        elif is_empty(actual):
            if not is_empty(intended):
                self.changed(path, intended, actual)
        elif is_empty(intended) and self.is_default(rule, actual):
            self.fold_default(rule, path, actual)
        elif is_lossy(intended, actual):
            self.gaps.append(Gap(self.pair.urn, path, GapKind.NEVER_RETURNED, LOST))
        elif rule.key_arn and may_lead_to(intended, actual, self.home):
            self.gap(path, which_key(intended))
        else:
            self.changed(path, intended, actual)

    def _why_same(self, rule: Rule, intended: Json, actual: Json) -> str:
        """The rule by which the live value says what is declared; empty where none does."""
        if not is_empty(actual):
            same = sameness(rule, intended, actual, self.home)
            return same or (LEADS_TO if self.pair.expectations.leads_to(intended, actual) else "")
        # An absent value means the declared one only where the API is known to leave it out.
        default = rule.default
        implied = default is not None and default.omitted and self.is_default(rule, intended)
        return f"spelling ({default.source}: absent means this)" if default and implied else ""

    def _chosen(self, path: str, intended: Json, actual: Json) -> None:
        if intended != actual:
            self.changed(path, intended, actual)

    def _document(self, path: str, intended: Json, actual: Json) -> None:
        home = self.home
        same = is_empty(intended) if is_empty(actual) else same_document(at_home(intended, home), at_home(actual, home))
        if isinstance(same, Unknown):
            self.gap(path, same)
        elif not same:
            self.changed(path, intended, actual)
        elif not is_empty(intended):
            self.folds.append(Fold(path, actual, SAME_MEANING, intended))

    def by_name(self, rule: Rule, key: Key, path: str, actual: list[Json]) -> bool:
        """Judge each element of a list that nobody declared, under its name; False where one has none."""
        return by_name(self, rule, key, path, [], actual)

    def trial(self, rule: Rule, path: str, intended: Json, actual: Json) -> Walk:
        trial = self.another()
        trial.value(rule, path, intended, actual)
        return trial

    def another(self) -> Walk:
        return Walk(self.pair)

    def take(self, other: Walk) -> None:
        self.drifts += other.drifts
        self.gaps += other.gaps
        self.folds += other.folds

    def is_default(self, rule: Rule, value: Json) -> bool:
        default = rule.default
        if default is None:
            return False
        stated = [default.value.get(each) for each in self._decisive(default.by)] if default.by else [default.value]
        if default.reserved:
            return isinstance(value, str) and value.startswith(default.value)
        return any(self._equals(rule, each, value) for each in (*stated, *default.also))

    def _decisive(self, name: str) -> set[str]:
        """What decides, as it is and as it was declared: a change of it is told once, not with all that followed."""
        return {str(state.get(name)) for state in (self.pair.found, self.pair.declared)}

    def _equals(self, rule: Rule, default: Json, value: Json) -> bool:
        if is_empty(default):
            return False  # an empty default explains only what is empty, and that needs no explanation
        wanted = canonical(rule, self.home.fill_in(default), self.home.partition)
        trial = self.trial(rule, rule.path, wanted, value)
        return not (trial.drifts or trial.gaps)

    def fold_default(self, rule: Rule, path: str, actual: Json) -> None:
        source = rule.default.source if rule.default else ""
        self.folds.append(Fold(path, actual, f"default ({source})"))

    def changed(self, path: str, intended: Json, actual: Json) -> None:
        self.drift(DriftKind.CHANGED, path, intended, actual)

    def drift(self, kind: DriftKind, path: str, intended: Json, actual: Json) -> None:
        self.drifts.append(Drift(self.pair.urn, kind, path, intended, actual))

    def gap(self, path: str, unknown: Unknown) -> None:
        self.gaps.append(Gap(self.pair.urn, path, GapKind.UNRESOLVED, unknown.reason))


def _are_switched_alike(path: str, intended: Mapping[str, Json], drifts: Sequence[Drift]) -> bool:
    """Whether each of the object's declared members, and there are several, changed from the same to the same."""
    if not len(drifts) == len(intended) > 1:
        return False
    direct = all(
        each.path in (join(path, name), element(path, name)) for each, name in zip(drifts, intended, strict=True)
    )
    return direct and len({canonical_bytes([each.intended, each.actual]) for each in drifts}) == 1
