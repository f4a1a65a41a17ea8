"""What a tightened service asks of its releases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scanned import ran, scan, weakness

from setpoint.decide.extras import USUAL_EXTRAS, ReleaseExtras, judge_extras
from setpoint.decide.gate import ReleaseGate, decide_release
from setpoint.decide.grounds import Ground
from setpoint.decide.policy.compile import compile_policies
from setpoint.decide.policy.weakness import scan_resource
from setpoint.model.admitting import BreakGlass, Brought, Extra, ExtraKind, ExtraRule, Grant
from setpoint.model.circumstances import Circumstances
from setpoint.model.code import KnownWeakness
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.finding import FindingSource
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.scan import ScanKind, ScanStatus
from setpoint.model.service import Release, Service, Threshold, Tier

NOW = datetime(2026, 5, 2, tzinfo=UTC)
RELEASE = Release("shop", "1")
NOTHING = Brought()
DYNAMIC = scan(runs=(ran("zap", kind=ScanKind.DAST),))


def _grant(kind: ExtraKind, share: float = 0.0) -> Grant:
    return Grant("shop", "1", kind, "ann", "looked at it", NOW, NOW + timedelta(days=1), share)


def _required(load: float, brought: Brought = NOTHING, stage: Stage = Stage.DEPLOY) -> tuple[Extra, ...]:
    return ReleaseExtras().required(RELEASE, stage, load, brought)


@pytest.mark.parametrize(
    ("load", "names"),
    [
        (0.0, []),
        (0.99, []),
        (1.0, ["dast"]),
        (2.5, ["dast", "approval"]),
        (3.0, ["dast", "approval", "canary of at most 10 %"]),
        (100.0, ["dast", "approval", "canary of at most 10 %"]),
    ],
)
def test_each_step_of_the_load_asks_for_more(load: float, names: list[str]) -> None:
    assert [each.name for each in _required(load)] == names
    assert all(not each.brought and each.remedy and each.is_known for each in _required(load))


def test_there_is_nothing_to_bring_where_nothing_runs_yet() -> None:
    assert _required(9.0, stage=Stage.BUILD) == ()
    assert len(_required(9.0, stage=Stage.ADMIT)) == 3


def test_all_that_was_brought_is_told() -> None:
    grants = (_grant(ExtraKind.APPROVAL), _grant(ExtraKind.CANARY, 5.0))
    extras = _required(9.0, Brought(DYNAMIC, grants))
    assert [each.brought for each in extras] == [
        "zap scanned it",
        "ann approved it, until 2026-05-03T00:00:00+00:00: looked at it",
        "it goes to 5 % of the traffic first, as ann said",
    ]
    assert judge_extras(extras) == ()


@pytest.mark.parametrize(
    "brought",
    [
        Brought(scan()),
        Brought(scan(runs=(ran("zap", ScanStatus.PARTIAL, kind=ScanKind.DAST),))),
        Brought(scan(runs=(ran("zap", ScanStatus.SKIPPED, kind=ScanKind.DAST),))),
        Brought(grants=(_grant(ExtraKind.CANARY, 5.0),)),
    ],
)
def test_something_else_is_no_dynamic_scan(brought: Brought) -> None:
    assert [each.brought for each in _required(1.0, brought)] == [""]


@pytest.mark.parametrize(("share", "is_enough"), [(10.0, True), (0.1, True), (10.1, False), (100.0, False)])
def test_a_canary_takes_at_most_its_share(share: float, is_enough: bool) -> None:
    *_, canary = _required(3.0, Brought(grants=(_grant(ExtraKind.CANARY, share),)))
    assert bool(canary.brought) is is_enough


def test_of_one_kind_the_strictest_counts() -> None:
    rules = [ExtraRule(1.0, ExtraKind.CANARY, 50.0), ExtraRule(2.0, ExtraKind.CANARY, 5.0)]
    told = [[each.name for each in ReleaseExtras(rules).required(RELEASE, Stage.DEPLOY, at, NOTHING)] for at in (1, 2)]
    assert told == [["canary of at most 50 %"], ["canary of at most 5 %"]]


def test_what_only_the_ledger_knows_could_not_be_told() -> None:
    extras = _required(9.0, Brought(are_grants_known=False))
    outcomes = [reason.outcome for _, reason in judge_extras(extras)]
    assert outcomes == [Outcome.VIOLATED, Outcome.UNKNOWN, Outcome.UNKNOWN]


RULES = st.lists(
    st.builds(ExtraRule, st.floats(0, 10), st.sampled_from(ExtraKind), st.floats(0.1, 100)), max_size=6
).map(tuple)


@given(RULES, st.floats(0, 12), st.floats(0, 12))
def test_more_load_never_asks_for_less(rules: tuple[ExtraRule, ...], one: float, other: float) -> None:
    low, high = sorted((one, other))
    asked = [
        {each.name.split()[0] for each in ReleaseExtras(rules).required(RELEASE, Stage.DEPLOY, load, NOTHING)}
        for load in (low, high)
    ]
    assert asked[0] <= asked[1]


@pytest.mark.parametrize(("is_clean", "verdict"), [(True, Verdict.ADMIT), (False, Verdict.REFUSE)])
def test_a_clean_fix_always_ships(is_clean: bool, verdict: Verdict) -> None:
    limit = Threshold("shop", 32.0, 20.0, 1.0, (), NOW)
    told = [] if is_clean else [KnownWeakness(weakness(severity=Severity.LOW))]
    gate = ReleaseGate(compile_policies((), lambda _name: None, lambda _name: None))
    circumstances = Circumstances(NOW, limit, extras=_required(1.0))
    decision = gate.decide(RELEASE, Stage.DEPLOY, Service("shop", Tier.LOW), [scan_resource(told)], circumstances)
    assert decision.verdict is verdict
    assert bool(decision.extras) is not is_clean
    if not is_clean:
        assert decision.reasons[0].message == (
            "dast is required and was not brought: the load is 1.00, and from 1 on it is required; "
            "scan it where it runs in front of production: setpoint dast URL --service shop --release 1; "
            "or give --sarif FILE"
        )


def test_an_emergency_is_a_finding_of_its_service() -> None:
    broken = BreakGlass("shop", "1", "INC-1", "the shop is down", "ann", NOW, NOW + timedelta(hours=4))
    found = ReleaseExtras(USUAL_EXTRAS).broken(broken, Verdict.REFUSE)
    assert (found.source, found.rule, found.path) == (FindingSource.GATE, "gate/break-glass", "1")
    assert found.title == (
        "release 1 got in by break-glass INC-1 by ann until 2026-05-02T04:00:00+00:00: the shop is down "
        "(decided was: refuse)"
    )


def _asked(approval: str, *effects: Effect) -> Decision:
    """Of a release against which policies of these effects speak."""
    grounds = [Ground(each, Reason("own/policy", Outcome.VIOLATED, Severity.LOW, "x")) for each in effects]
    circumstances = Circumstances(NOW, Threshold("shop", 32.0, 32.0, 0.0, (), NOW), approval=approval)
    return decide_release(RELEASE, Stage.DEPLOY, Service("shop", Tier.LOW), (), grounds, circumstances)


def test_an_approval_answers_a_policy_that_asks_for_one() -> None:
    refused, admitted = (_asked(approval, Effect.REQUIRE_APPROVAL) for approval in ("", "ann approved it"))
    assert (refused.verdict, admitted.verdict) == (Verdict.REFUSE, Verdict.ADMIT)
    assert [(each.because, each.brought) for each in admitted.extras] == [("own/policy asks for it", "ann approved it")]
    (missing,) = refused.extras
    assert missing.remedy.endswith("setpoint gate approve --service shop --release 1 --reason WHY")


def test_an_approval_answers_nothing_else() -> None:
    assert _asked("ann approved it", Effect.REQUIRE_APPROVAL, Effect.DENY).verdict is Verdict.REFUSE
