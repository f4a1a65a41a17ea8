"""Values that are there and that nobody declared: to be expected, not to be told, or drift. Called by the walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from setpoint.compare.config import words
from setpoint.compare.config.elements import name_of_elements
from setpoint.compare.config.rules import Rule
from setpoint.compare.config.values import is_choice, is_empty, is_switched_off, may_lead_to
from setpoint.model.canonical import Json, Unknown
from setpoint.model.drift import DriftKind, Fold, Gap, GapKind
from setpoint.model.paths import element, lookup
from setpoint.model.schema import Default, Derivation, Kind

if TYPE_CHECKING:
    from setpoint.compare.config.walk import Walk

DEFAULT_GROUP: Final = "which group is the default one of its VPC is not read"
"""Of a single security group that nobody declared (Amazon VPC User Guide, "Default security groups for your VPCs")."""

DEFAULT_SUBNETS: Final = "which subnets are the default ones of its VPC is not read"
"""Of the subnets of the entity itself, where nobody declared any (Amazon VPC User Guide, "Default VPCs")."""

_NOTHING: Final = ("", "null")
"""What some handlers of Cloud Control write for what is absent."""

ANY_AWS_KEY: Final = "alias/aws/*"
WHICH_AWS_KEYS: Final = "which keys are the account's AWS managed ones is not read"
"""Of a key that nobody declared (AWS KMS Developer Guide, "AWS managed keys": services use theirs where none is named).
"""


def judge_undeclared(walk: Walk, rule: Rule, path: str, actual: Json, *, inside_declared: bool) -> None:
    """Fold the value, doubt it, or tell it leaf by leaf; `inside_declared` as in the walk."""
    if actual is None:
        return
    if explanation := _explanation(walk, rule, path, actual, inside_declared=inside_declared):
        walk.folds.append(Fold(path, actual, explanation))
    elif (doubt := _doubt(walk, rule, path, actual)) is not None:
        walk.gaps.append(doubt)
    elif isinstance(actual, dict) and rule.kind is not Kind.DOCUMENT and not _is_pick(path, actual):
        before = len(walk.drifts)
        walk.live_members(rule, path, actual, inside_declared=False)
        walk.as_one(path, before)
    elif not (isinstance(actual, list) and _is_told_by_element(walk, rule, path, actual)):
        walk.drift(DriftKind.UNDECLARED, path, None, actual)


def judge_element(walk: Walk, rule: Rule, name: str, path: str, actual: Json) -> None:
    """One element that nobody declared, of a list whose elements have names."""
    default, generated = rule.named.get(name), rule.of_element().generated
    if default is not None and walk.is_default(default, actual):
        walk.fold_default(default, path, actual)
    elif generated and not words.protects(name):
        walk.folds.append(Fold(path, actual, generated))
    elif default is None and is_switched_off(actual) and not words.protects(path):
        walk.folds.append(Fold(path, actual, "default (decision 18: what nobody turned on is off)"))
    elif explanation := walk.pair.expectations.explain_element(rule, name, path, actual):
        walk.folds.append(Fold(path, actual, explanation))
    else:
        walk.drift(DriftKind.UNDECLARED, path, None, actual)


def which_key(alias: Json) -> Unknown:
    return Unknown(f"which key {alias} leads to is not read")


def _is_told_by_element(walk: Walk, rule: Rule, path: str, actual: list[Json]) -> bool:
    """Whether the elements were judged under their names, or each of them was to be expected."""
    has_names = rule.key or rule.named or rule.of_element().generated
    key = name_of_elements(rule, actual, actual) if has_names else ()
    if key and walk.by_name(rule, key, path, actual):
        return True
    trial = walk.another()
    for index, each in enumerate(actual):
        trial.value(rule.of_element(), element(path, index), None, each, inside_declared=False)
    if trial.drifts or trial.gaps or rule.default is not None:
        return False
    walk.take(trial)
    return True


def _explanation(walk: Walk, rule: Rule, path: str, actual: Json, *, inside_declared: bool) -> str:
    """The rule by which a value that nobody declared was to be expected; empty where it was not."""
    if is_empty(actual) or (isinstance(actual, str) and actual.strip() in _NOTHING):
        return "empty"
    if rule.default is not None and _is_default(walk, rule, rule.default, actual, inside_declared=inside_declared):
        return f"default ({rule.default.source})"
    if rule.generated:
        return rule.generated
    if path.endswith("]") and is_switched_off(actual) and not words.protects(path):
        return "default (decision 18: what nobody turned on is off)"
    if rule.derived and _follows(walk, rule.derived, actual) and not walk.pair.expectations.contradicts(path, actual):
        return f"derived ({rule.derived.source})"
    return walk.pair.expectations.explain(path, actual, has_default=rule.default is not None)


def _is_default(walk: Walk, rule: Rule, default: Default, actual: Json, *, inside_declared: bool) -> bool:
    if default.partial is not None and inside_declared:
        return bool(actual == default.partial)
    # A nested default of `true` switches on what nobody asked for, unless the object around it was declared.
    return (inside_declared or not (default.nested and actual is True)) and walk.is_default(rule, actual)


def _doubt(walk: Walk, rule: Rule, path: str, actual: Json) -> Gap | None:
    """Why it cannot be told whether a value that nobody declared was to be expected; None where it can."""
    urn = walk.pair.urn
    if rule.derived is not None and isinstance(origin := _origin(walk, rule.derived), Unknown):
        return Gap(urn, path, GapKind.UNRESOLVED, origin.reason)
    if assigned := _assigned(rule, path, actual):
        return Gap(urn, path, GapKind.ASSIGNED, assigned)
    alias = rule.default.value if rule.default and rule.key_arn else None
    if may_lead_to(alias, actual, walk.home):
        return Gap(urn, path, GapKind.ASSIGNED, which_key(alias).reason)
    is_key = rule.default is None and words.names_kms_key(words.last_name(path))
    if is_key and not walk.pair.expectations.knows_aws_keys and may_lead_to(ANY_AWS_KEY, actual, walk.home):
        return Gap(urn, path, GapKind.ASSIGNED, WHICH_AWS_KEYS)
    return None


def _assigned(rule: Rule, path: str, actual: Json) -> str:
    """What is not known of a value of the provider's, which assigns one; of subnets, one in each of several zones."""
    if words.names_subnets(path):
        return rule.assigned or DEFAULT_SUBNETS
    if isinstance(actual, list) and len(actual) > 1:
        return ""
    return rule.assigned or (DEFAULT_GROUP if words.names_security_groups(words.last_name(path)) else "")


def _follows(walk: Walk, derivation: Derivation, actual: Json) -> bool:
    origin = _origin(walk, derivation)
    return origin is not None and not isinstance(origin, Unknown) and derivation.value in (None, actual)


def _origin(walk: Walk, derivation: Derivation) -> Json:
    """What is declared of the first deciding property that is there and not switched off."""
    stated = (value for path in derivation.by for value in lookup(walk.pair.declared, path))
    return next((each for each in stated if not is_empty(each) and str(each).lower() != "false"), None)


def _is_pick(path: str, value: Mapping[str, Json]) -> bool:
    """What is to be done, as a key without a value: `Action: {"Allow": {}}`."""
    return path.endswith("Action") and is_choice(value)
