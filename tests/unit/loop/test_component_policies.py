"""What policies say of components: of what runs whenever something of it changes, and of a release at its gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.decide.component import ComponentAssessor
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.decide.policy.compile import compile_policies
from setpoint.decide.policy.component import components_in
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.decide.replay import ChangeKind, Replayer
from setpoint.loop.flaws import ComponentParts, made_of
from setpoint.loop.heartbeat import Heartbeat
from setpoint.model.advisory import Advisory, Affected, AffectedStatus, Match
from setpoint.model.circumstances import Circumstances
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.decision import Decision, Verdict
from setpoint.model.history import GateCase, Lost, PastGate
from setpoint.model.inventory import Flaw, Instance
from setpoint.model.policy import Effect, Policy, Severity, Stage, Subject
from setpoint.model.service import Release, Service
from setpoint.model.waiver import Waiver

PLACE = "pkg:pypi/pymupdf@1"
LICENCE, MILD = "licence/copyleft", "flaws/mild"
THEN = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Told:
    """Every advisory is about all versions of its package, or nobody knows."""

    severity: Severity = Severity.HIGH
    status: AffectedStatus = AffectedStatus.AFFECTED

    def match(self, advisories: Iterable[Advisory], components: Sequence[Component]) -> list[list[Match]]:
        known = list(advisories)
        return [
            [Match(each.id, self.status) for each in known if each.affected[0].package == one.package]
            for one in components
        ]

    def merge(self, advisories: Iterable[Advisory]) -> list[Flaw]:
        return [
            Flaw(each.id, (each.id,), (each.id,), "", self.severity) for each in advisories if each.withdrawn is None
        ]


def policy(name: str, reads: str, expression: str, effect: Effect = Effect.ALERT) -> Policy:
    return Policy(
        name,
        "it is against a policy",
        "why",
        "remedy",
        Severity.LOW,
        Subject.RESOURCE,
        ("Setpoint::Component",),
        (reads,),
        expression,
        {Stage.RUNTIME: effect},
    )


COPYLEFT = policy(LICENCE, "licence_expression", "!bound_by(resource.licence_expression, ['AGPL-*'])")
NO_FLAW = policy(MILD, "severity", "resource.severity != 'high'")


@dataclass
class Shop:
    worker: Any
    matcher: Told = field(default_factory=Told)

    def judged_by(self, *policies: Policy) -> None:
        """From the next life of the program on."""
        compiled = compile_policies(policies, lambda _name: None, lambda _name: None)
        self.components = ComponentParts(self.matcher, ComponentAssessor(), ComponentGuardrails(compiled))
        self.worker.parts = replace(self.worker.parts, components=self.components)
        self.worker.heartbeat = Heartbeat(self.worker.parts, self.worker.lease, self.worker.writer)

    @property
    def now(self) -> datetime:
        now: datetime = self.worker.parts.clock.now()
        return now

    def runs(self, licence: str, service: str = "shop", version: str = "1.4") -> None:
        component = Component(PackageName("pypi", "pymupdf"), "1", PLACE, (licence,))
        sbom, visitor = Sbom((component,)), self.worker.ledger.visitor().inventory()
        visitor.add_sbom(sbom, self.now)
        visitor.set_release_sbom(service, version, sbom.digest, self.now)
        visitor.report_instances([Instance(service, "web-1", version)], self.now)

    def advise(self, name: str = "A-1", withdrawn: datetime | None = None) -> None:
        affected = Affected(PackageName("pypi", "pymupdf"), "PyPI")
        advisory = Advisory(name, (), self.now, None, withdrawn, "a flaw", (affected,))
        self.worker.ledger.visitor().inventory().put_advisories([advisory], self.now)

    def look(self) -> None:
        self.worker.heartbeat.take_inventory()
        self.worker.world.pass_time(1)

    def beat(self) -> None:
        self.worker.heartbeat.beat()
        self.worker.world.pass_time(60)

    def replay(self, *policies: Policy) -> list[tuple[str, str, str]]:
        """Service, policy and kind of every change that these policies make to what was decided of what ran."""
        compiled = compile_policies(policies, lambda _name: None, lambda _name: None)
        judging = (PolicyJudge(compiled), ReleaseGate(compiled), ComponentGuardrails(compiled))
        replayer = Replayer(*judging, {each.id for each in policies})
        scope = self.worker.parts.settings.scope
        states = [each for each in self.worker.ledger.past_states(scope, THEN, None) if not isinstance(each, Lost)]
        found = [change for state in states for change in replayer.state(state).changes]
        return [(each.service, each.policy, each.kind) for each in found]

    def rules(self, service: str = "shop") -> list[str]:
        return sorted(each.finding.rule for each in self.worker.ledger.findings(service=service))


@pytest.fixture
def shop(start: Callable[..., Any]) -> Shop:
    made = Shop(start())
    made.judged_by(COPYLEFT, NO_FLAW)
    return made


def test_what_runs_under_such_a_licence_is_found_and_told(shop: Shop) -> None:
    shop.runs("AGPL-3.0-only")
    shop.runs("MIT", service="other")
    shop.look()
    assert (shop.rules(), shop.rules("other")) == ([LICENCE], [])
    told = [(each.kind, each.details["path"]) for each in shop.worker.world.alerts if each.kind == "guardrail"]
    assert told == [("guardrail", PLACE)]


def test_another_release_closes_it(shop: Shop) -> None:
    shop.runs("AGPL-3.0-only")
    shop.look()
    shop.runs("MIT", version="1.5")
    shop.look()
    assert shop.rules() == []


def test_a_policy_that_is_new_or_gone_holds_from_the_next_beat(shop: Shop) -> None:
    shop.judged_by(NO_FLAW)
    shop.runs("AGPL-3.0-only")
    shop.beat()
    assert shop.rules() == []
    shop.judged_by(NO_FLAW, COPYLEFT)
    shop.beat()
    assert shop.rules() == [LICENCE]
    shop.judged_by()
    shop.beat()
    assert shop.rules() == []


def test_a_policy_on_flaws_heeds_an_advisory_at_once_and_until_it_is_withdrawn(shop: Shop) -> None:
    shop.runs("MIT")
    shop.look()
    shop.advise()
    shop.look()
    assert shop.rules() == ["component/A-1", MILD]
    shop.advise(withdrawn=THEN)
    shop.look()
    assert shop.rules() == []


def test_what_cannot_be_told_any_more_stays_open(shop: Shop) -> None:
    shop.runs("AGPL-3.0-only")
    shop.advise()
    shop.look()
    shop.matcher.status = AffectedStatus.COULD_NOT_COMPARE
    shop.advise("A-1", withdrawn=THEN)
    shop.advise("A-2")
    shop.look()
    assert shop.rules() == ["component/A-2", MILD, LICENCE]


def test_what_is_told_of_several_services_is_told_of_each_as_it_was_decided(shop: Shop) -> None:
    """Whatever the order in which they are concluded: here not that of their names."""
    shop.judged_by(policy(LICENCE, COPYLEFT.reads[0], COPYLEFT.expression, Effect.WARN))
    for service in ("web", "api"):
        shop.runs("AGPL-3.0-only", service=service)
    shop.matcher.severity = Severity.LOW
    shop.advise()
    shop.look()
    told = sorted((each.service, each.kind) for each in shop.worker.world.alerts)
    assert told == [("api", "guardrail"), ("web", "guardrail")]


def test_a_release_brings_its_bill_to_the_gate_and_the_ledger_keeps_it(shop: Shop) -> None:
    shop.matcher.status = AffectedStatus.COULD_NOT_COMPARE
    shop.runs("AGPL-3.0-only")
    shop.advise()
    release = Release("shop", "1.4")
    known = made_of(shop.worker.ledger.inventory(), shop.components, release)
    (component,) = (each for listed in known.bill for each in components_in(listed))
    assert component.properties["licences"] == ["AGPL-3.0-only"]
    case = GateCase(release, Stage.DEPLOY, Service("shop"), known.bill, Circumstances(shop.now, None))
    decision = Decision(release.urn, "shop", Stage.DEPLOY, Verdict.ADMIT, Effect.NONE)
    shop.worker.ledger.visitor().put_decision(decision, shop.now, case=case)
    (past,) = shop.worker.ledger.past_gates(THEN, None)
    assert isinstance(past, PastGate)
    (kept,) = (each for listed in past.case.resources for each in components_in(listed))
    assert kept == component


def test_what_ran_is_judged_again_by_other_policies(shop: Shop) -> None:
    shop.judged_by(COPYLEFT)
    shop.runs("AGPL-3.0-only")
    shop.runs("MIT", service="other")
    shop.look()
    shop.advise()  # which no policy asks about so far
    shop.look()
    shop.runs("MIT", version="1.5")
    shop.look()
    assert shop.replay(COPYLEFT) == []
    assert shop.replay() == [("shop", LICENCE, ChangeKind.NO_LONGER)] * 2
    newly = ChangeKind.NEWLY_VIOLATED
    assert shop.replay(COPYLEFT, NO_FLAW) == [("shop", MILD, newly), ("other", MILD, newly), ("shop", MILD, newly)]


def test_a_waiver_of_then_counts_when_it_is_judged_again(shop: Shop) -> None:
    waiver = Waiver("", "service:shop", "licence/*", "pkg:*", "agreed", "legal", "", shop.now, shop.now + DAY)
    shop.worker.ledger.visitor().add_waiver(waiver)
    shop.runs("AGPL-3.0-only")
    shop.beat()
    assert shop.rules() == []
    assert shop.replay(COPYLEFT, NO_FLAW) == []
    (past,) = shop.worker.ledger.past_states(shop.worker.parts.settings.scope, THEN, None, service="shop")
    assert [each.owner for each in past.grounds.exceptions.waivers] == ["legal"]


def test_what_runs_nothing_any_more_is_over(shop: Shop) -> None:
    shop.runs("AGPL-3.0-only")
    shop.look()
    shop.worker.ledger.visitor().inventory().remove_instances("shop", ["web-1"], shop.now)
    shop.look()
    scope = shop.worker.parts.settings.scope
    assert [each.service for each in shop.worker.ledger.past_states(scope, THEN, None)] == ["shop"]
    assert list(shop.worker.ledger.past_states(scope, shop.now, None)) == []
