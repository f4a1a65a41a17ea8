from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from setpoint.decide.gate import ReleaseGate
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.decide.replay import Change, ChangeKind, Replayed, Replayer, Standing, Tally, changes, summary
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.exceptions import Exceptions
from setpoint.model.history import GateCase, Grounds, PastGate, PastState
from setpoint.model.policy import Effect, Policy, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Threshold
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver

AT = datetime(2026, 5, 1, tzinfo=UTC)
URN = Urn.aws("aws", "111122223333", "eu-west-1", "AWS::RDS::DBInstance", "main")
PUBLIC, PRIVATE = {"PubliclyAccessible": True}, {"PubliclyAccessible": False}

MakePolicy = Callable[..., Policy]
MakeResource = Callable[..., Resource]
CompileAll = Callable[..., PolicySet]


class Past:
    """Decides something by some policies, and again by others."""

    def __init__(self, compile_all: CompileAll, resource: MakeResource) -> None:
        self._compile_all = compile_all
        self._resource = resource

    def state(self, before: list[Policy], after: list[Policy], actual: Any, **given: Any) -> Replayed:
        drifts = tuple(Drift(URN, *each) for each in given.get("drifts", ()))
        intended = self._resource(given["intended"]) if "intended" in given else None
        grounds = Grounds(intended, self._resource(actual), given.get("exceptions", Exceptions()))
        comparison = Comparison(URN, drifts)
        _, decided = PolicyJudge(self._compile_all(*before)).judge(
            comparison, grounds.intended, grounds.actual, "payments", grounds.exceptions
        )
        return self._by(after).state(PastState(URN, "payments", AT, comparison, grounds, decided))

    def release(self, before: list[Policy], after: list[Policy], declared: Any) -> Replayed:
        threshold = Threshold("payments", 8.0, 8.0, 0.0, (), AT)
        case = GateCase(
            Release("payments", "1"),
            Stage.DEPLOY,
            Service("payments"),
            (self._resource(declared),),
            Circumstances(AT, threshold),
        )
        decided = ReleaseGate(self._compile_all(*before)).decide(
            case.release, case.stage, case.service, case.resources, case.circumstances
        )
        return self._by(after).release(PastGate(AT, case, decided))

    def _by(self, policies: list[Policy]) -> Replayer:
        compiled = self._compile_all(*policies)
        ids = {each.id for each in policies}
        return Replayer(PolicyJudge(compiled), ReleaseGate(compiled), ComponentGuardrails(compiled), ids)


@pytest.fixture
def past(compile_all: CompileAll, resource: MakeResource) -> Past:
    return Past(compile_all, resource)


@pytest.fixture
def private(guardrail: MakePolicy) -> Policy:
    return guardrail("resource.PubliclyAccessible == false")


@pytest.fixture
def told(drift_policy: MakePolicy) -> Policy:
    return drift_policy("true", id="drift/told", effects={Stage.RUNTIME: Effect.ALERT})


def _only(judged: Replayed) -> Change:
    (change,) = judged.changes
    return change


def test_the_same_policies_change_nothing(past: Past, private: Policy, told: Policy) -> None:
    drifts = [(DriftKind.CHANGED, "PubliclyAccessible", False, True)]
    judged = past.state([private, told], [private, told], PUBLIC, intended=PRIVATE, drifts=drifts)
    assert judged.changes == ()
    assert judged.spoke == {"exposure/database", "drift/told"}
    assert past.release([private], [private], PUBLIC).changes == ()


def test_a_new_policy_is_newly_violated(past: Past, private: Policy) -> None:
    change = _only(past.state([], [private], PUBLIC))
    assert (change.policy, change.path, change.kind) == ("exposure/database", "", ChangeKind.NEWLY_VIOLATED)
    assert (change.at, change.subject, change.service, change.stage) == (AT, URN, "payments", Stage.RUNTIME)
    assert change.was == ()
    assert [(each.verdict, each.effect) for each in change.would_be] == [(Verdict.REFUSE, Effect.ALERT)]
    assert change.because == "Database can be reached"


def test_a_new_policy_that_holds_changes_nothing(past: Past, private: Policy) -> None:
    assert past.state([], [private], PRIVATE).changes == ()


@pytest.mark.parametrize(
    ("expression", "because"),
    [("true", "it says nothing against it"), (None, "it is not among the policies given")],
)
def test_what_held_then_and_no_longer_does_says_why(
    expression: str | None, because: str, past: Past, private: Policy, guardrail: MakePolicy
) -> None:
    change = _only(past.state([private], [guardrail(expression)] if expression else [], PUBLIC))
    assert (change.kind, change.would_be, change.because) == (ChangeKind.NO_LONGER, (), because)


@pytest.mark.parametrize("changed", [{"severity": Severity.LOW}, {"effects": {Stage.RUNTIME: Effect.WARN}}])
def test_another_severity_or_effect_is_a_change(
    changed: dict[str, Any], past: Past, private: Policy, guardrail: MakePolicy
) -> None:
    milder = guardrail(private.expression, **changed)
    assert _only(past.state([private], [milder], PUBLIC)).kind is ChangeKind.OTHERWISE


def test_another_title_is_none(past: Past, private: Policy, guardrail: MakePolicy) -> None:
    assert past.state([private], [guardrail(private.expression, title="Otherwise")], PUBLIC).changes == ()


def test_a_decision_that_changes_because_of_one_policy_names_that_one(
    past: Past, told: Policy, drift_policy: MakePolicy
) -> None:
    careful = drift_policy("true", id="drift/careful", effects={Stage.RUNTIME: Effect.ESCALATE})
    drifts = [(DriftKind.CHANGED, "Port", "1", "2")]
    change = _only(past.state([told], [told, careful], {}, intended={}, drifts=drifts))
    assert (change.policy, change.path) == ("drift/careful", "Port")
    assert [each.effect for each in change.would_be] == [Effect.ESCALATE]


def test_a_difference_that_nobody_speaks_of_any_more(past: Past, told: Policy) -> None:
    drifts = [(DriftKind.CHANGED, "Port", "1", "2")]
    judged = past.state([told], [], {}, intended={}, drifts=drifts)
    assert {(each.policy, each.kind) for each in judged.changes} == {
        ("drift/told", ChangeKind.NO_LONGER),
        ("drift", ChangeKind.OTHERWISE),
    }
    back = past.state([], [told], {}, intended={}, drifts=drifts)
    assert {(each.policy, each.because) for each in back.changes} == {
        ("drift/told", "A value changed"),
        ("drift", "a policy applies"),
    }


def test_what_was_waived_then_stays_waived(past: Past, private: Policy) -> None:
    later = AT.replace(year=2027)
    waiver = Waiver("w1", "*", "*", "*", "agreed", "team", "", AT, later)
    change = _only(past.state([], [private], PUBLIC, exceptions=Exceptions([waiver])))
    assert [(each.effect, each.waivers) for each in change.would_be] == [(Effect.NONE, ("w1",))]
    assert change.kind is ChangeKind.NEWLY_VIOLATED


def test_an_evaluation_that_fails_is_told_apart(past: Past, guardrail: MakePolicy) -> None:
    broken = guardrail("1 / 0 == 1")
    judged = past.state([broken], [broken], PUBLIC)
    assert judged.changes == ()
    assert [each.policy for each in judged.failed] == ["exposure/database"]


def test_a_release_that_would_be_refused(past: Past, private: Policy) -> None:
    change = _only(past.release([], [private], PUBLIC))
    assert (change.policy, change.stage, change.kind) == ("exposure/database", Stage.DEPLOY, ChangeKind.NEWLY_VIOLATED)
    assert [each.verdict for each in change.would_be] == [Verdict.REFUSE]
    assert change.subject == Urn.release("payments", "1")
    back = _only(past.release([private], [], PUBLIC))
    assert (back.policy, back.kind) == ("exposure/database", ChangeKind.NO_LONGER)


def test_a_release_that_another_effect_would_admit_names_that_policy_alone(
    past: Past, private: Policy, guardrail: MakePolicy
) -> None:
    warning = {"severity": Severity.LOW, "effects": {Stage.DEPLOY: Effect.WARN}}
    beside, milder = (
        guardrail(private.expression, id="exposure/other", **warning),
        guardrail(private.expression, **warning),
    )
    strict = guardrail(private.expression, severity=Severity.LOW)
    change = _only(past.release([strict, beside], [milder, beside], PUBLIC))
    assert (change.policy, change.kind) == ("exposure/database", ChangeKind.OTHERWISE)
    assert [each.verdict for each in (*change.was, *change.would_be)] == [Verdict.REFUSE, Verdict.ADMIT]


def test_a_release_of_which_nobody_wrote_down_what_each_asked_for_names_all_that_spoke() -> None:
    def decided(verdict: Verdict, effect: Effect, asked: Effect | None) -> Decision:
        reasons = tuple(Reason(each, Outcome.VIOLATED, Severity.HIGH, "m", effect=asked) for each in ("p", "q"))
        return Decision(URN, "payments", Stage.DEPLOY, verdict, effect, reasons=reasons)

    refused, admitted = decided(Verdict.REFUSE, Effect.DENY, None), decided(Verdict.ADMIT, Effect.WARN, Effect.WARN)
    assert [each.policy for each in changes(AT, [refused], [admitted], {"p", "q"})] == ["p", "q"]


def test_a_verdict_without_reasons_can_change() -> None:
    admitted = Decision(URN, "payments", Stage.DEPLOY, Verdict.ADMIT, Effect.NONE)
    refused = Decision(URN, "payments", Stage.DEPLOY, Verdict.REFUSE, Effect.DENY)
    (change,) = changes(AT, [admitted], [refused], set())
    assert (change.policy, change.kind) == ("", ChangeKind.OTHERWISE)


def test_each_resource_that_a_policy_speaks_of_counts() -> None:
    reason = Reason("p", Outcome.VIOLATED, Severity.HIGH, "m")
    one = Decision(URN, "payments", Stage.DEPLOY, Verdict.REFUSE, Effect.DENY, reasons=(reason,))
    two = Decision(URN, "payments", Stage.DEPLOY, Verdict.REFUSE, Effect.DENY, reasons=(reason, reason))
    (change,) = changes(AT, [one], [two], {"p"})
    assert (len(change.was), len(change.would_be), change.kind) == (1, 2, ChangeKind.OTHERWISE)


def test_the_summary_counts_by_policy() -> None:
    against = Standing(Outcome.VIOLATED, Severity.HIGH, Verdict.REFUSE, Effect.ALERT, (), frozenset())
    warned = Standing(Outcome.VIOLATED, Severity.HIGH, Verdict.REFUSE, Effect.WARN, (), frozenset())

    def change(policy: str, was: tuple[Standing, ...], would_be: tuple[Standing, ...]) -> Change:
        return Change(AT, URN, "payments", Stage.RUNTIME, policy, "", was, would_be, "")

    told = [change("b", (), (against,)), change("b", (against,), (warned,)), change("a", (against,), ())]
    assert summary(told) == [Tally("a", 0, 1, 0), Tally("b", 1, 0, 1)]
