"""The risk of a release: a product of named multipliers, each at least 1, from its findings alone. Called by `gate`.

Every multiplier is monotone in every finding and independent of their order; without findings each is 1, and so is the
risk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.model.decision import Factor
from setpoint.model.policy import Severity
from setpoint.model.service import Exposure, Service, Tier

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

SEVERITY_AMPLITUDE: Final = 9.0
"""All severities together count at most tenfold: from 1 to CVSS's 10."""

EXPLOITABILITY_AMPLITUDE: Final = 1.0
REACHABILITY_AMPLITUDE: Final = 1.0
AGE_AMPLITUDE: Final = 0.5
AGE_HALF: Final = 30.0
"""Days after which half of what age can add is added: by then CISA's Binding Operational Directive 19-02 wants
vulnerabilities of high severity repaired."""

EXPOSURE_AMPLITUDE: Final[Mapping[Exposure, float]] = {Exposure.INTERNET: 1.0, Exposure.INTERNAL: 0.0}
TIER_AMPLITUDE: Final[Mapping[Tier, float]] = {Tier.CRITICAL: 0.5, Tier.STANDARD: 0.25, Tier.LOW: 0.0}


@dataclass(frozen=True, slots=True)
class RiskInput:
    """What one finding contributes."""

    name: str
    """The finding, as a person knows it: the rule and where."""
    severity: Severity
    exploitability: float | None = None
    """From 0 to 1; None where it is not known, which adds nothing and is said."""
    reachability: float | None = None
    """From 0 to 1; None where it is not known."""
    age: float | None = None
    """Days since it was first seen; None for what is found now."""


def assess_risk(findings: Sequence[RiskInput], service: Service) -> tuple[float, tuple[Factor, ...]]:
    """The risk and the factors that it is the product of."""
    counted = [each for each in findings if SEVERITY_WEIGHT[each.severity] > 0]
    factors = (
        _severity(counted),
        _largest("exploitability", EXPLOITABILITY_AMPLITUDE, counted, lambda each: each.exploitability),
        _largest("reachability", REACHABILITY_AMPLITUDE, counted, lambda each: each.reachability),
        _of_service("exposure", EXPOSURE_AMPLITUDE[service.exposure], f"{service.name} is {service.exposure}", counted),
        _of_service("tier", TIER_AMPLITUDE[service.tier], f"{service.name} is of tier {service.tier}", counted),
        _age(counted),
    )
    return math.prod(factor.value for factor in factors), factors


def _severity(findings: Sequence[RiskInput]) -> Factor:
    # Sorted: floating-point multiplication must not depend on the order of the findings.
    left = math.prod(sorted(1 - SEVERITY_WEIGHT[each.severity] for each in findings))
    counts = [(severity, sum(each.severity is severity for each in findings)) for severity in reversed(Severity)]
    told = ", ".join(f"{count} {severity}" for severity, count in counts if count)
    return Factor("severity", 1 + SEVERITY_AMPLITUDE * (1 - left), told or "no finding")


def _largest(
    name: str, amplitude: float, findings: Sequence[RiskInput], measure: Callable[[RiskInput], float | None]
) -> Factor:
    known = [(value, each.name) for each in findings if (value := measure(each)) is not None]
    if not known:
        return Factor(name, 1.0, f"{name} is not known of any finding" if findings else "no finding")
    value, finding = max(known)
    share = min(max(value, 0.0), 1.0)
    return Factor(name, 1 + amplitude * share, f"{share:g} of {finding}")


def _of_service(name: str, amplitude: float, because: str, findings: Sequence[RiskInput]) -> Factor:
    # A service is no risk by itself: its place weighs what was found there.
    return Factor(name, 1 + amplitude, because) if findings else Factor(name, 1.0, "no finding")


def _age(findings: Sequence[RiskInput]) -> Factor:
    known = [(each.age, each.name) for each in findings if each.age is not None]
    if not known:
        return Factor("age", 1.0, "nothing found was known before" if findings else "no finding")
    oldest, finding = max(known)
    days = max(oldest, 0.0)
    return Factor("age", 1 + AGE_AMPLITUDE * (1 - 2 ** (-days / AGE_HALF)), f"{finding} is known for {days:.0f} days")
