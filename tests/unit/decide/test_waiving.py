"""Waived findings are none; their decisions say so; nothing else changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from setpoint.decide.waiving import waive
from setpoint.model.decision import Decision, Verdict
from setpoint.model.exceptions import BASELINE, NO_EXCEPTIONS, Baseline, Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver

NOW = datetime(2026, 5, 1, tzinfo=UTC)
URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "one")


def finding(rule: str, path: str, actual: object = None) -> Finding:
    return Finding(URN, "web", FindingSource.DRIFT, rule, path, Severity.HIGH, "it differs", {"actual": actual})


def decision(path: str, effect: Effect = Effect.REMEDIATE) -> Decision:
    return Decision(URN, "web", Stage.RUNTIME, Verdict.REFUSE, effect, path)


def waiver(policy: str, path: str = "*", days: int = 1) -> Waiver:
    return Waiver("w1", "*", policy, path, "known", "me", "", NOW - timedelta(days=1), NOW + timedelta(days=days))


def exceptions(*waivers: Waiver, baseline: Baseline | None = None) -> Exceptions:
    return Exceptions.at(NOW, URN, waivers, baseline or Baseline())


def test_without_exceptions_everything_is_passed_on() -> None:
    findings, decisions = (finding("drift/changed", "A"),), (decision("A"), decision("B", Effect.WARN))
    assert waive(findings, decisions, NO_EXCEPTIONS) == (findings, decisions)


def test_what_is_waived_is_no_finding_and_its_decision_names_the_waiver() -> None:
    findings = (finding("drift/changed", "A"), finding("drift/changed", "B"))
    counting, decided = waive(findings, (decision("A"), decision("B")), exceptions(waiver("drift/*", "A")))
    assert counting == (findings[1],)
    assert [(each.effect, each.verdict, each.waivers) for each in decided] == [
        (Effect.NONE, Verdict.ADMIT, ("w1",)),
        (Effect.REMEDIATE, Verdict.REFUSE, ()),
    ]


def test_an_expired_waiver_waives_nothing() -> None:
    counting, _ = waive((finding("drift/changed", "A"),), (decision("A"),), exceptions(waiver("*", days=0)))
    assert len(counting) == 1


def test_the_baseline_accepts_the_very_value_that_it_holds_and_only_where_nothing_was_declared() -> None:
    accepted = exceptions(baseline=Baseline({URN: {"A": {"x": [1]}}}))
    for rule, value, counts in (
        ("drift/undeclared", {"x": [1]}, False),
        ("drift/undeclared", {"x": [2]}, True),
        ("drift/undeclared", None, True),
        ("drift/changed", {"x": [1]}, True),
    ):
        counting, decided = waive((finding(rule, "A", value),), (decision("A"),), accepted)
        assert bool(counting) is counts
        assert decided[0].waivers == (() if counts else (BASELINE,))


def test_what_bears_on_an_entity_changes_with_its_exceptions() -> None:
    of_one = Baseline({URN: {"A": 1}})
    bearings = {
        exceptions().bearing(URN),
        exceptions(waiver("*")).bearing(URN),
        exceptions(baseline=of_one).bearing(URN),
        exceptions(baseline=Baseline({URN: {"A": 2}})).bearing(URN),
        exceptions(waiver("*"), baseline=of_one).bearing(URN),
    }
    assert len(bearings) == 5
    assert exceptions(baseline=Baseline({"other": {"A": 1}})).bearing(URN) == ""
