"""Policies on components: what they say of what runs, and of what a release is made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.decide.gate import ReleaseGate
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.component import bill_resource
from setpoint.model.circumstances import Circumstances
from setpoint.model.component import Component, PackageName
from setpoint.model.decision import Decision, Outcome, Verdict
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.finding import FindingSource
from setpoint.model.inventory import Flaw, FlawUse, UsedComponent
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Policy, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Threshold
from setpoint.model.waiver import Waiver

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PLACE = "pkg:pypi/pymupdf@1"
SILENT = Override("licence/*", "not sold", effects=dict.fromkeys((Stage.DEPLOY, Stage.RUNTIME), Effect.NONE))
WAIVER = Waiver("W-1", "service:shop", "licence/*", "pkg:*", "agreed", "legal", "", NOW, NOW + timedelta(days=9))

MakePolicy = Callable[..., Policy]


def component(name: str, *licences: str, **others: Any) -> UsedComponent:
    return UsedComponent(Component(PackageName("pypi", name), "1", f"pkg:pypi/{name}@1", licences), **others)


def untold(name: str) -> UsedComponent:
    """Nobody knows whether it is affected."""
    used = component(name)
    flaw = Flaw("A-1", ("A-1",), ("A-1",), "", Severity.HIGH)
    return component(name, flaws=(FlawUse(flaw, "shop", used.component, could_not_compare=True),))


USED = [component("pymupdf", "AGPL-3.0-only"), component("requests", "Apache-2.0"), component("own")]


@pytest.fixture
def copyleft(guardrail: MakePolicy) -> MakePolicy:
    def make(effect: Effect = Effect.DENY, **changes: Any) -> Policy:
        usual: dict[str, Any] = {
            "id": "licence/copyleft",
            "title": "Component is under copyleft",
            "severity": Severity.LOW,
            "types": ("Setpoint::Component",),
            "reads": ("licence_expression",),
            "effects": {Stage.DEPLOY: effect, Stage.RUNTIME: effect},
        }
        return guardrail("!bound_by(resource.licence_expression, ['AGPL-*'])", **{**usual, **changes})

    return make


@pytest.fixture
def mild(guardrail: MakePolicy, copyleft: MakePolicy) -> Policy:
    """No component has a grave flaw."""
    reads, expression = ("severity",), "resource.severity == null || resource.severity == 'low'"
    made = copyleft(reads=reads, id="flaws/mild")
    return guardrail(expression, id=made.id, types=made.types, reads=reads, effects=made.effects)


@pytest.fixture
def gate(compile_all: Callable[..., PolicySet]) -> Callable[..., Decision]:
    def decide(*policies: Policy, used: Any = USED, overrides: Any = (), waivers: Any = ()) -> Decision:
        compiled = compile_all(*policies)
        bill: Resource = ComponentGuardrails(compiled).bill(used)
        shown = Circumstances(NOW, Threshold("shop", 4.0, 4.0, 0.0, (), NOW), waivers=waivers)
        chosen = ReleaseGate(compiled, overrides)
        return chosen.decide(Release("shop", "2"), Stage.DEPLOY, Service("shop"), [bill], shown)

    return decide


def test_a_component_against_a_policy_is_a_finding_of_the_service(
    copyleft: MakePolicy, compile_all: Callable[..., PolicySet]
) -> None:
    (found,), (decision,) = ComponentGuardrails(compile_all(copyleft())).judge(
        "shop", bill_resource(USED), NO_EXCEPTIONS
    )
    assert (found.urn, found.rule, found.path) == ("service:shop", "licence/copyleft", PLACE)
    assert (found.source, found.severity) == (FindingSource.GUARDRAIL, Severity.LOW)
    assert found.evidence == {"licence_expression": "AGPL-3.0-only"}
    # What is denied at a gate is told of where it runs.
    assert (decision.verdict, decision.effect, decision.path) == (
        Verdict.REFUSE,
        Effect.ALERT,
        f"{PLACE}[licence/copyleft]",
    )


def test_one_place_is_told_once(copyleft: MakePolicy, compile_all: Callable[..., PolicySet]) -> None:
    twice = [component("pymupdf", "MIT"), component("pymupdf", "AGPL-3.0-only"), component("pymupdf", "AGPL-1.0-only")]
    found, decisions = ComponentGuardrails(compile_all(copyleft())).judge("shop", bill_resource(twice), NO_EXCEPTIONS)
    assert (len(found), len(decisions)) == (1, 1)


def test_a_waiver_keeps_it_from_counting(copyleft: MakePolicy, compile_all: Callable[..., PolicySet]) -> None:
    guardrails = ComponentGuardrails(compile_all(copyleft()))
    (found,), (decision,) = guardrails.judge("shop", bill_resource(USED), Exceptions([WAIVER]))
    assert (found.accepted_by, decision.verdict, decision.waivers) == ("W-1", Verdict.ADMIT, ("W-1",))


def test_an_override_that_silences_it_is_said(copyleft: MakePolicy, compile_all: Callable[..., PolicySet]) -> None:
    guardrails = ComponentGuardrails(compile_all(copyleft()), [SILENT])
    found, (decision,) = guardrails.judge("shop", bill_resource(USED), NO_EXCEPTIONS)
    assert (found, decision.verdict, decision.effect) == ((), Verdict.ADMIT, Effect.NONE)
    assert "not sold" in decision.reasons[0].message


def test_what_could_not_be_told_is_no_finding_and_no_pass(mild: Policy, compile_all: Callable[..., PolicySet]) -> None:
    guardrails = ComponentGuardrails(compile_all(mild))
    ran = bill_resource([untold("requests"), component("own")])
    found, (decision,) = guardrails.judge("shop", ran, NO_EXCEPTIONS)
    assert (found, decision.verdict, decision.path) == ((), Verdict.UNKNOWN, "pkg:pypi/requests@1[flaws/mild]")


def test_a_version_is_told_only_where_policies_speak_of_what_runs(
    copyleft: MakePolicy, compile_all: Callable[..., PolicySet]
) -> None:
    at_gates = ComponentGuardrails(compile_all(copyleft(effects={Stage.DEPLOY: Effect.DENY})))
    assert at_gates.version("shop") == ""
    assert at_gates.judge("shop", bill_resource(USED), NO_EXCEPTIONS) == ((), ())
    versions = {ComponentGuardrails(compile_all(copyleft(each))).version("shop") for each in (Effect.WARN, Effect.DENY)}
    assert len(versions) == 2


def test_a_gate_refuses_what_a_policy_denies_and_names_the_component(gate: Any, copyleft: MakePolicy) -> None:
    decision = gate(copyleft())
    (reason,) = decision.reasons
    assert (decision.verdict, reason.policy, reason.outcome) == (Verdict.REFUSE, "licence/copyleft", Outcome.VIOLATED)
    assert reason.message == f"{PLACE}: Component is under copyleft"
    assert decision.risk > 1.0


def test_a_gate_that_warns_admits(gate: Any, copyleft: MakePolicy) -> None:
    decision = gate(copyleft(Effect.WARN))
    assert (decision.verdict, decision.effect) == (Verdict.ADMIT, Effect.WARN)


def test_a_gate_honours_waivers_and_overrides(gate: Any, copyleft: MakePolicy) -> None:
    assert gate(copyleft(), waivers=[WAIVER]).waivers == ("W-1",)
    silenced = gate(copyleft(), overrides=[SILENT])
    assert (silenced.verdict, silenced.risk) == (Verdict.ADMIT, 1.0)


def test_a_gate_cannot_tell_where_that_could_refuse(gate: Any, mild: Policy) -> None:
    assert gate(mild, used=[untold("requests")]).verdict is Verdict.UNKNOWN
    assert gate(mild).verdict is Verdict.ADMIT
