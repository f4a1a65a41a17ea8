"""Policies as the overrides of the configuration leave them for a service. Called by `judge`, `gate` and `explain`.

Whatever is asked for ten thousand services is worked out once for each set of overrides that apply together; the
policies are never compiled again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, TypeVar

from setpoint.decide.policy.check import check_effect, meant
from setpoint.decide.policy.compile import PolicySet
from setpoint.errors import InputError
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Policy, Revision, Severity, Stage, Subject
from setpoint.model.service import Service

Value = TypeVar("Value", Severity, Effect)

_Applicable = tuple[int, ...]
"""Overrides by their places in the configuration."""

MOST_SERVICES: Final = 65_536
"""Of which it is remembered what applies to them: services are named by tags, of which there is no end."""

MOST_SETS: Final = 4_096
"""Of policies, a few hundred kilobytes each at most, that are remembered."""


class OverriddenPolicies:
    """Remembers what `resolve` says. Raises `InputError` with file:line for an override that cannot apply."""

    def __init__(self, policies: PolicySet, overrides: Sequence[Override] = ()) -> None:
        check_overrides(policies, overrides)
        self._policies = policies
        self._overrides = tuple(overrides)
        self._applicable = lru_cache(MOST_SERVICES)(self._find_applicable)
        self._revised = lru_cache(MOST_SETS)(self._revise)
        self._version = lru_cache(MOST_SERVICES)(self._work_out_version)

    def of(self, service: Service) -> PolicySet:
        return self._revised(self._applicable(service))

    def version(self, type_name: str, service: Service) -> str:
        """Changes whenever what is said of this type, where it belongs to this service, may."""
        return self._version(type_name, self._applicable(service))

    def _find_applicable(self, service: Service) -> _Applicable:
        return tuple(index for index, each in enumerate(self._overrides) if each.is_for(service))

    def _revise(self, applicable: _Applicable) -> PolicySet:
        return revise(self._policies, [self._overrides[index] for index in applicable])

    def _work_out_version(self, type_name: str, applicable: _Applicable) -> str:
        return self._revised(applicable).version(type_name)


def resolve(policies: PolicySet, overrides: Sequence[Override], service: Service) -> PolicySet:
    """The policies as they hold for one service; the very same set where no override changes any of them."""
    return revise(policies, [each for each in overrides if each.is_for(service)])


def revise(policies: PolicySet, overrides: Sequence[Override]) -> PolicySet:
    """With all of these overrides, whomever they are for. Of several that speak of one thing the last one counts."""
    return policies.revised(lambda policy: _revised(policy, [each for each in overrides if each.speaks_of(policy.id)]))


def check_overrides(policies: PolicySet, overrides: Sequence[Override]) -> None:
    """Each speaks of a policy that there is, of stages that one of them knows, and asks for what can follow there."""
    for override in overrides:
        meant_policies = [policy for policy in policies.policies if override.speaks_of(policy.id)]
        if not meant_policies:
            raise InputError(
                f"there is no policy {override.policy}",
                where=override.where,
                remedy=meant(override.policy, {name for policy in policies.policies for name in _names(policy)}),
            )
        for stage, effect in override.effects.items():
            check_effect(override.policy, stage, effect, override.where)
            if not any(_knows(policy, stage) for policy in meant_policies):
                raise InputError(
                    f"{override.policy} speaks of drift, which there is at runtime only",
                    where=override.where,
                    remedy="leave runtime alone under effects",
                )


def _names(policy: Policy) -> tuple[str, str]:
    """What an override that is about it may be written as: its id, and all of its folder."""
    return policy.id, f"{policy.id.rpartition('/')[0]}/*"


def _revised(policy: Policy, overrides: Sequence[Override]) -> Policy:
    severities = [(each, each.severity) for each in overrides if each.severity is not None]
    severity, severity_revision = _last(policy.severity, severities)
    effects, effect_revisions = dict(policy.effects), {}
    for stage in Stage:
        said = [(each, each.effects[stage]) for each in overrides if stage in each.effects and _knows(policy, stage)]
        effect, revision = _last(policy.effect(stage), said)
        if revision is not None:
            effects[stage], effect_revisions[stage] = effect, revision
    if severity_revision is None and not effect_revisions:
        return policy
    return replace(
        policy,
        severity=severity,
        effects=effects,
        severity_revision=severity_revision,
        effect_revisions=effect_revisions,
    )


def _last(before: Value, said: Sequence[tuple[Override, Value]]) -> tuple[Value, Revision | None]:
    """What was said last, and who said it; None where that is what the policy says anyway."""
    if not said or said[-1][1] is before:
        return before, None
    override, now = said[-1]
    return now, Revision(str(before), override.where, override.reason)


def _knows(policy: Policy, stage: Stage) -> bool:
    return policy.subject is not Subject.DRIFT or stage is Stage.RUNTIME
