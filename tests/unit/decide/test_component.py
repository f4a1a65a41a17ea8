"""What flaws of components mean: findings and decisions, and what they ask for at a gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.decide.component import ComponentAssessor, exploitability_of, finding, reach_of
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.decide.risk import Reach
from setpoint.model.circumstances import Circumstances
from setpoint.model.component import Component, PackageName
from setpoint.model.decision import Decision, Verdict
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.finding import FindingSource
from setpoint.model.inventory import ExploitScore, Flaw, FlawUse, KnownExploited, Reached
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.service import Release, Service, Threshold
from setpoint.model.waiver import Waiver

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FLAW = Flaw("CVE-1", ("CVE-1", "GHSA-1"), ("GHSA-1",), "reads any file", Severity.HIGH)
REQUESTS = Component(PackageName("pypi", "requests"), "1.0", "pkg:pypi/requests@1.0")
USE = FlawUse(FLAW, "shop", REQUESTS, could_not_compare=False, fixed=("2.0",), instances=3, releases=("1.4",))
EXPLOITED = KnownExploited("CVE-1", NOW)


@pytest.fixture
def no_policies() -> PolicySet:
    return compile_policies((), lambda _type: None, lambda _type: "")


def judged(use: FlawUse) -> Decision:
    (decision,) = ComponentAssessor().judge([use], NO_EXCEPTIONS)[1]
    return decision


def test_a_flaw_of_a_component_is_a_finding_of_the_service() -> None:
    found = finding(USE)
    assert (found.urn, found.source, found.rule) == ("service:shop", FindingSource.COMPONENT, "component/CVE-1")
    assert (found.path, found.severity) == ("pkg:pypi/requests@1.0", Severity.HIGH)
    assert found.title == "requests 1.0 is affected by CVE-1: reads any file"
    assert found.evidence["aliases"] == ["GHSA-1"]
    assert (found.evidence["fixed"], found.evidence["instances"]) == (["2.0"], 3)


def test_what_is_exploited_is_critical() -> None:
    found = finding(replace(USE, known_exploited=EXPLOITED))
    assert (found.severity, exploitability_of(found)) == (Severity.CRITICAL, 1.0)
    assert "exploited in the wild" in found.title


def test_epss_says_how_likely_it_is() -> None:
    assert exploitability_of(finding(USE)) is None
    assert exploitability_of(finding(replace(USE, exploit_score=ExploitScore("CVE-1", 0.3, 0.9, NOW)))) == 0.3


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        (Reached.SYMBOL, Reach.EXECUTED),
        (Reached.NOT_LOADED, Reach.NEVER),
        (Reached.NOT_SEEN, Reach.UNKNOWN),
        (Reached.UNKNOWN, Reach.UNKNOWN),
    ],
)
def test_only_what_is_certain_weighs_less(reached: Reached, expected: Reach) -> None:
    assert reach_of(finding(replace(USE, reached=reached))) is expected


def test_people_hear_at_once_of_what_is_more_than_low() -> None:
    low = replace(USE, flaw=replace(FLAW, severity=Severity.LOW))
    assert [judged(each).effect for each in (USE, low)] == [Effect.ALERT, Effect.NONE]


def test_what_could_not_be_compared_is_said_and_not_called_affected() -> None:
    untold = replace(USE, could_not_compare=True)
    assert finding(untold).title.startswith("it could not be told whether requests 1.0 is affected by CVE-1")
    assert (judged(untold).verdict, judged(untold).effect) == (Verdict.UNKNOWN, Effect.NONE)


def test_a_waiver_is_honoured() -> None:
    waiver = Waiver(
        "w1", "service:shop", "component/CVE-1", "pkg:pypi/requests@*", "why", "me", "", NOW, NOW + timedelta(1)
    )
    (found,), (decision,) = ComponentAssessor().judge([USE], Exceptions([waiver]))
    assert (found.accepted_by, decision.verdict, decision.waivers) == ("w1", Verdict.ADMIT, ("w1",))


def at_gate(no_policies: PolicySet, *uses: FlawUse, threshold: float = 100.0, **known: Any) -> Decision:
    shop = Service("shop")
    at = Threshold("shop", threshold, threshold, 0.0, (), NOW)
    circumstances = Circumstances(NOW, at, components=[finding(each) for each in uses], **known)
    return ReleaseGate(no_policies).decide(Release("shop", "1.4"), Stage.DEPLOY, shop, (), circumstances)


def test_at_a_gate_what_is_critical_or_exploited_keeps_a_release_out(no_policies: PolicySet) -> None:
    critical = replace(USE, flaw=replace(FLAW, severity=Severity.CRITICAL))
    for each in (critical, replace(USE, known_exploited=EXPLOITED)):
        assert at_gate(no_policies, each).verdict is Verdict.REFUSE
    assert at_gate(no_policies, USE).verdict is Verdict.ADMIT
    assert at_gate(no_policies, USE).effect is Effect.WARN


def test_all_of_it_weighs_in_the_risk(no_policies: PolicySet) -> None:
    assert at_gate(no_policies, USE, threshold=2.0).verdict is Verdict.REFUSE
    plain = at_gate(no_policies, USE).risk
    never = at_gate(no_policies, replace(USE, reached=Reached.NOT_LOADED)).risk
    likely = at_gate(no_policies, replace(USE, exploit_score=ExploitScore("CVE-1", 0.9, 1.0, NOW))).risk
    assert never is not None
    assert plain is not None
    assert likely is not None
    assert never < plain < likely


def test_what_could_not_be_compared_may_be_too_much_for_a_gate(no_policies: PolicySet) -> None:
    untold = replace(USE, could_not_compare=True)
    assert at_gate(no_policies, untold).verdict is Verdict.ADMIT
    assert at_gate(no_policies, untold, threshold=2.0).verdict is Verdict.UNKNOWN


def test_a_waiver_is_honoured_at_a_gate(no_policies: PolicySet) -> None:
    waiver = Waiver("w1", "service:shop", "component/*", "*", "why", "me", "", NOW, NOW + timedelta(1))
    decision = at_gate(no_policies, replace(USE, known_exploited=EXPLOITED), waivers=[waiver])
    assert (decision.verdict, decision.waivers) == (Verdict.ADMIT, ("w1",))
