"""The risk of a release: a product of named multipliers, each at least 1, from its findings alone. Called by `gate`.

Every multiplier is monotone in every input, saturates, and does not depend on the order of the findings; without any,
each is 1, and so is the risk. The page `docs/explanation/risk-and-gate.md` works examples, which a test recomputes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from setpoint.errors import InputError
from setpoint.model.decision import Factor
from setpoint.model.policy import Severity
from setpoint.model.service import DataClass, Exposure, Service, Tier
from setpoint.model.wording import counted

SEVERITY_WEIGHT: Final[Mapping[Severity, float]] = {
    Severity.INFO: 0.0,
    Severity.LOW: 0.1,
    Severity.MEDIUM: 0.3,
    Severity.HIGH: 0.6,
    Severity.CRITICAL: 0.9,
}
"""How much of the whole severity one finding makes up. Setpoint's own scale: about the square of the middle of the band
of that name (CVSS v3.1, "Qualitative Severity Rating Scale", divided by 10), so that many weak findings do not soon
weigh as much as a strong one; low is raised to 0.1, so that it can be felt."""

LEAST_SCORED: Final = 0.1
"""As much as low severity weighs: whatever CVSS gives more than nothing can be felt."""

SEVERITY_AMPLITUDE: Final = 9.0
"""All severities together count at most tenfold: from 1 to CVSS's 10."""


class Reach(StrEnum):
    """What production showed of the place that a finding is at; each weighs at least as much as the one before."""

    NEVER = "never executed"
    """It is certain that production never gets there."""
    UNKNOWN = "not known"
    """Nobody looked, or sampling did not happen to see it, which demotes nothing."""
    EXECUTED = "executed"
    TAKES_INPUT = "takes user input"
    """It is executed with what somebody outside sent."""
    ATTACKED = "an attack got through"
    """What somebody outside sent was seen to do there what it should not."""

    @property
    def rank(self) -> int:
        return _REACH_RANKS[self]


_REACH_RANKS: Final = {reach: rank for rank, reach in enumerate(Reach)}

REACH_SHARE: Final[Mapping[Reach, float]] = {
    Reach.NEVER: 0.0,
    Reach.UNKNOWN: 0.0,
    Reach.EXECUTED: 0.5,
    Reach.TAKES_INPUT: 1.0,
    Reach.ATTACKED: 1.5,
}
"""How many times what being reached by input adds is added: what is confirmed by an attack weighs more."""

NEVER_EXECUTED_WEIGHT: Final = 0.25
"""How much of its severity a finding keeps at a place that production never gets to: it may yet, in another release."""

UNCONFIRMED: Final = frozenset({Reach.NEVER, Reach.UNKNOWN, Reach.EXECUTED})
"""Where it matters what the source around it says: not where what a client sent was met there."""

CLEARABLE: Final = frozenset({Reach.UNKNOWN, Reach.EXECUTED})
"""Where it says something that agents looked and met nothing: not where they did meet something."""

WATCHED_FROM: Final = 30
"""Looks at what is called there, none of which met anything, that say nothing yet: from as many on the rule of three
holds, and what input reaches in as few as one call of ten is missed by so many in 4 % of cases (0.9 to the 30th)."""

WATCHED_ENOUGH: Final = 1_000
"""Looks after which more say nothing more. By the rule of three (Hanley and Lippman-Hand, JAMA 249, 1983) fewer than 3
in 1,000 calls then carry what a client sent, at 95 % confidence."""

WATCHED_WEIGHT: Final = 0.5
"""How much of its severity a finding keeps then: what nobody sends today, an attacker may find a way to send."""

SPOKEN_AGAINST_WEIGHT: Final = 0.25
"""How much of its weight a finding keeps against which the source around it speaks: what is called the key of a cache
may be something else, too."""

EXPLOITABILITY_AMPLITUDE: Final = 1.0
REACHABILITY_AMPLITUDE: Final = 1.0
AGE_AMPLITUDE: Final = 0.5
AGE_HALF: Final = 30.0
"""Days after which half of what age can add is added: by then CISA's Binding Operational Directive 19-02 wants
vulnerabilities of high severity repaired."""

EXPOSURE_AMPLITUDE: Final[Mapping[Exposure, float]] = {Exposure.INTERNET: 1.0, Exposure.INTERNAL: 0.0}
TIER_AMPLITUDE: Final[Mapping[Tier, float]] = {Tier.CRITICAL: 0.5, Tier.STANDARD: 0.25, Tier.LOW: 0.0}
DATA_AMPLITUDE: Final[Mapping[DataClass | None, float]] = {
    None: 0.0,
    DataClass.PUBLIC: 0.0,
    DataClass.INTERNAL: 0.1,
    DataClass.CONFIDENTIAL: 0.25,
    DataClass.REGULATED: 0.5,
}
"""What a breach costs beside the outage: as much again as the tier, at most."""


@dataclass(frozen=True, slots=True)
class RiskInput:
    """All that one finding contributes; exposure and tier are its service's."""

    name: str
    """The finding, as a person knows it: the rule and where."""
    severity: Severity
    exploitability: float | None = None
    """How likely somebody is to exploit it, from 0 to 1; None where it is not known, which adds nothing and is said."""
    reach: Reach = Reach.UNKNOWN
    age: float | None = None
    """Days since it was first seen, at least 0; None for what is found now."""
    score: float | None = None
    """CVSS's, from 0 to 10, which says more than the band of the severity; None where it is not known."""
    watched: int = 0
    """How often agents looked at what is called there without meeting what a client sent."""
    against: bool = False
    """The source around it speaks against its being a weakness."""

    def __post_init__(self) -> None:
        if self.exploitability is not None and not 0 <= self.exploitability <= 1:
            raise InputError(
                f"the exploitability is {self.exploitability:g}", where=self.name, remedy="give a number from 0 to 1"
            )
        if self.age is not None and not 0 <= self.age < math.inf:
            raise InputError(f"the age is {self.age:g} days", where=self.name, remedy="give 0 or more")
        if self.score is not None and not 0 <= self.score <= 10:
            raise InputError(f"the score is {self.score:g}", where=self.name, remedy="give a number from 0 to 10")
        if self.watched < 0:
            raise InputError(f"it was watched {self.watched} times", where=self.name, remedy="give 0 or more")

    @property
    def weight(self) -> float:
        """How much of the whole severity it makes up."""
        kept = NEVER_EXECUTED_WEIGHT if self.reach is Reach.NEVER else 1 - (1 - WATCHED_WEIGHT) * self.cleared
        return self._full_weight * kept * self._left_by_source

    @property
    def share(self) -> float:
        """How much of what being reached adds is added."""
        return REACH_SHARE[self.reach] * (1 - self.cleared) * self._left_by_source

    @property
    def cleared(self) -> float:
        """From 0 to 1: how surely nothing that a client sends gets there. Always 0 of what is confirmed."""
        if self.reach not in CLEARABLE or self.watched <= WATCHED_FROM:
            return 0.0
        return min(1.0, math.log(self.watched / WATCHED_FROM) / math.log(WATCHED_ENOUGH / WATCHED_FROM))

    @property
    def is_unlikely(self) -> bool:
        """Never what is confirmed."""
        return self.against and self.reach in UNCONFIRMED

    @property
    def _left_by_source(self) -> float:
        return SPOKEN_AGAINST_WEIGHT if self.is_unlikely else 1.0

    @property
    def _full_weight(self) -> float:
        if self.score is None:
            return SEVERITY_WEIGHT[self.severity]
        return max(LEAST_SCORED, (self.score / 10) ** 2) if self.score else 0.0


def assess_risk(findings: Sequence[RiskInput], service: Service) -> tuple[float, tuple[Factor, ...]]:
    """The risk and the factors that it is the product of."""
    counted = [each for each in findings if each.weight > 0]
    factors = (
        _severity(counted),
        _exploitability(counted),
        _reachability(counted),
        _of_service("exposure", EXPOSURE_AMPLITUDE[service.exposure], f"{service.name} is {service.exposure}", counted),
        _of_service("tier", TIER_AMPLITUDE[service.tier], f"{service.name} is of tier {service.tier}", counted),
        _of_service("data", DATA_AMPLITUDE[service.data], _data_of(service), counted),
        _age(counted),
    )
    return math.prod(factor.value for factor in factors), factors


def _severity(findings: Sequence[RiskInput]) -> Factor:
    # Sorted: floating-point multiplication must not depend on the order of the findings.
    left = math.prod(sorted(1 - each.weight for each in findings))
    counts = [(severity, sum(each.severity is severity for each in findings)) for severity in reversed(Severity)]
    told = ", ".join(f"{count} {severity}" for severity, count in counts if count)
    never = sum(each.reach is Reach.NEVER for each in findings)
    cleared = sum(each.cleared > 0 for each in findings)
    unlikely = sum(each.is_unlikely for each in findings)
    demoted = [*([f"{never} of them never executed"] if never else []), *([_watched(cleared)] if cleared else [])]
    demoted += [f"{unlikely} of them unlikely by the source around them"] if unlikely else []
    told += f" ({', '.join(demoted)})" if demoted else ""
    return Factor("severity", 1 + SEVERITY_AMPLITUDE * (1 - left), told or "no finding")


def _exploitability(findings: Sequence[RiskInput]) -> Factor:
    known = [(each.exploitability, each.name) for each in findings if each.exploitability is not None]
    if not known:
        return Factor("exploitability", 1.0, _not_known("exploitability", findings))
    share, finding = max(known)
    return Factor("exploitability", 1 + EXPLOITABILITY_AMPLITUDE * share, f"{share:g} of {finding}")


def _reachability(findings: Sequence[RiskInput]) -> Factor:
    known = [(each.share, each.name, each.reach) for each in findings if each.reach is not Reach.UNKNOWN]
    if not known:
        return Factor("reachability", 1.0, _not_known("reachability", findings))
    share, finding, reach = max(known)
    return Factor("reachability", 1 + REACHABILITY_AMPLITUDE * share, f"{finding}: {reach}")


def _watched(count: int) -> str:
    return f"{count} of them executed and watched without anything that a client sent"


def _data_of(service: Service) -> str:
    if service.data is None:
        return f"what data {service.name} handles is not known"
    return f"{service.name} handles {service.data} data"


def _not_known(name: str, findings: Sequence[RiskInput]) -> str:
    return f"{name} is not known of any finding" if findings else "no finding"


def _of_service(name: str, amplitude: float, because: str, findings: Sequence[RiskInput]) -> Factor:
    # A service is no risk by itself: its place weighs what was found there.
    return Factor(name, 1 + amplitude, because) if findings else Factor(name, 1.0, "no finding")


def _age(findings: Sequence[RiskInput]) -> Factor:
    known = [(each.age, each.name) for each in findings if each.age is not None]
    if not known:
        return Factor("age", 1.0, "nothing found was known before" if findings else "no finding")
    days, finding = max(known)
    known_for = f"{finding} is known for {counted(round(days), 'day')}"
    return Factor("age", 1 + AGE_AMPLITUDE * (1 - 2 ** (-days / AGE_HALF)), known_for)
