"""An override: the configuration says otherwise than a policy does, for some services, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from setpoint.model.globs import matches
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.service import Service, Tier


@dataclass(frozen=True, slots=True)
class Override:
    """What it leaves unsaid stays as the policy says."""

    policy: str
    """A glob over policy ids."""
    reason: str
    severity: Severity | None = None
    effects: Mapping[Stage, Effect] = field(default_factory=dict)
    services: tuple[str, ...] = ()
    """Globs over names; none given means all, as for tiers and environments."""
    tiers: frozenset[Tier] = frozenset()
    environments: tuple[str, ...] = ()
    """Globs, too."""
    where: str = ""
    """`file:line`."""

    def speaks_of(self, policy_id: str) -> bool:
        return matches(self.policy, policy_id)

    def is_for(self, service: Service) -> bool:
        """Each of services, tiers and environments narrows."""
        return (
            _any_matches(self.services, service.name)
            and (not self.tiers or service.tier in self.tiers)
            and _any_matches(self.environments, service.environment)
        )


def _any_matches(globs: tuple[str, ...], text: str) -> bool:
    return not globs or any(matches(each, text) for each in globs)
