"""`overrides:`: where a policy is too strict, or not strict enough, for some services, tiers or environments."""

from __future__ import annotations

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.intent.guardrails import read_effects
from setpoint.model.override import Override
from setpoint.model.policy import Severity
from setpoint.model.service import Tier


def read_overrides(fields: Fields) -> tuple[Override, ...]:
    """Whether there are such policies, `decide.policy.overrides` says, which knows them."""
    return tuple(_override(each) for each in fields.sections("overrides"))


def _override(fields: Fields) -> Override:
    override = Override(
        policy=fields.text("policy"),
        reason=_reason(fields),
        severity=fields.choice("severity", Severity) if fields.has("severity") else None,
        effects=read_effects(fields.section("effects")),
        services=_some(fields, "services"),
        tiers=frozenset(_tier(fields, each) for each in _some(fields, "tiers")),
        environments=_some(fields, "environments"),
        where=fields.where(),
    )
    fields.done()
    if override.severity is None and not override.effects:
        raise InputError(
            f"{fields.path} changes nothing", where=fields.where(), remedy="give a severity, or effects, or take it out"
        )
    return override


def _reason(fields: Fields) -> str:
    reason = fields.text("reason").strip()
    if not reason:
        raise fields.wrong("reason", "why the policy does not hold as it is")
    return reason


def _some(fields: Fields, key: str) -> tuple[str, ...]:
    """A list that narrows: an empty one would be taken for nobody by some, and for everybody by others."""
    return fields.texts(key, required=True) if fields.has(key) else ()


def _tier(fields: Fields, name: str) -> Tier:
    try:
        return Tier(name)
    except ValueError as error:
        expected = " or ".join(Tier)
        raise InputError(
            f"there is no tier {name!r}", where=fields.where("tiers"), remedy=f"write {expected}"
        ) from error
