"""Weaknesses at the gate: what production says of them, what policies make of it, and that nothing counts twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.scanned import outside, weakness

from setpoint.decide.code import CodeAssessor
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.grounds import MOST_TOLD
from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.decide.policy.weakness import WEAKNESS, known_in, scan_resource
from setpoint.errors import InputError
from setpoint.model.circumstances import Circumstances
from setpoint.model.code import KnownWeakness
from setpoint.model.decision import Decision, Outcome, Verdict
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Policy, Severity, Stage
from setpoint.model.scan import CodePlace, Standing, StandingOf
from setpoint.model.service import Release, Service, Threshold, Tier
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver

MakePolicy = Callable[..., Policy]
Decide = Callable[..., Decision]

NOW = datetime(2026, 5, 2, tzinfo=UTC)
SHOP = Service("shop", Tier.LOW)
QUIET = Threshold("shop", 32.0, 32.0, 0.0, (), NOW)
RELEASE = Release("shop", "1")


def _known(number: int = 1, standing: Standing = Standing.UNKNOWN, **changes: Any) -> KnownWeakness:
    told = StandingOf(standing, "as it is", changes.pop("places", ()), changes.pop("watched", 0))
    is_attacked, first_seen = changes.pop("is_attacked", False), changes.pop("first_seen", None)
    return KnownWeakness(weakness(number, **changes), told, is_attacked, first_seen)


def _compiled(*policies: Policy) -> PolicySet:
    return compile_policies(policies, lambda _name: None, lambda _name: None)


@pytest.fixture
def policy(guardrail: MakePolicy) -> MakePolicy:
    """On weaknesses; refuses what its expression does not hold of."""

    def make(expression: str, *reads: str, **changes: Any) -> Policy:
        given = {
            "id": "code/none-of-these",
            "title": "None of these",
            "types": (WEAKNESS,),
            "reads": reads or ("severity",),
            "effects": {Stage.DEPLOY: Effect.DENY},
        }
        return guardrail(expression, **(given | changes))

    return make


@pytest.fixture
def decide() -> Decide:
    def make(
        known: Sequence[KnownWeakness], *policies: Policy, overrides: Sequence[Override] = (), **others: Any
    ) -> Decision:
        gate = ReleaseGate(_compiled(*policies), overrides)
        without = others.pop("without", ())
        circumstances = Circumstances(NOW, QUIET, **others)
        return gate.decide(RELEASE, Stage.DEPLOY, SHOP, [scan_resource(known)], circumstances, without=without)

    return make


def _factor(decision: Decision, name: str) -> float:
    return next(each.value for each in decision.risk_factors if each.name == name)


def test_a_weakness_alone_is_said_and_weighs(decide: Decide) -> None:
    decision = decide([_known()])
    assert (decision.verdict, decision.effect) == (Verdict.ADMIT, Effect.WARN)
    (reason,) = decision.reasons
    assert (reason.policy, reason.outcome, reason.severity) == ("code/cwe-89", Outcome.VIOLATED, Severity.HIGH)
    assert reason.message == "cwe-89 at shop/orders.py:1 in Orders.find: SQL is put together from text"
    assert reason.evidence["standing"] == "not known"
    assert decision.risk == pytest.approx(6.4)


def test_a_weakness_of_the_whole_folder_has_a_place(decide: Decide) -> None:
    (reason,) = decide([_known(place=CodePlace(""))]).reasons
    assert reason.message == "cwe-89 at .: SQL is put together from text"


@pytest.mark.parametrize(
    ("standing", "changes", "severity", "reachability"),
    [
        (Standing.CONFIRMED, {"is_attacked": True}, 6.4, 2.5),
        (Standing.CONFIRMED, {}, 6.4, 2.0),
        (Standing.CONFIRMED, {"watched": 100_000}, 6.4, 2.0),
        (Standing.REACHED, {}, 6.4, 1.5),
        (Standing.REACHED, {"watched": 1_000}, 3.7, 1.0),
        (Standing.NOT_SEEN, {}, 6.4, 1.0),
        (Standing.UNKNOWN, {}, 6.4, 1.0),
        (Standing.NEVER_EXECUTED, {}, 2.35, 1.0),
    ],
)
def test_production_says_how_much_it_weighs(
    decide: Decide, standing: Standing, changes: dict[str, Any], severity: float, reachability: float
) -> None:
    decision = decide([_known(standing=standing, **changes)])
    assert _factor(decision, "severity") == pytest.approx(severity)
    assert _factor(decision, "reachability") == pytest.approx(reachability)


def test_a_score_and_an_age_weigh(decide: Decide) -> None:
    decision = decide([_known(score=10.0, first_seen=NOW - timedelta(days=30)), _known(2)])
    assert _factor(decision, "severity") == pytest.approx(10.0)
    assert _factor(decision, "age") == pytest.approx(1.25)


def test_what_policies_see_of_a_weakness_comes_back(decide: Decide) -> None:
    changes: dict[str, Any] = {"score": 1.5, "against": "only numbers are put in", "first_seen": NOW}
    full = _known(1, Standing.CONFIRMED, places=("k",), watched=3, is_attacked=True, **changes)
    known = [full, _known(2)]
    assert list(known_in(scan_resource(known))) == known


def test_what_the_source_says_against_it_is_told_and_weighs(decide: Decide) -> None:
    decision = decide([_known(against="only numbers are put in")])
    assert decision.reasons[0].evidence["against"] == "only numbers are put in"
    assert _factor(decision, "severity") == pytest.approx(2.35)


def test_a_policy_refuses_and_adds_nothing_to_the_risk(decide: Decide, policy: MakePolicy) -> None:
    known = [_known(1), _known(2, severity=Severity.LOW)]
    alone, refused = decide(known), decide(known, policy("resource.severity != 'high'"))
    assert (refused.verdict, refused.effect) == (Verdict.REFUSE, Effect.DENY)
    assert refused.reasons[0].message == f"{known[0].path}: cwe-89: None of these"
    assert refused.reasons[0].evidence == {"severity": "high", "finding": known[0].finding_id("shop")}
    assert len(refused.reasons) == 3
    assert refused.risk == alone.risk


def test_a_policy_that_cannot_be_evaluated_is_no_pass(decide: Decide, policy: MakePolicy) -> None:
    decision = decide([_known()], policy("resource.score > 7.0", "score"))
    assert decision.verdict is Verdict.REFUSE
    assert decision.reasons[0].outcome is Outcome.FAILED


def test_what_an_override_silences_is_said_and_refuses_nothing(decide: Decide, policy: MakePolicy) -> None:
    silent = Override("code/none-of-these", "agreed", effects={Stage.DEPLOY: Effect.NONE}, where="setpoint.yaml:9")
    decision = decide([_known()], policy("false"), overrides=[silent])
    assert decision.verdict is Verdict.ADMIT
    assert any("setpoint.yaml:9" in each.message for each in decision.reasons)


def test_a_policy_on_weaknesses_says_nothing_at_runtime(policy: MakePolicy) -> None:
    with pytest.raises(InputError, match="at runtime, where there is no source"):
        _compiled(policy("true", effects={Stage.RUNTIME: Effect.ALERT}))


def _waiver(rule: str = "*", path: str = "*") -> Waiver:
    day = timedelta(days=1)
    return Waiver("w1", "service:shop", rule, path, "a test", "ann", "", NOW - day, NOW + day)


@pytest.mark.parametrize(
    "waiver",
    [
        _waiver("code/cwe-89"),
        _waiver("code/*", "shop/*"),
        _waiver(path="*#000000000001"),
        _waiver(path="shop/orders.py#*"),
    ],
)
def test_a_waiver_names_the_rule_the_file_or_the_fingerprint(
    decide: Decide, policy: MakePolicy, waiver: Waiver
) -> None:
    decision = decide([_known()], policy("false"), waivers=[waiver])
    assert (decision.verdict, decision.risk, decision.waivers) == (Verdict.ADMIT, 1.0, ("w1",))
    assert decision.reasons == ()
    (found,) = CodeAssessor().judge("shop", [_known()], Exceptions([waiver]))
    assert found.accepted_by == "w1"


@pytest.mark.parametrize("waiver", [_waiver("code/cwe-78"), _waiver(path="till/*"), _waiver(path="*#00000000000f")])
def test_a_waiver_of_something_else_covers_nothing(decide: Decide, waiver: Waiver) -> None:
    assert decide([_known()], waivers=[waiver]).risk == pytest.approx(6.4)


def test_a_waiver_of_a_policy_leaves_the_weakness(decide: Decide, policy: MakePolicy) -> None:
    decision = decide([_known()], policy("false"), waivers=[_waiver("code/none-of-these")])
    assert (decision.verdict, decision.waivers) == (Verdict.ADMIT, ("w1",))
    assert [each.policy for each in decision.reasons] == ["code/cwe-89"]
    assert decision.risk == pytest.approx(6.4)


def test_without_a_rule_all_that_speaks_against_it_goes(decide: Decide, policy: MakePolicy) -> None:
    known = _known()
    for name in ("code/cwe-89", known.finding_id("shop")):
        assert decide([known], policy("false"), without=[name]).reasons == ()
    left = decide([known], policy("false"), without=["code/none-of-these"])
    assert [each.policy for each in left.reasons] == ["code/cwe-89"]


def test_new_ones_are_told_before_old_ones(decide: Decide) -> None:
    known = [
        _known(1, severity=Severity.CRITICAL, is_new=False),
        _known(2, severity=Severity.LOW, is_new=True),
        _known(3, severity=Severity.MEDIUM),
    ]
    assert [each.severity for each in decide(known).reasons] == [Severity.MEDIUM, Severity.LOW, Severity.CRITICAL]


def test_of_very_many_the_first_are_told_and_all_count(decide: Decide, policy: MakePolicy) -> None:
    known = [_known(each, severity=Severity.LOW) for each in range(1, 300)]
    known += [_known(each, severity=Severity.HIGH) for each in range(300, 320)]
    decision = decide(known, policy("resource.severity != 'high'"))
    *told, more = decision.reasons
    assert more.message == "219 more weaknesses in its source: 219 low"
    assert len(told) == MOST_TOLD + 20
    assert [each.policy for each in told[:20]] == ["code/none-of-these"] * 20
    assert next(each.because for each in decision.risk_factors if each.name == "severity") == "20 high, 299 low"


def _met(severity: Severity = Severity.MEDIUM, attacks: int = 0) -> Finding:
    evidence = {"key": "k1", "releases": ["1"], "attacks": attacks, "origins": [{"part": "query"}], "confidence": 1.0}
    return Finding(
        Urn.service("shop"), "shop", FindingSource.RUNTIME, "runtime/sql-injection", "x[k1]", severity, "met", evidence
    )


def test_what_agents_met_at_the_place_that_a_scanner_told_is_one_problem(decide: Decide) -> None:
    known = _known(standing=Standing.CONFIRMED, places=("k1",))
    together = decide([known], seen=[_met()])
    assert together.risk == decide([known]).risk
    assert {each.policy for each in together.reasons} == {"runtime/sql-injection", "code/cwe-89"}


@pytest.mark.parametrize(("line", "severity"), [(1, 2.35), (3, 2.35), (4, 6.4)])
def test_what_the_source_says_of_one_statement_it_does_not_say_of_another(
    decide: Decide, line: int, severity: float
) -> None:
    """The weakness is in lines 1 to 3; agents met a call of its function."""
    met = _met()
    called = replace(met, evidence={**met.evidence, "origins": [], "frames": [{"line": line}]})
    known = _known(standing=Standing.REACHED, places=("k1",), against="only numbers are put in")
    assert _factor(decide([known], seen=[called]), "severity") == pytest.approx(severity)


def test_of_the_two_the_worse_counts(decide: Decide) -> None:
    known = _known(standing=Standing.CONFIRMED, places=("k1",), severity=Severity.LOW, score=2.0)
    decision = decide([known], seen=[_met(Severity.CRITICAL, attacks=1)])
    assert _factor(decision, "severity") == pytest.approx(9.1)
    assert _factor(decision, "reachability") == pytest.approx(2.5)


def test_a_waived_weakness_leaves_what_agents_met(decide: Decide) -> None:
    known = _known(standing=Standing.CONFIRMED, places=("k1",))
    decision = decide([known], seen=[_met()], waivers=[_waiver("code/*")])
    assert _factor(decision, "severity") == pytest.approx(3.7)


def test_a_finding_is_the_same_when_lines_move(decide: Decide) -> None:
    known = _known()
    moved = replace(known, weakness=replace(known.weakness, place=CodePlace("shop/orders.py", 99)))
    one, other = CodeAssessor().judge("shop", [known, moved], Exceptions())
    assert one.id == other.id == known.finding_id("shop")
    assert (one.source, one.rule, one.path) == (FindingSource.CODE, "code/cwe-89", "shop/orders.py#000000000001")


def test_a_fault_of_the_running_service_is_a_finding_of_its_own_source() -> None:
    known = KnownWeakness(outside())
    (found,) = CodeAssessor().judge("shop", [known], NO_EXCEPTIONS)
    assert (found.source, found.rule) == (FindingSource.DAST, "dast/object-level-authorisation")
    assert found.path == "GET /orders/{id} path:id"
    assert {name: found.evidence[name] for name in ("cwes", "owasp", "certainty")} == {
        "cwes": [639],
        "owasp": "API1:2023",
        "certainty": "confirmed",
    }
    assert found.id == known.finding_id("shop")
