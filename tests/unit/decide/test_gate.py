from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.decide.gate import ReleaseGate, decide_release, judge_intended
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.threshold import ThresholdSettings, threshold
from setpoint.errors import InputError
from setpoint.model.canonical import Unknown
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Decision, Outcome, Verdict
from setpoint.model.finding import FindingSource
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Policy, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Signal, SignalKind, Threshold, Tier
from setpoint.model.waiver import Waiver

MakePolicy = Callable[..., Policy]
CompileAll = Callable[..., PolicySet]
MakeResource = Callable[..., Resource]

NOW = datetime(2026, 3, 1, tzinfo=UTC)
QUIET = Threshold("payments", 4.0, 4.0, 0.0, (), NOW)
PAYMENTS = Service("payments", Tier.CRITICAL)
RELEASE = Release("payments", "2.0.1")
UNKNOWN = Unknown("no such stack")


def _threshold(*weights: float) -> Threshold:
    signals = [Signal("payments", SignalKind.DRIFT, weight, NOW, "x") for weight in weights]
    return threshold(PAYMENTS, signals, NOW, ThresholdSettings())


@pytest.fixture
def gate(compile_all: CompileAll, resource: MakeResource) -> Callable[..., Decision]:
    """Decides at stage deploy on database instances with these values of PubliclyAccessible."""

    def decide(
        policies: Sequence[Policy], values: Sequence[Any], limit: Threshold | None = QUIET, **others: Any
    ) -> Decision:
        declared = [resource({"PubliclyAccessible": value}) for value in values]
        findings, grounds = judge_intended(compile_all(*policies), declared, Stage.DEPLOY, "payments")
        circumstances = Circumstances(NOW, limit, **others)
        return decide_release(RELEASE, Stage.DEPLOY, PAYMENTS, findings, grounds, circumstances)

    return decide


@pytest.fixture
def private(guardrail: MakePolicy) -> Callable[..., Policy]:
    def make(effect: Effect = Effect.DENY, severity: Severity = Severity.HIGH, **changes: Any) -> Policy:
        effects = {Stage.DEPLOY: effect}
        return guardrail("resource.PubliclyAccessible == false", effects=effects, severity=severity, **changes)

    return make


def test_a_release_that_breaks_nothing_is_admitted(gate: Callable[..., Decision], private: MakePolicy) -> None:
    decision = gate([private()], [False])
    assert (decision.verdict, decision.effect, decision.risk, decision.threshold) == (
        Verdict.ADMIT,
        Effect.NONE,
        1.0,
        4.0,
    )
    assert (decision.subject, decision.service, decision.stage) == (RELEASE.urn, "payments", Stage.DEPLOY)
    assert len(decision.risk_factors) == 7


@pytest.mark.parametrize("effect", [Effect.DENY, Effect.REQUIRE_APPROVAL])
def test_a_policy_that_denies_refuses(effect: Effect, gate: Callable[..., Decision], private: MakePolicy) -> None:
    decision = gate([private(effect, Severity.LOW)], [False, True])
    assert (decision.verdict, decision.effect) == (Verdict.REFUSE, effect)
    (reason,) = decision.reasons
    assert (reason.policy, reason.outcome) == ("exposure/database", Outcome.VIOLATED)
    assert reason.message == "AWS::RDS::DBInstance main: Database can be reached"


def test_a_policy_that_warns_counts_in_the_risk(gate: Callable[..., Decision], private: MakePolicy) -> None:
    decision = gate([private(Effect.WARN, Severity.LOW)], [True])
    assert (decision.verdict, decision.effect) == (Verdict.ADMIT, Effect.WARN)
    assert decision.risk == pytest.approx(1.9 * 1.5)


def test_a_risk_above_the_threshold_refuses_with_the_numbers(
    gate: Callable[..., Decision], private: MakePolicy
) -> None:
    decision = gate([private(Effect.WARN, Severity.LOW)], [True], _threshold(2.0, 2.0))
    assert (decision.verdict, decision.effect) == (Verdict.REFUSE, Effect.DENY)
    assert decision.reasons[0].policy == "risk"
    assert decision.reasons[0].message == "its risk is 2.85, more than the 1.44 that payments may carry now"
    assert len(decision.threshold_factors) == 2


def test_a_release_without_findings_passes_however_low_the_threshold_is(
    gate: Callable[..., Decision], private: MakePolicy
) -> None:
    assert gate([private()], [False], _threshold(*[5.0] * 1000)).verdict is Verdict.ADMIT


@pytest.mark.parametrize(("effect", "verdict"), [(Effect.DENY, Verdict.UNKNOWN), (Effect.WARN, Verdict.ADMIT)])
def test_what_could_refuse_and_is_not_known_is_not_admitted(
    effect: Effect, verdict: Verdict, gate: Callable[..., Decision], private: MakePolicy
) -> None:
    decision = gate([private(effect, Severity.LOW)], [UNKNOWN])
    assert decision.verdict is verdict
    assert [reason.outcome for reason in decision.reasons] == [Outcome.UNKNOWN]


def test_a_risk_that_may_be_above_the_threshold_is_not_admitted(
    gate: Callable[..., Decision], private: MakePolicy
) -> None:
    decision = gate([private(Effect.WARN, Severity.HIGH)], [UNKNOWN])
    assert (decision.verdict, decision.risk) == (Verdict.UNKNOWN, 1.0)
    assert [(reason.policy, reason.outcome) for reason in decision.reasons] == [
        ("risk", Outcome.UNKNOWN),
        ("exposure/database", Outcome.UNKNOWN),
    ]
    assert decision.reasons[0].message == (
        "its risk may be 9.60 with what could not be told, more than the 4.00 that payments may carry now"
    )


def test_a_refusal_is_stronger_than_not_knowing(gate: Callable[..., Decision], private: MakePolicy) -> None:
    decision = gate([private()], [UNKNOWN, True], None)
    assert decision.verdict is Verdict.REFUSE
    assert decision.reasons[0].outcome is Outcome.VIOLATED


def test_without_a_threshold_nobody_can_tell(gate: Callable[..., Decision], private: MakePolicy) -> None:
    decision = gate([private()], [False], None)
    assert (decision.verdict, decision.threshold) == (Verdict.UNKNOWN, None)
    assert [reason.message for reason in decision.reasons] == ["the threshold of payments is not known"]


def test_what_the_caller_could_not_tell_is_said(gate: Callable[..., Decision], private: MakePolicy) -> None:
    decision = gate([private()], [False], unknowns=["the template could not be resolved"])
    assert decision.verdict is Verdict.UNKNOWN
    assert [reason.message for reason in decision.reasons] == ["the template could not be resolved"]


def test_a_policy_that_failed_refuses_as_it_would(gate: Callable[..., Decision], guardrail: MakePolicy) -> None:
    broken = guardrail("1 / 0 == 1", effects={Stage.DEPLOY: Effect.DENY}, severity=Severity.LOW)
    decision = gate([broken], [False])
    assert decision.verdict is Verdict.REFUSE
    assert decision.risk == pytest.approx(6.4 * 1.5)


def test_a_finding_that_is_known_for_long_weighs_more(
    gate: Callable[..., Decision], private: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    warned = private(Effect.WARN, Severity.LOW)
    declared = [resource({"PubliclyAccessible": True})]
    (finding,), _ = judge_intended(compile_all(warned), declared, Stage.DEPLOY, "payments")
    decision = gate([warned], [True], first_seen={finding.id: NOW - timedelta(days=30)})
    assert decision.risk == pytest.approx(1.9 * 1.5 * 1.25)


def test_findings_are_those_of_the_runtime_guardrail(
    private: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    (finding,), (ground,) = judge_intended(
        compile_all(private()), [resource({"PubliclyAccessible": True})], Stage.DEPLOY, "payments"
    )
    assert (finding.source, finding.rule, finding.path) == (FindingSource.GUARDRAIL, "exposure/database", "")
    assert ground.effect is Effect.DENY


def test_a_policy_without_effect_at_the_stage_is_not_asked(
    private: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    declared = [resource({"PubliclyAccessible": True})]
    assert judge_intended(compile_all(private()), declared, Stage.BUILD, "payments") == ((), ())


def test_the_gate_judges_and_decides(private: MakePolicy, compile_all: CompileAll, resource: MakeResource) -> None:
    gate = ReleaseGate(compile_all(private()))
    for public, verdict in ((True, Verdict.REFUSE), (False, Verdict.ADMIT)):
        declared = [resource({"PubliclyAccessible": public})]
        decision = gate.decide(RELEASE, Stage.DEPLOY, PAYMENTS, declared, Circumstances(NOW, QUIET))
        assert decision.verdict is verdict


def test_without_the_ledger_a_finding_is_as_old_as_the_oldest(
    gate: Callable[..., Decision], private: MakePolicy
) -> None:
    warned = private(Effect.WARN, Severity.LOW)
    decision = gate([warned], [True], oldest_finding=NOW - timedelta(days=30))
    assert decision.risk == pytest.approx(1.9 * 1.5 * 1.25)
    assert gate([warned], [True], oldest_finding=NOW + timedelta(days=1)).risk == pytest.approx(1.9 * 1.5)


def test_a_remark_is_said_and_decides_nothing(gate: Callable[..., Decision], private: MakePolicy) -> None:
    decision = gate([private()], [False], remarks=["the ledger is out of reach"])
    assert (decision.verdict, decision.effect) == (Verdict.ADMIT, Effect.WARN)
    assert [(each.outcome, each.message) for each in decision.reasons] == [
        (Outcome.UNKNOWN, "the ledger is out of reach")
    ]


def _suppose(gate: ReleaseGate, declared: Sequence[Resource], *without: str) -> Decision:
    return gate.decide(RELEASE, Stage.DEPLOY, PAYMENTS, declared, Circumstances(NOW, QUIET), without=without)


def test_what_is_left_out_neither_refuses_nor_counts(
    private: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    gate, declared = ReleaseGate(compile_all(private())), [resource({"PubliclyAccessible": True})]
    as_it_is = _suppose(gate, declared)
    for name in ("exposure/database", str(as_it_is.reasons[0].evidence["finding"])):
        decision = _suppose(gate, declared, name)
        assert (decision.verdict, decision.risk, decision.reasons) == (Verdict.ADMIT, 1.0, ())


def test_what_could_not_be_told_can_be_left_out(
    private: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    gate, declared = ReleaseGate(compile_all(private())), [resource({"PubliclyAccessible": UNKNOWN})]
    assert _suppose(gate, declared).verdict is Verdict.UNKNOWN
    assert _suppose(gate, declared, "exposure/database").verdict is Verdict.ADMIT


def test_only_what_was_found_can_be_left_out(
    private: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    gate = ReleaseGate(compile_all(private()))
    with pytest.raises(InputError, match=r"'exposure/databse' is neither .* those that do are: exposure/database"):
        _suppose(gate, [resource({"PubliclyAccessible": True})], "exposure/databse")
    with pytest.raises(InputError, match="those that do are: none"):
        _suppose(gate, [resource({"PubliclyAccessible": False})], "exposure/database")


@pytest.mark.parametrize(
    ("days", "policy", "verdict", "waivers"),
    [
        (1, "*", Verdict.ADMIT, ("w1",)),
        (1, "some/other", Verdict.REFUSE, ()),
        (0, "*", Verdict.REFUSE, ()),
    ],
)
def test_a_waived_finding_counts_neither_in_policies_nor_in_the_risk(
    compile_all: CompileAll,
    resource: MakeResource,
    private: MakePolicy,
    days: int,
    policy: str,
    verdict: Verdict,
    waivers: tuple[str, ...],
) -> None:
    since = NOW - timedelta(days=1)
    waiver = Waiver("w1", "*", policy, "*", "known", "team", "", since, NOW + timedelta(days=days))
    decision = ReleaseGate(compile_all(private())).decide(
        RELEASE,
        Stage.DEPLOY,
        PAYMENTS,
        [resource({"PubliclyAccessible": True})],
        Circumstances(NOW, QUIET, waivers=[waiver]),
    )
    assert (decision.verdict, decision.waivers) == (verdict, waivers)
    assert (decision.risk == 1.0) is (verdict is Verdict.ADMIT)


def _overridden(policies: PolicySet, declared: Sequence[Resource], service: Service, *overrides: Override) -> Decision:
    return ReleaseGate(policies, overrides).decide(RELEASE, Stage.DEPLOY, service, declared, Circumstances(NOW, QUIET))


@pytest.mark.parametrize("effect", [Effect.WARN, Effect.NONE])
def test_a_release_that_an_override_lets_pass_names_it(
    effect: Effect, private: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    policies, declared = compile_all(private(severity=Severity.LOW)), [resource({"PubliclyAccessible": True})]
    override = Override(
        "exposure/*", "a sandbox", effects={Stage.DEPLOY: effect}, environments=("staging",), where="setpoint.yaml:3"
    )
    staging = _overridden(policies, declared, replace(PAYMENTS, environment="staging"), override)
    assert (staging.verdict, staging.effect) == (Verdict.ADMIT, effect)
    assert f"{effect} instead of deny, as setpoint.yaml:3 says: a sandbox" in staging.reasons[0].message
    assert (staging.risk == 1.0) is (effect is Effect.NONE)
    assert _overridden(policies, declared, PAYMENTS, override).verdict is Verdict.REFUSE


def test_what_an_override_silences_need_not_be_told(
    private: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    policies, declared = compile_all(private()), [resource({"PubliclyAccessible": UNKNOWN})]
    silent = Override("*", "a sandbox", effects={Stage.DEPLOY: Effect.NONE})
    assert _overridden(policies, declared, PAYMENTS).verdict is Verdict.UNKNOWN
    decision = _overridden(policies, declared, PAYMENTS, silent)
    assert (decision.verdict, decision.reasons) == (Verdict.ADMIT, ())


def test_an_override_may_be_stricter(private: MakePolicy, compile_all: CompileAll, resource: MakeResource) -> None:
    policies, declared = compile_all(private(Effect.WARN)), [resource({"PubliclyAccessible": True})]
    stricter = Override("*", "regulated", Severity.LOW, {Stage.DEPLOY: Effect.DENY}, tiers=frozenset({Tier.CRITICAL}))
    decision = _overridden(policies, declared, PAYMENTS, stricter)
    assert (decision.verdict, decision.effect) == (Verdict.REFUSE, Effect.DENY)
    assert decision.reasons[0].severity is Severity.LOW


@pytest.mark.parametrize("stage", [Stage.BUILD, Stage.DEPLOY, Stage.ADMIT])
def test_every_stage_before_runtime_is_a_gate(
    stage: Stage, guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    policies = compile_all(guardrail("resource.PubliclyAccessible == false", effects={stage: Effect.DENY}))
    declared = [resource({"PubliclyAccessible": True})]
    verdicts = {
        each: ReleaseGate(policies).decide(RELEASE, each, PAYMENTS, declared, Circumstances(NOW, QUIET)).verdict
        for each in (Stage.BUILD, Stage.DEPLOY, Stage.ADMIT)
    }
    assert {each for each, verdict in verdicts.items() if verdict is Verdict.REFUSE} == {stage}
