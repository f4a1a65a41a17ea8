from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.judge import UNJUDGED, PolicyJudge
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Outcome, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Policy, Severity, Stage
from setpoint.model.resource import Resource

MakePolicy = Callable[..., Policy]
CompileAll = Callable[..., PolicySet]
MakeResource = Callable[..., Resource]
Judged = tuple[tuple[Finding, ...], tuple[Decision, ...]]

PUBLIC, PRIVATE = {"PubliclyAccessible": True}, {"PubliclyAccessible": False}


@pytest.fixture
def judge(resource: MakeResource, compile_all: CompileAll) -> Callable[..., Judged]:
    """Judges a database instance by these policies; properties of None stand for no resource."""

    def judge_it(
        policies: list[Policy],
        drifts: list[tuple[DriftKind, str, Json, Json]],
        intended: Any,
        actual: Any,
        overrides: tuple[Override, ...] = (),
        **changes: Any,
    ) -> Judged:
        urn = resource({}).urn
        comparison = Comparison(urn, tuple(Drift(urn, *drift) for drift in drifts))
        sides = [resource(each, **changes) if each is not None else None for each in (intended, actual)]
        return PolicyJudge(compile_all(*policies), overrides).judge(comparison, sides[0], sides[1], "payments")

    return judge_it


@pytest.fixture
def private(guardrail: MakePolicy) -> Policy:
    return guardrail("resource.PubliclyAccessible == false", severity=Severity.CRITICAL)


@pytest.fixture
def changed(drift_policy: MakePolicy) -> Policy:
    return drift_policy("drift.kind == 'changed'")


@pytest.fixture
def told(drift_policy: MakePolicy) -> Policy:
    """Every difference is told, and no more."""
    return drift_policy("true", id="drift/told", effects={Stage.RUNTIME: Effect.ALERT}, severity=Severity.LOW)


def test_nothing_wrong_says_nothing(judge: Callable[..., Judged], private: Policy, changed: Policy) -> None:
    assert judge([private, changed], [], PRIVATE, PRIVATE) == ((), ())


def test_a_difference_is_a_finding_and_a_decision(judge: Callable[..., Judged], changed: Policy) -> None:
    (finding,), (decision,) = judge([changed], [(DriftKind.CHANGED, "Port", "1", "2")], {}, {})
    assert (finding.source, finding.rule, finding.path) == (FindingSource.DRIFT, "drift/changed", "Port")
    assert (finding.severity, finding.service) == (Severity.MEDIUM, "payments")
    assert finding.evidence == {"intended": "1", "actual": "2"}
    assert finding.title == "Port is not as declared"
    assert (decision.verdict, decision.effect, decision.path) == (Verdict.REFUSE, Effect.REMEDIATE, "Port")
    assert (decision.stage, decision.subject) == (Stage.RUNTIME, finding.urn)
    assert [reason.policy for reason in decision.reasons] == ["drift/changed"]


def test_a_difference_that_no_policy_speaks_of_is_told(judge: Callable[..., Judged], changed: Policy) -> None:
    (finding,), (decision,) = judge([changed], [(DriftKind.UNDECLARED, "Port", None, "2")], {}, {})
    assert finding.severity is UNJUDGED
    assert decision.effect is Effect.ALERT
    assert [reason.message for reason in decision.reasons] == ["no policy applies"]


def test_of_several_policies_the_most_careful_effect_and_the_highest_severity_count(
    judge: Callable[..., Judged], changed: Policy, drift_policy: MakePolicy
) -> None:
    careful = drift_policy("drift.path == 'Port'", id="drift/careful", effects={Stage.RUNTIME: Effect.ESCALATE})
    severe = drift_policy("true", id="drift/severe", severity=Severity.HIGH, effects={Stage.RUNTIME: Effect.WARN})
    (finding,), (decision,) = judge([changed, careful, severe], [(DriftKind.CHANGED, "Port", "1", "2")], {}, {})
    assert (finding.severity, decision.effect) == (Severity.HIGH, Effect.ESCALATE)


def test_a_guardrail_that_the_difference_breaks_makes_it_worse(
    judge: Callable[..., Judged], private: Policy, told: Policy
) -> None:
    drift = (DriftKind.CHANGED, "PubliclyAccessible", False, True)
    (finding,), (decision,) = judge([private, told], [drift], PRIVATE, PUBLIC)
    assert (finding.severity, finding.policies) == (Severity.CRITICAL, ("exposure/database",))
    assert decision.effect is Effect.REMEDIATE
    assert "Database can be reached" in [reason.message for reason in decision.reasons]


def test_a_guardrail_that_is_broken_as_declared_stands_for_itself_and_only_alerts(
    judge: Callable[..., Judged], private: Policy, changed: Policy
) -> None:
    drift = (DriftKind.CHANGED, "Port", "1", "2")
    findings, decisions = judge([private, changed], [drift], PUBLIC, PUBLIC)
    assert [(each.rule, each.severity) for each in findings] == [
        ("drift/changed", Severity.MEDIUM),
        ("exposure/database", Severity.CRITICAL),
    ]
    assert findings[1].evidence == PUBLIC
    assert [(each.path, each.effect) for each in decisions] == [("Port", Effect.REMEDIATE), ("", Effect.ALERT)]


def test_a_guardrail_that_reads_elsewhere_is_not_explained_by_the_difference(
    judge: Callable[..., Judged], private: Policy, changed: Policy
) -> None:
    findings, _ = judge([private, changed], [(DriftKind.CHANGED, "Port", "1", "2")], PRIVATE, PUBLIC)
    assert [each.rule for each in findings] == ["drift/changed", "exposure/database"]


@pytest.mark.parametrize("path", ["Tags", "Tags[0].Key", "Tags[service]", "Tags[service].Key"])
def test_a_difference_above_or_below_what_is_read_explains(
    path: str, judge: Callable[..., Judged], guardrail: MakePolicy, changed: Policy
) -> None:
    owned = guardrail("resource.Tags.exists(tag, tag.Key == 'service')", reads=("Tags[*].Key",))
    findings, _ = judge([owned, changed], [(DriftKind.CHANGED, path, 1, 2)], {"Tags": [{"Key": "service"}]}, {})
    assert [each.policies for each in findings] == [("exposure/database",)]


def test_an_undeclared_value_has_nothing_to_go_back_to(
    judge: Callable[..., Judged], guardrail: MakePolicy, drift_policy: MakePolicy
) -> None:
    not_public = guardrail("resource.PubliclyAccessible != true")
    drift = (DriftKind.UNDECLARED, "PubliclyAccessible", None, True)
    (finding,), (decision,) = judge([not_public, drift_policy("true")], [drift], {}, PUBLIC)
    assert finding.policies == ("exposure/database",)
    assert decision.effect is Effect.ALERT


def test_an_unmanaged_entity_is_as_bad_as_what_it_breaks(
    judge: Callable[..., Judged], private: Policy, told: Policy
) -> None:
    findings, decisions = judge([private, told], [(DriftKind.UNMANAGED, "", None, PUBLIC)], None, PUBLIC)
    assert [(each.rule, each.severity) for each in findings] == [
        ("drift/unmanaged", Severity.CRITICAL),
        ("exposure/database", Severity.CRITICAL),
    ]
    assert {each.effect for each in decisions} == {Effect.ALERT}


def test_a_missing_entity_gets_what_policy_says(judge: Callable[..., Judged], drift_policy: MakePolicy) -> None:
    missing = drift_policy("drift.kind == 'missing'", effects={Stage.RUNTIME: Effect.ESCALATE})
    (finding,), (decision,) = judge([missing], [(DriftKind.MISSING, "", PRIVATE, None)], PRIVATE, None)
    assert (finding.title, finding.path) == ("it is declared, but does not exist", "")
    assert decision.effect is Effect.ESCALATE


def test_what_could_not_be_told_is_a_decision_and_no_finding(judge: Callable[..., Judged], private: Policy) -> None:
    findings, (decision,) = judge([private], [], PRIVATE, {}, unread={"PubliclyAccessible": "denied"})
    assert findings == ()
    assert (decision.verdict, decision.effect) == (Verdict.UNKNOWN, Effect.WARN)
    assert [reason.outcome for reason in decision.reasons] == [Outcome.UNKNOWN]


def test_a_guardrail_that_failed_is_a_finding(judge: Callable[..., Judged], guardrail: MakePolicy) -> None:
    (finding,), (decision,) = judge([guardrail("1 / 0 == 1", severity=Severity.LOW)], [], {}, {})
    assert (finding.rule, finding.severity) == ("exposure/database", Severity.HIGH)
    assert "could not be evaluated" in finding.title
    assert decision.verdict is Verdict.REFUSE


@pytest.mark.parametrize("expression", ["1 / 0 == 1", "'production' in drift.tags"])
def test_where_a_drift_policy_could_not_say_a_person_decides(
    expression: str, judge: Callable[..., Judged], changed: Policy, drift_policy: MakePolicy
) -> None:
    unsure = drift_policy(expression, id="drift/unsure")
    drift = (DriftKind.CHANGED, "Port", "1", "2")
    _, (decision,) = judge([changed, unsure], [drift], {}, {}, unread={"Tags": "denied"})
    assert decision.effect is Effect.ESCALATE


def test_the_declared_tags_count(judge: Callable[..., Judged], drift_policy: MakePolicy) -> None:
    careful = drift_policy("'production' in drift.tags", effects={Stage.RUNTIME: Effect.ESCALATE})
    declared = {"Tags": [{"Key": "production", "Value": "yes"}]}
    _, (decision,) = judge([careful], [(DriftKind.CHANGED, "Tags[production]", "yes", None)], declared, {})
    assert decision.effect is Effect.ESCALATE


def test_a_guardrail_without_effect_at_runtime_is_silent(judge: Callable[..., Judged], guardrail: MakePolicy) -> None:
    at_the_gate_only = guardrail("resource.PubliclyAccessible == false", effects={Stage.DEPLOY: Effect.DENY})
    assert judge([at_the_gate_only], [], PUBLIC, PUBLIC) == ((), ())


def at_runtime(effect: Effect, policy: str = "*", severity: Severity | None = None) -> tuple[Override, ...]:
    return (Override(policy, "agreed", severity, {Stage.RUNTIME: effect}, services=("pay*",), where="setpoint.yaml:9"),)


def test_what_is_denied_in_production_is_a_persons_to_decide(
    judge: Callable[..., Judged], drift_policy: MakePolicy, guardrail: MakePolicy
) -> None:
    denied = {Stage.RUNTIME: Effect.DENY}
    never = drift_policy("drift.path == 'Port'", effects=denied)
    private = guardrail("resource.PubliclyAccessible == false", effects=denied)
    _, (changed,) = judge([never], [(DriftKind.CHANGED, "Port", "1", "2")], {}, {})
    _, (broken,) = judge([private], [(DriftKind.CHANGED, "PubliclyAccessible", False, True)], PRIVATE, PUBLIC)
    assert (changed.effect, broken.effect) == (Effect.ESCALATE, Effect.ESCALATE)
    _, (as_declared,) = judge([private], [], PUBLIC, PUBLIC)
    assert as_declared.effect is Effect.ALERT


def test_an_override_changes_what_follows_and_is_named(judge: Callable[..., Judged], private: Policy) -> None:
    overrides = at_runtime(Effect.WARN, severity=Severity.LOW)
    (finding,), (decision,) = judge([private], [], PUBLIC, PUBLIC, overrides)
    assert (finding.severity, decision.effect) == (Severity.LOW, Effect.WARN)
    (reason,) = decision.reasons
    assert reason.message == (
        "Database can be reached (low instead of critical, as setpoint.yaml:9 says: agreed; "
        "warn instead of remediate, as setpoint.yaml:9 says: agreed)"
    )
    assert reason.evidence["overrides"] == [
        "low instead of critical, as setpoint.yaml:9 says: agreed",
        "warn instead of remediate, as setpoint.yaml:9 says: agreed",
    ]


def test_a_guardrail_that_an_override_silences_is_no_finding_and_the_decision_says_why(
    judge: Callable[..., Judged], private: Policy, told: Policy
) -> None:
    silent = at_runtime(Effect.NONE, "exposure/*")
    drift = (DriftKind.CHANGED, "PubliclyAccessible", False, True)
    (finding,), (decision, silenced) = judge([private, told], [drift], PRIVATE, PUBLIC, silent)
    assert (finding.severity, finding.policies, decision.effect) == (Severity.LOW, (), Effect.ALERT)
    assert (silenced.verdict, silenced.effect) == (Verdict.ADMIT, Effect.NONE)
    assert "none instead of remediate, as setpoint.yaml:9 says: agreed" in silenced.reasons[0].message
    assert judge([private], [], PRIVATE, {}, silent, unread={"PubliclyAccessible": "denied"}) == ((), ())


def test_a_difference_that_an_override_silences_stays_a_finding_without_effect(
    judge: Callable[..., Judged], changed: Policy, drift_policy: MakePolicy
) -> None:
    drift = (DriftKind.CHANGED, "Port", "1", "2")
    (finding,), (decision,) = judge([changed], [drift], {}, {}, at_runtime(Effect.NONE))
    assert (finding.rule, decision.verdict, decision.effect) == ("drift/changed", Verdict.REFUSE, Effect.NONE)
    unsure = drift_policy("'production' in drift.tags", id="drift/unsure")
    _, (decision,) = judge([unsure], [drift], {}, {}, at_runtime(Effect.NONE), unread={"Tags": "denied"})
    assert (decision.effect, decision.reasons[0].message) == (Effect.ALERT, "no policy applies")


def test_an_override_for_others_is_not_heard_of(judge: Callable[..., Judged], private: Policy) -> None:
    others = (Override("*", "agreed", effects={Stage.RUNTIME: Effect.NONE}, services=("shop",)),)
    assert judge([private], [], PUBLIC, PUBLIC, others) == judge([private], [], PUBLIC, PUBLIC)
