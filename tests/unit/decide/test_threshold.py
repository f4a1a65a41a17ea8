from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.decide.threshold import LEAST, ReleaseAssessor, ThresholdSettings, recovers_at, shares, threshold
from setpoint.errors import InputError
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.service import Service, Signal, SignalKind, Tier
from setpoint.model.urn import Urn

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HALF_LIFE = 3600.0
SETTINGS = ThresholdSettings(half_life=HALF_LIFE)
PAYMENTS = Service("payments", Tier.CRITICAL)
URN = Urn.aws("aws", "111122223333", "eu-west-1", "AWS::S3::Bucket", "records")

SIGNALS = st.builds(
    lambda weight, age, cause: _signal(weight, age=age, cause=cause),
    st.floats(0, 5),
    st.floats(0, 100 * HALF_LIFE),
    st.text(max_size=3),
)


def _signal(weight: float, *, age: float = 0.0, cause: str = "x") -> Signal:
    return Signal("payments", SignalKind.DRIFT, weight, NOW - timedelta(seconds=age), cause)


def _value(signals: list[Signal], at: datetime = NOW) -> float:
    return threshold(PAYMENTS, signals, at, SETTINGS).value


@pytest.mark.parametrize(("tier", "base"), [(Tier.CRITICAL, 8.0), (Tier.STANDARD, 16.0), (Tier.LOW, 32.0)])
def test_in_quiet_times_the_base_of_the_tier_holds(tier: Tier, base: float) -> None:
    told = threshold(Service("x", tier), [], NOW, SETTINGS)
    assert (told.value, told.base, told.load, told.factors) == (base, base, 0.0, ())


def test_a_load_of_one_halves_what_is_above_the_least() -> None:
    assert _value([_signal(1.0)]) == 1 + 7 / 2


def test_a_signal_halves_with_every_half_life() -> None:
    for half_lives in range(5):
        told = threshold(PAYMENTS, [_signal(2.0, age=half_lives * HALF_LIFE)], NOW, SETTINGS)
        assert told.load == 2.0 / 2**half_lives
        assert told.factors[0].value == told.load


def test_a_signal_from_the_future_weighs_what_it_weighed() -> None:
    assert _value([_signal(2.0, age=-HALF_LIFE)]) == _value([_signal(2.0)])


def test_it_saturates_at_the_least() -> None:
    assert _value([_signal(5.0)] * 1000) == LEAST


def test_each_signal_has_its_share_the_largest_first() -> None:
    told = threshold(PAYMENTS, [_signal(1.0, cause="small"), _signal(2.0, cause="large")], NOW, SETTINGS)
    assert [(each.name, each.value, each.because) for each in told.factors] == [
        ("drift", 2.0, "large"),
        ("drift", 1.0, "small"),
    ]


@given(st.lists(SIGNALS))
def test_it_stays_between_the_least_and_the_base(signals: list[Signal]) -> None:
    assert LEAST <= _value(signals) <= 8.0


@given(st.lists(SIGNALS), SIGNALS, st.floats(0, 5))
def test_more_weight_never_raises_it(signals: list[Signal], signal: Signal, more: float) -> None:
    heavier = replace(signal, weight=signal.weight + more)
    assert _value([*signals, heavier]) <= _value([*signals, signal]) <= _value(signals)


@given(st.lists(SIGNALS), st.randoms())
def test_the_order_of_signals_does_not_matter(signals: list[Signal], random: Any) -> None:
    shuffled = random.sample(signals, len(signals))
    assert threshold(PAYMENTS, shuffled, NOW, SETTINGS) == threshold(PAYMENTS, signals, NOW, SETTINGS)


@given(st.lists(SIGNALS), st.floats(0, 100 * HALF_LIFE))
def test_quiet_time_never_lowers_it(signals: list[Signal], quiet: float) -> None:
    assert _value(signals, NOW + timedelta(seconds=quiet)) >= _value(signals)


@given(st.lists(SIGNALS), st.integers(0, 60))
def test_the_load_halves_exactly_with_every_half_life(signals: list[Signal], half_lives: int) -> None:
    now = threshold(PAYMENTS, signals, NOW, SETTINGS)
    then = threshold(PAYMENTS, signals, NOW + half_lives * timedelta(seconds=HALF_LIFE), SETTINGS)
    assert then.load == pytest.approx(now.load / 2**half_lives, rel=1e-12)


@given(st.floats(0, 100), st.integers(0, 60))
def test_half_of_a_signal_is_half_of_it_to_the_last_bit(weight: float, half_lives: int) -> None:
    (share,) = shares([_signal(weight, age=half_lives * HALF_LIFE)], NOW, SETTINGS)
    assert share.left == weight / 2**half_lives


@given(st.lists(SIGNALS, max_size=10), st.floats(0.5, 7.999))
def test_it_has_recovered_when_it_was_said_to(signals: list[Signal], level: float) -> None:
    lowered = threshold(PAYMENTS, signals, NOW, SETTINGS)
    at = recovers_at(lowered, level, SETTINGS)
    assert at is not None
    assert at >= NOW
    assert _value(signals, at) >= level - 1e-6
    if at > NOW:
        assert _value(signals, at - timedelta(seconds=1)) < level + 1e-6


def test_the_way_back_in_half_lives() -> None:
    """From a load of 4 to the load at which half of the base is left, log2(7/3)."""
    lowered = threshold(PAYMENTS, [_signal(4.0)], NOW, SETTINGS)
    at = recovers_at(lowered, 4.0, SETTINGS)
    assert at is not None
    assert (at - NOW).total_seconds() == pytest.approx(HALF_LIFE * math.log2(4 / math.log2(7 / 3)))


def test_the_base_itself_is_only_ever_approached() -> None:
    assert recovers_at(threshold(PAYMENTS, [], NOW, SETTINGS), 8.0, SETTINGS) == NOW
    lowered = threshold(PAYMENTS, [_signal(1.0)], NOW, SETTINGS)
    assert recovers_at(lowered, 8.0, SETTINGS) is None
    assert recovers_at(lowered, 9.0, SETTINGS) is None


@given(st.lists(SIGNALS, max_size=10), st.floats(1, 1e9), st.floats(1, 1e9))
def test_a_higher_base_never_lowers_it(signals: list[Signal], one: float, other: float) -> None:
    low, high = (
        threshold(PAYMENTS, signals, NOW, ThresholdSettings(base={Tier.CRITICAL: base}, half_life=HALF_LIFE)).value
        for base in sorted((one, other))
    )
    assert low <= high


def test_what_is_older_than_the_memory_could_not_be_felt() -> None:
    memory = ReleaseAssessor(SETTINGS).memory.total_seconds()
    assert 1.0 + threshold(PAYMENTS, [_signal(1.0, age=memory)], NOW, SETTINGS).load == 1.0


@given(st.lists(SIGNALS, max_size=10))
def test_quiet_time_restores_it(signals: list[Signal]) -> None:
    assert _value(signals, NOW + timedelta(seconds=100 * HALF_LIFE)) == pytest.approx(8.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"half_life": 0.0},
        {"half_life": -1.0},
        {"half_life": float("nan")},
        {"half_life": 1e9},
        {"base": {Tier.CRITICAL: 0.5}},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        ThresholdSettings(**wrong)


def _finding(severity: Severity, source: FindingSource = FindingSource.DRIFT) -> Finding:
    return Finding(URN, "payments", source, "drift/changed", "A", severity, "A is not as declared")


def test_new_drift_weighs_by_severity_and_old_drift_twice_as_much() -> None:
    opened, reopened = [_finding(Severity.HIGH)], [_finding(Severity.CRITICAL)]
    signals = ReleaseAssessor().signals("payments", opened, reopened, NOW)
    assert [(each.kind, each.weight) for each in signals] == [
        (SignalKind.DRIFT, 1.0),
        (SignalKind.RECURRING_DRIFT, 4.0),
    ]
    assert {each.cause for each in signals} == {f"{URN}: A is not as declared"}


def test_guardrails_and_what_nobody_owns_say_nothing() -> None:
    assessor = ReleaseAssessor()
    assert assessor.signals("payments", [_finding(Severity.HIGH, FindingSource.GUARDRAIL)], [], NOW) == ()
    assert assessor.signals("", [_finding(Severity.HIGH)], [], NOW) == ()


def test_all_permissions_of_an_identity_that_differ_count_once() -> None:
    assessor = ReleaseAssessor()
    wide, narrow, unused = (
        Finding(URN, "payments", FindingSource.IDENTITY, f"identity/{rule}", path, severity, path)
        for rule, path, severity in (
            ("unintended", "may * on *", Severity.CRITICAL),
            ("missing", "may s3:GetObject on *", Severity.LOW),
            ("unused", "may sqs:* on *", Severity.LOW),
        )
    )
    (signal,) = assessor.signals("payments", [narrow, wide, unused], [], NOW)
    assert (signal.weight, signal.kind, signal.cause) == (2.0, SignalKind.DRIFT, f"{URN}: may * on *")
    assert assessor.signals("payments", [unused], [], NOW) == (), "what is not used is no drift of what is granted"


@pytest.mark.parametrize(("service", "weight"), [("payments", 2.0), ("", None)])
def test_a_failed_remediation_weighs_as_much_as_critical_drift(service: str, weight: float | None) -> None:
    remediation = Remediation(1, URN, service, RemediationState.FAILED, None, (), "denied", NOW, NOW)
    signal = ReleaseAssessor().failed_remediation(remediation, NOW)
    assert (signal.weight if signal else None) == weight


def test_the_assessor_uses_its_settings() -> None:
    assessor = ReleaseAssessor(ThresholdSettings(base={Tier.CRITICAL: 9.0}))
    assert assessor.threshold(PAYMENTS, [], NOW).value == 9.0
