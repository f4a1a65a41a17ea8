"""What a release brings to the gate: scans, extras and emergencies, on a ledger that may be away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.scanned import ran, scan, weakness

from setpoint.compare.code.joining import CodeJoiner
from setpoint.decide.code import CodeAssessor
from setpoint.decide.extras import ReleaseExtras
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.policy.compile import compile_policies
from setpoint.decide.threshold import ReleaseAssessor
from setpoint.errors import CouldNotTellError, InputError, LedgerError, NotFoundError, TemporaryError
from setpoint.loop.admission import Admission, WhatIf
from setpoint.loop.code import CodeParts
from setpoint.loop.entry import EntryParts
from setpoint.loop.heartbeat import Heartbeat
from setpoint.loop.settings import EntrySettings, ScanRule
from setpoint.model.admitting import BreakGlassRequest, Bringing, BroughtError
from setpoint.model.decision import Decision, Verdict
from setpoint.model.finding import FindingSource
from setpoint.model.policy import Severity, Stage
from setpoint.model.scan import Scan, ScanKind, ScanStatus
from setpoint.model.service import Release, Service, Signal, SignalKind, Tier
from setpoint.model.urn import Urn
from setpoint.store.thresholds import SignedThresholds

HOUR = 3600.0
SERVICES = {"shop": Service("shop", Tier.STANDARD), "till": Service("till", Tier.CRITICAL)}
EMERGENCY = BreakGlassRequest("INC-4711", "the shop is down")


class Shop:
    """An admission on the worker's ledger, of policies that say nothing."""

    def __init__(self, world: Any, worker: Any, folder: Path, settings: EntrySettings) -> None:
        self.world, self.worker = world, worker
        self.keeper = SignedThresholds(folder / "t.json", folder / "t.key", valid_for=48 * HOUR)
        self.trouble: Exception | None = None
        self.code = CodeParts(CodeJoiner(), CodeAssessor())
        assessor = ReleaseAssessor()
        parts = replace(worker.parts, services=SERVICES, keeper=self.keeper, code=self.code, assessor=assessor)
        self.heartbeat = Heartbeat(parts, worker.lease, worker.writer)
        self.admission = Admission(
            intent=world,
            gate=ReleaseGate(compile_policies((), lambda _name: None, lambda _name: None)),
            assessor=assessor,
            open_ledger=self._open,
            open_reader=self._open,
            keeper=self.keeper,
            settings=worker.parts.settings,
            services=SERVICES,
            actor="ann@desk",
            clock=lambda _floor: world.clock(),
            code=self.code,
            entry=EntryParts(ReleaseExtras(), settings, ("chat", "pager"), world),
        )
        assert self.heartbeat.beat().not_kept == ""

    @contextmanager
    def _open(self) -> Iterator[Any]:
        if self.trouble is not None:
            raise self.trouble
        yield self.worker.ledger

    def gate(
        self, version: str = "1", told: Scan | None = None, stage: Stage = Stage.DEPLOY, **brought: Any
    ) -> Decision:
        bringing = Bringing(told, **brought)
        return self.admission.decide(Release("shop", version), stage, bringing=bringing)

    def tighten(self, weight: float) -> None:
        self.worker.writer.add_signals([Signal("shop", SignalKind.DRIFT, weight, self.world.now, "drift")])

    def open(self, source: FindingSource) -> list[str]:
        found = self.worker.ledger.findings(service="shop")
        return [each.finding.path for each in found if each.finding.source is source]


@pytest.fixture
def open_shop(world: Any, start: Callable[..., Any], tmp_path: Path) -> Callable[..., Shop]:
    world.declared, world.actual = {}, {}
    return lambda **settings: Shop(world, start(), tmp_path, EntrySettings(**settings))


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()


def _told(decision: Decision) -> list[str]:
    return [each.message for each in decision.reasons]


# Scans


def test_a_scan_counts_and_is_kept_for_the_gates_that_follow(shop: Shop) -> None:
    at_build = shop.gate(told=scan(weakness()), stage=Stage.BUILD)
    at_deploy = shop.gate()
    assert at_build.risk == at_deploy.risk == pytest.approx(6.4 * 1.25)
    assert shop.open(FindingSource.CODE) == ["shop/orders.py#000000000001"]
    assert shop.gate("2").risk == 1.0


def test_a_weakness_gets_older_in_whatever_file_it_is(shop: Shop, world: Any) -> None:
    one = weakness()
    shop.gate(told=scan(one))
    world.pass_time(30 * 24 * HOUR)
    shop.heartbeat.beat()
    moved = replace(one, place=replace(one.place, file="shop/sales.py"))
    decision = shop.gate("2", scan(moved))
    assert next(each.value for each in decision.risk_factors if each.name == "age") == pytest.approx(1.25)
    assert shop.open(FindingSource.CODE) == ["shop/sales.py#000000000001"]
    (record,) = (each for each in shop.worker.ledger.findings() if each.finding.source is FindingSource.CODE)
    assert (record.times_opened, record.opened_at) == (1, record.first_seen)
    assert record.first_seen < world.now


def test_what_an_earlier_release_had_is_not_new(shop: Shop) -> None:
    first = shop.gate("1", scan(weakness(1)))
    second = shop.gate("2", scan(weakness(1), weakness(2)))
    again = shop.gate("2")
    assert [each.evidence["is_new"] for each in first.reasons if "is_new" in each.evidence] == [None]
    for decision in (second, again):
        told = {each.message[:26]: each.evidence["is_new"] for each in decision.reasons if "is_new" in each.evidence}
        assert told == {"cwe-89 at shop/orders.py:1": False, "cwe-89 at shop/orders.py:2": True}


def test_a_scanner_that_was_asked_for_and_failed_could_not_tell(shop: Shop) -> None:
    failed = ran(status=ScanStatus.FAILED, reason="it ended by signal 9")
    decision = shop.gate(told=scan(runs=(failed,)))
    assert decision.verdict is Verdict.UNKNOWN
    assert _told(decision)[0] == "its source was not scanned wholly: bandit: failed, it ended by signal 9"
    beside = replace(failed, must_run=False)
    assert shop.gate("2", scan(runs=(ran("ruff"), beside))).verdict is Verdict.ADMIT


def test_a_kind_of_scan_that_is_required_has_to_be_there(open_shop: Callable[..., Shop]) -> None:
    rules = (
        ScanRule(frozenset({ScanKind.SAST, ScanKind.SECRETS}), services=("shop",)),
        ScanRule(frozenset({ScanKind.DAST}), tiers=frozenset({Tier.CRITICAL})),
    )
    shop = open_shop(scans=rules)
    nothing = shop.gate()
    assert nothing.verdict is Verdict.UNKNOWN
    assert [each for each in _told(nothing) if "is required" in each] == [
        f"no scan of kind {kind} of this release is known, and one is required: give --scan, or --sarif FILE"
        for kind in ("sast", "secrets")
    ]
    secrets = ran("gitleaks", ScanStatus.PARTIAL, kind=ScanKind.SECRETS, must_run=False, reason="cut")
    half = shop.gate(told=scan(runs=(ran(), secrets)))
    assert "a scan of kind secrets is required, and none is whole: gitleaks: partial, cut" in _told(half)
    whole = scan(runs=(replace(secrets, status=ScanStatus.COMPLETE),))
    assert shop.gate(told=whole).verdict is Verdict.ADMIT
    assert shop.gate().verdict is Verdict.ADMIT


def test_that_one_scanner_had_nothing_to_read_is_no_scan_where_another_could_not_run(
    open_shop: Callable[..., Shop],
) -> None:
    shop = open_shop(scans=(ScanRule(frozenset({ScanKind.SAST})),))
    skipped = ran("ruff", ScanStatus.SKIPPED, must_run=False)
    missing = ran("semgrep", ScanStatus.MISSING, must_run=False, reason="semgrep is not installed")
    doubt = shop.gate(told=scan(runs=(skipped, missing)))
    assert doubt.verdict is Verdict.UNKNOWN
    assert any("a scan of kind sast is required, and none is whole" in each for each in _told(doubt))
    assert shop.gate("2", scan(runs=(skipped, ran("bandit", ScanStatus.SKIPPED)))).verdict is Verdict.ADMIT
    assert shop.gate("3", scan(runs=(ran("bandit"), missing))).verdict is Verdict.ADMIT


def test_a_scan_supposed_is_not_kept(shop: Shop) -> None:
    bringing = Bringing(scan(weakness()))
    is_so, would_be = shop.admission.suppose(
        Release("shop", "1"), Stage.DEPLOY, WhatIf(("code/cwe-89",)), bringing=bringing
    )
    assert is_so.risk == pytest.approx(8.0)
    assert would_be.risk == 1.0
    assert shop.open(FindingSource.CODE) == []
    assert shop.gate().risk == 1.0


@pytest.mark.parametrize("trouble", [LedgerError("there is no ledger here"), TemporaryError("it is locked")])
def test_without_the_ledger_the_scan_that_is_brought_counts(shop: Shop, trouble: Exception) -> None:
    shop.trouble = trouble
    decision = shop.gate(told=scan(weakness()))
    assert decision.risk == pytest.approx(8.0)
    assert (decision.verdict, decision.threshold) == (Verdict.ADMIT, 16.0)
    (reason,) = [each for each in decision.reasons if each.policy == "code/cwe-89"]
    assert reason.evidence["because"] == "what agents saw, only the ledger knows"


def test_without_ledger_and_scan_a_service_with_weaknesses_could_not_be_told(shop: Shop) -> None:
    shop.gate(told=scan(weakness()))
    shop.heartbeat.beat()
    shop.trouble = LedgerError("gone")
    decision = shop.gate()
    assert decision.verdict is Verdict.UNKNOWN
    told = "1 weakness in its source, and of which release, only the ledger knows: scan this one with --scan"
    assert told in _told(decision)
    assert shop.gate(told=scan()).verdict is Verdict.ADMIT
    # What is no whole scan of the source does not take its place.
    for run in (ran("zap", kind=ScanKind.DAST), ran("x", kind=ScanKind.OTHER), ran(status=ScanStatus.MISSING)):
        assert told in _told(shop.gate(told=scan(runs=(run,))))


def test_a_heartbeat_leaves_findings_as_they_are_until_something_says_otherwise(shop: Shop, world: Any) -> None:
    shop.gate(told=scan(weakness()))
    before = shop.worker.ledger.findings(service="shop")
    world.pass_time(60)
    shop.heartbeat.beat()
    assert shop.worker.ledger.findings(service="shop") == before


# Extras


def test_a_tightened_service_names_what_it_needs_and_takes_it(shop: Shop) -> None:
    shop.tighten(2.0)
    low = scan(weakness(severity=Severity.LOW))
    refused = shop.gate(told=low)
    assert refused.verdict is Verdict.REFUSE
    assert [(each.name, each.brought) for each in refused.extras] == [("dast", ""), ("approval", "")]

    dynamic = scan(runs=(ran("zap", kind=ScanKind.DAST),))
    grant = shop.admission.approve(Release("shop", "1"), "looked at by two")
    admitted = shop.gate(told=dynamic)
    assert admitted.verdict is Verdict.ADMIT
    assert [each.brought for each in admitted.extras] == [
        "zap scanned it",
        f"ann@desk approved it, until {grant.expires_at.isoformat(timespec='seconds')}: looked at by two",
    ]
    assert shop.gate("2", low).verdict is Verdict.REFUSE


def test_an_approval_is_over_when_it_expires(open_shop: Callable[..., Shop], world: Any) -> None:
    shop = open_shop(grants_last=HOUR)
    shop.tighten(2.5)
    dynamic = scan(weakness(severity=Severity.LOW), runs=(ran(), ran("zap", kind=ScanKind.DAST)))
    shop.admission.approve(Release("shop", "1"), "looked at")
    assert shop.gate(told=dynamic).verdict is Verdict.ADMIT
    world.pass_time(HOUR)
    assert shop.gate().verdict is Verdict.REFUSE


def test_a_canary_is_remembered_for_the_next_stage(shop: Shop) -> None:
    shop.tighten(3.05)
    told = scan(weakness(severity=Severity.LOW, score=1.0), runs=(ran(), ran("zap", kind=ScanKind.DAST)))
    shop.admission.approve(Release("shop", "1"), "looked at")
    assert shop.gate(told=told).verdict is Verdict.REFUSE
    assert shop.gate(canary_share=20.0).verdict is Verdict.REFUSE
    assert shop.gate(canary_share=10.0).verdict is not Verdict.UNKNOWN
    assert [bool(each.brought) for each in shop.gate(stage=Stage.ADMIT).extras] == [True, True, True]


def test_a_clean_fix_of_a_service_that_was_hit_needs_nothing(shop: Shop) -> None:
    shop.tighten(50.0)
    decision = shop.gate(told=scan())
    assert (decision.verdict, decision.extras) == (Verdict.ADMIT, ())


def test_what_was_approved_only_the_ledger_knows(shop: Shop) -> None:
    shop.tighten(2.0)
    shop.heartbeat.beat()
    shop.trouble = LedgerError("gone")
    told = scan(weakness(severity=Severity.LOW), runs=(ran(), ran("zap", kind=ScanKind.DAST)))
    decision = shop.gate(told=told)
    assert decision.verdict is Verdict.UNKNOWN
    assert any("only the ledger knows whether it was brought" in each for each in _told(decision))


@pytest.mark.parametrize("share", [0.0, -1.0, 100.5, float("nan")])
def test_what_is_no_share_is_refused(shop: Shop, share: float) -> None:
    with pytest.raises(BroughtError, match="is no share of the traffic"):
        shop.gate(canary_share=share)


@pytest.mark.parametrize(("service", "reason", "kind"), [("shp", "x", NotFoundError), ("shop", " ", InputError)])
def test_an_approval_names_a_service_and_a_reason(shop: Shop, service: str, reason: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        shop.admission.approve(Release(service, "1"), reason)


# Emergencies


def _refused(shop: Shop, version: str = "1", **brought: Any) -> Decision:
    critical = [weakness(each, severity=Severity.CRITICAL, score=10.0, is_new=True) for each in (1, 2)]
    shop.tighten(1.0)
    return shop.gate(version, scan(*critical), **brought)


def test_an_emergency_lets_in_and_tells_everybody_at_once(shop: Shop, world: Any) -> None:
    assert _refused(shop).verdict is Verdict.REFUSE
    decision = shop.gate(break_glass=EMERGENCY)
    assert (decision.verdict, decision.decided) == (Verdict.ADMIT, Verdict.REFUSE)
    assert decision.break_glass is not None
    assert decision.break_glass.expires_at == world.now + timedelta(hours=4)
    ledger = shop.worker.ledger
    assert ledger.gate_decisions("shop")[0][1] == decision
    assert [each.channel for each in ledger.deliveries("default")] == ["pager", "chat"]
    assert ledger.due_deliveries("default", world.now).keys() == {"chat", "pager"}
    (alert,) = world.alerts
    assert (alert.kind, alert.severity, alert.subject) == ("break-glass", Severity.CRITICAL, "release:shop@1")
    assert shop.open(FindingSource.GATE) == ["1"]
    (used,) = [each for each in ledger.audit() if each.action == "break-glass used"]
    assert (used.actor, used.details["ticket"]) == ("ann@desk", "INC-4711")
    (recorded,) = [each for each in ledger.audit() if each.details.get("decided")]
    assert (recorded.details["verdict"], recorded.details["decided"]) == ("admit", "refuse")


def test_it_holds_for_the_release_until_it_expires(shop: Shop, world: Any) -> None:
    _refused(shop, break_glass=EMERGENCY)
    assert shop.gate(stage=Stage.ADMIT).verdict is Verdict.ADMIT
    assert _refused(shop, "2").verdict is Verdict.REFUSE
    world.pass_time(4 * HOUR)
    decision = shop.gate()
    assert (decision.verdict, decision.break_glass) == (Verdict.REFUSE, None)
    assert shop.open(FindingSource.GATE) == ["1"]


def test_what_could_not_be_told_is_let_in_as_well(shop: Shop) -> None:
    decision = shop.gate(told=scan(runs=(ran(status=ScanStatus.TIMED_OUT),)), break_glass=EMERGENCY)
    assert (decision.verdict, decision.decided) == (Verdict.ADMIT, Verdict.UNKNOWN)


def test_a_later_release_that_is_admitted_regularly_ends_it(shop: Shop, world: Any) -> None:
    _refused(shop, break_glass=EMERGENCY)
    world.pass_time(60)
    assert shop.gate("2", scan(), Stage.BUILD).verdict is Verdict.ADMIT
    assert shop.open(FindingSource.GATE) == ["1"]
    assert shop.gate("2").verdict is Verdict.ADMIT
    assert shop.open(FindingSource.GATE) == []


def test_who_is_admitted_anyway_breaks_no_glass(shop: Shop, world: Any) -> None:
    decision = shop.gate(break_glass=EMERGENCY)
    assert (decision.verdict, decision.break_glass) == (Verdict.ADMIT, None)
    assert world.alerts == []
    assert shop.open(FindingSource.GATE) == []


def test_the_health_of_the_loop_tells_of_it(shop: Shop) -> None:
    _refused(shop, break_glass=EMERGENCY)
    (told,) = shop.heartbeat.beat().broken_glass
    assert told.startswith("shop 1: break-glass INC-4711 by ann@desk until 2026-05-01T16:00:00+00:00: the shop")


@pytest.mark.parametrize("trouble", [LedgerError("it is damaged"), TemporaryError("it is locked")])
def test_where_nobody_would_hear_of_it_there_is_none(shop: Shop, trouble: Exception) -> None:
    shop.trouble = trouble
    with pytest.raises(CouldNotTellError, match="can neither be recorded nor told to anybody"):
        shop.gate(break_glass=EMERGENCY)


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [("", "x"), (" ", "x"), ("no ticket yet", "x"), ("A" * 201, "x"), ("INC-1\n", "x"), ("INC-1", " ")],
)
def test_a_ticket_and_a_reason_have_to_say_something(shop: Shop, ticket: str, reason: str) -> None:
    with pytest.raises(BroughtError):
        shop.gate(break_glass=BreakGlassRequest(ticket, reason))


def test_a_ticket_is_of_the_form_that_is_configured(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(ticket="INC-[0-9]+")
    with pytest.raises(BroughtError, match="give one that matches INC"):
        shop.gate(break_glass=BreakGlassRequest("OPS-1", "x"))
    assert shop.gate(break_glass=EMERGENCY).verdict is Verdict.ADMIT


def test_an_emergency_that_is_not_recorded_is_not_told(shop: Shop, world: Any) -> None:
    def fail(_decision: Decision) -> None:
        raise RuntimeError("answered before")

    critical = scan(*(weakness(each, score=10.0) for each in range(9)))
    shop.tighten(1.0)
    with pytest.raises(RuntimeError):
        shop.admission.decide(
            Release("shop", "1"), Stage.DEPLOY, fail, bringing=Bringing(critical, break_glass=EMERGENCY)
        )
    assert world.alerts == []
    assert shop.worker.ledger.deliveries("default") == []
    assert shop.open(FindingSource.GATE) == shop.open(FindingSource.CODE) == []
    assert shop.worker.ledger.code().scan(Release("shop", "1")) is None
    assert Urn.release("shop", "1") not in {each.subject for each in shop.worker.ledger.audit()}
