from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.decide.risk import AGE_HALF, NEVER_EXECUTED_WEIGHT, WATCHED_FROM, Reach, RiskInput, assess_risk
from setpoint.errors import InputError
from setpoint.model.policy import Severity
from setpoint.model.service import DataClass, Exposure, Service, Tier

PLAIN = Service("catalog", Tier.LOW, Exposure.INTERNAL)
EXPOSED = Service("payments", Tier.CRITICAL, Exposure.INTERNET)

SHARES = st.none() | st.floats(0, 1)
AGES = st.none() | st.floats(0, 10_000)
SCORES = st.none() | st.floats(0, 10)
FINDINGS = st.builds(
    RiskInput,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(Severity),
    SHARES,
    st.sampled_from(Reach),
    AGES,
    SCORES,
    st.integers(0, 5_000),
    st.booleans(),
)
DATA = [None, *DataClass]
SERVICES = st.builds(
    Service,
    st.just("payments"),
    st.sampled_from(Tier),
    st.sampled_from(Exposure),
    data=st.sampled_from(DATA),
)


def _factor(name: str, *findings: RiskInput, service: Service = PLAIN) -> float:
    return next(each.value for each in assess_risk(findings, service)[1] if each.name == name)


@pytest.mark.parametrize("service", [PLAIN, EXPOSED])
@pytest.mark.parametrize("findings", [[], [RiskInput("a", Severity.INFO, 1.0, Reach.TAKES_INPUT, 100.0)]])
def test_nothing_found_is_no_risk(findings: list[RiskInput], service: Service) -> None:
    risk, factors = assess_risk(findings, service)
    assert risk == 1.0
    names = ["severity", "exploitability", "reachability", "exposure", "tier", "data", "age"]
    assert [each.name for each in factors] == names
    assert {each.value for each in factors} == {1.0}


@pytest.mark.parametrize(
    ("severities", "value"),
    [
        ([Severity.LOW], 1.9),
        ([Severity.MEDIUM], 3.7),
        ([Severity.HIGH], 6.4),
        ([Severity.CRITICAL], 9.1),
        ([Severity.MEDIUM, Severity.MEDIUM], 1 + 9 * (1 - 0.7 * 0.7)),
        ([Severity.CRITICAL] * 50, 10.0),
    ],
)
def test_severities_add_up_and_saturate(severities: list[Severity], value: float) -> None:
    findings = [RiskInput("a", severity) for severity in severities]
    assert _factor("severity", *findings) == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "service", "value"),
    [
        ("exposure", Service("x", Tier.LOW, Exposure.INTERNET), 2.0),
        ("exposure", Service("x", Tier.LOW, Exposure.INTERNAL), 1.0),
        ("tier", Service("x", Tier.CRITICAL), 1.5),
        ("tier", Service("x", Tier.STANDARD), 1.25),
        ("tier", Service("x", Tier.LOW), 1.0),
        ("data", Service("x"), 1.0),
        ("data", Service("x", data=DataClass.PUBLIC), 1.0),
        ("data", Service("x", data=DataClass.INTERNAL), 1.1),
        ("data", Service("x", data=DataClass.CONFIDENTIAL), 1.25),
        ("data", Service("x", data=DataClass.REGULATED), 1.5),
    ],
)
def test_the_service_weighs_what_was_found(name: str, service: Service, value: float) -> None:
    assert _factor(name, RiskInput("a", Severity.LOW), service=service) == value


def test_the_largest_exploitability_counts() -> None:
    shares = (0.2, 0.7, None)
    assert _factor("exploitability", *(RiskInput("a", Severity.LOW, share) for share in shares)) == pytest.approx(1.7)


@pytest.mark.parametrize(
    ("reach", "value"),
    [(Reach.NEVER, 1.0), (Reach.UNKNOWN, 1.0), (Reach.EXECUTED, 1.5), (Reach.TAKES_INPUT, 2.0)],
)
def test_what_production_executes_weighs_more(reach: Reach, value: float) -> None:
    findings = [RiskInput("a", Severity.LOW, reach=each) for each in (reach, Reach.UNKNOWN)]
    assert _factor("reachability", *findings) == value


def test_what_production_never_executes_keeps_a_part_of_its_severity() -> None:
    finding = RiskInput("a", Severity.CRITICAL, reach=Reach.NEVER)
    assert _factor("severity", finding) == pytest.approx(1 + 9 * 0.9 * NEVER_EXECUTED_WEIGHT)
    assert assess_risk([finding], PLAIN)[1][0].because == "1 critical (1 of them never executed)"


@pytest.mark.parametrize(
    ("score", "weight"), [(0.0, 0.0), (0.1, 0.1), (3.1, 0.1), (5.3, 0.2809), (7.5, 0.5625), (9.8, 0.9604), (10.0, 1.0)]
)
def test_a_score_says_more_than_the_band(score: float, weight: float) -> None:
    assert RiskInput("a", Severity.MEDIUM, score=score).weight == pytest.approx(weight)


@pytest.mark.parametrize(
    ("watched", "severity", "reachability"),
    [(0, 6.4, 1.5), (30, 6.4, 1.5), (80, 5.6448, 1.3601), (300, 4.6270, 1.1717), (1_000, 3.7, 1.0), (50_000, 3.7, 1.0)],
)
def test_what_runs_and_is_watched_without_anything_to_see_sinks(
    watched: int, severity: float, reachability: float
) -> None:
    finding = RiskInput("a", Severity.HIGH, reach=Reach.EXECUTED, watched=watched)
    factors = {each.name: each for each in assess_risk([finding], PLAIN)[1]}
    assert factors["severity"].value == pytest.approx(severity, abs=1e-4)
    assert factors["reachability"].value == pytest.approx(reachability, abs=1e-4)
    assert ("watched without anything" in factors["severity"].because) is (watched > WATCHED_FROM)


@pytest.mark.parametrize("reach", [Reach.TAKES_INPUT, Reach.ATTACKED])
def test_what_is_confirmed_never_sinks_however_long_it_was_watched(reach: Reach) -> None:
    finding = RiskInput("a", Severity.HIGH, reach=reach)
    assert assess_risk([replace(finding, watched=1_000_000)], PLAIN) == assess_risk([finding], PLAIN)


@pytest.mark.parametrize(
    ("reach", "severity", "reachability"),
    [(Reach.NEVER, 1.3375, 1.0), (Reach.UNKNOWN, 2.35, 1.0), (Reach.EXECUTED, 2.35, 1.125)],
)
def test_what_the_source_around_it_speaks_against_keeps_a_part(
    reach: Reach, severity: float, reachability: float
) -> None:
    finding = RiskInput("a", Severity.HIGH, reach=reach, against=True)
    factors = {each.name: each for each in assess_risk([finding], PLAIN)[1]}
    assert factors["severity"].value == pytest.approx(severity)
    assert factors["reachability"].value == pytest.approx(reachability)
    assert "1 of them unlikely by the source around them" in factors["severity"].because


@pytest.mark.parametrize("reach", [Reach.TAKES_INPUT, Reach.ATTACKED])
def test_what_is_confirmed_keeps_all_of_it_whatever_the_source_says(reach: Reach) -> None:
    finding = RiskInput("a", Severity.HIGH, reach=reach)
    assert assess_risk([replace(finding, against=True)], PLAIN) == assess_risk([finding], PLAIN)


def test_what_was_not_seen_is_not_demoted() -> None:
    finding = RiskInput("a", Severity.CRITICAL)
    assert assess_risk([replace(finding, reach=Reach.UNKNOWN)], PLAIN) == assess_risk([finding], PLAIN)


def test_what_is_not_known_adds_nothing_and_is_said() -> None:
    _, factors = assess_risk([RiskInput("a", Severity.HIGH)], PLAIN)
    told = {each.name: (each.value, each.because) for each in factors}
    assert told["exploitability"] == (1.0, "exploitability is not known of any finding")
    assert told["age"] == (1.0, "nothing found was known before")


def test_age_saturates() -> None:
    assert _factor("age", RiskInput("a", Severity.LOW, age=0.0)) == 1.0
    assert _factor("age", RiskInput("a", Severity.LOW, age=AGE_HALF)) == pytest.approx(1.25)
    assert _factor("age", RiskInput("a", Severity.LOW, age=1e6)) == pytest.approx(1.5)


@given(st.lists(FINDINGS), SERVICES)
def test_the_risk_is_the_product_of_its_factors_and_at_least_one(findings: list[RiskInput], service: Service) -> None:
    risk, factors = assess_risk(findings, service)
    assert risk == math.prod(each.value for each in factors)
    assert all(each.value >= 1 for each in factors)


@given(st.lists(FINDINGS), SERVICES, st.randoms())
def test_the_order_of_findings_does_not_matter(findings: list[RiskInput], service: Service, random: Any) -> None:
    shuffled = random.sample(findings, len(findings))
    assert assess_risk(shuffled, service) == assess_risk(findings, service)


@given(st.lists(FINDINGS), FINDINGS, SERVICES)
def test_one_finding_more_never_lowers_the_risk(findings: list[RiskInput], more: RiskInput, service: Service) -> None:
    assert assess_risk([*findings, more], service)[0] >= assess_risk(findings, service)[0]


@given(st.lists(FINDINGS), FINDINGS, FINDINGS, SERVICES, SERVICES)
def test_more_of_any_input_never_lowers_the_risk(
    findings: list[RiskInput], finding: RiskInput, other: RiskInput, service: Service, elsewhere: Service
) -> None:
    before = assess_risk([*findings, finding], service)[0]
    worse = [
        replace(finding, severity=max(finding.severity, other.severity, key=lambda each: each.rank)),
        replace(finding, exploitability=_more(finding.exploitability, other.exploitability)),
        replace(finding, reach=max(finding.reach, other.reach, key=list(Reach).index)),
        replace(finding, age=_more(finding.age, other.age)),
        replace(finding, score=max(finding.score, other.score or 0.0) if finding.score is not None else None),
        replace(finding, watched=min(finding.watched, other.watched)),
        replace(finding, against=finding.against and other.against),
    ]
    assert all(assess_risk([*findings, each], service)[0] >= before for each in worse)
    tier = min(service.tier, elsewhere.tier, key=list(Tier).index)
    exposure = min(service.exposure, elsewhere.exposure, key=list(Exposure).index)
    data = max(service.data, elsewhere.data, key=DATA.index)
    for place in (
        replace(service, tier=tier),
        replace(service, exposure=exposure),
        replace(service, data=data),
    ):
        assert assess_risk([*findings, finding], place)[0] >= before


def _more(one: float | None, other: float | None) -> float | None:
    return max((each for each in (one, other) if each is not None), default=None)


@given(st.lists(FINDINGS), SERVICES)
def test_it_saturates(findings: list[RiskInput], service: Service) -> None:
    ceilings = {
        "severity": 10.0,
        "exploitability": 2.0,
        "reachability": 2.5,
        "exposure": 2.0,
        "tier": 1.5,
        "data": 1.5,
        "age": 1.5,
    }
    assert math.prod(ceilings.values()) == 337.5
    worst = RiskInput("a", Severity.CRITICAL, 1.0, Reach.ATTACKED, 10_000.0)
    risk, factors = assess_risk([*findings, *[worst] * 100], service)
    assert all(each.value <= ceilings[each.name] for each in factors)
    assert risk <= math.prod(ceilings.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"exploitability": 1.1},
        {"exploitability": math.nan},
        {"age": -1.0},
        {"age": math.inf},
        {"score": 10.1},
        {"score": math.nan},
        {"watched": -1},
    ],
)
def test_inputs_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="give"):
        RiskInput("a", Severity.LOW, **wrong)
