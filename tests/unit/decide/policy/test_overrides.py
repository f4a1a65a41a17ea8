"""What overrides make of policies: nothing where none applies, the last word where several do, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.overrides import OverriddenPolicies, resolve
from setpoint.errors import InputError
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Policy, Severity, Stage
from setpoint.model.service import Service, Tier

MakePolicy = Callable[..., Policy]
CompileAll = Callable[..., PolicySet]

INSTANCE = "AWS::RDS::DBInstance"
GUARDRAILS = ("exposure/database", "exposure/port", "encryption/database")
DRIFT = "drift/changed"
SHOP = Service("shop-web", Tier.LOW, environment="staging")


@pytest.fixture
def policies(guardrail: MakePolicy, drift_policy: MakePolicy, compile_all: CompileAll) -> PolicySet:
    return compile_all(
        *(guardrail("resource.PubliclyAccessible == false", id=each) for each in GUARDRAILS),
        drift_policy("true", id=DRIFT),
    )


def override(policy: str = "exposure/*", **changes: Any) -> Override:
    usual = Override(policy, "only test data there", effects={Stage.DEPLOY: Effect.WARN}, where="setpoint.yaml:7")
    return replace(usual, **changes)


def effects(policies: PolicySet, stage: Stage = Stage.DEPLOY) -> dict[str, Effect]:
    return {each.id: each.effect(stage) for each in policies.policies}


SERVICES = st.builds(
    Service,
    name=st.sampled_from(("shop-web", "shop-api", "payments")),
    tier=st.sampled_from(Tier),
    environment=st.sampled_from(("", "production", "staging")),
)
OVERRIDES = st.builds(
    Override,
    policy=st.sampled_from(("*", "exposure/*", "exposure/database", "drift/*")),
    reason=st.sampled_from(("agreed", "a test")),
    severity=st.none() | st.sampled_from(Severity),
    effects=st.dictionaries(st.sampled_from(Stage), st.sampled_from((Effect.NONE, Effect.WARN, Effect.DENY))),
    services=st.lists(st.sampled_from(("*", "shop-*", "payments")), max_size=2).map(tuple),
    tiers=st.frozensets(st.sampled_from(Tier), max_size=2),
    environments=st.lists(st.sampled_from(("production", "stag*")), max_size=2).map(tuple),
    where=st.integers(1, 99).map("setpoint.yaml:{}".format),
)
properly = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def last_word(overrides: Sequence[Override], service: Service, policy: Policy, stage: Stage) -> Effect:
    """The rule, said otherwise: the last entry that is for the service, about the policy and names the stage."""
    if policy.id == DRIFT and stage is not Stage.RUNTIME:
        return policy.effect(stage)
    said = [each.effects.get(stage) for each in overrides if each.is_for(service) and each.speaks_of(policy.id)]
    return ([policy.effect(stage), *(each for each in said if each is not None)])[-1]


@properly
@given(overrides=st.lists(OVERRIDES, max_size=5), service=SERVICES)
def test_the_last_entry_that_names_a_stage_counts_there(
    policies: PolicySet, overrides: list[Override], service: Service
) -> None:
    revised = {each.id: each for each in resolve(policies, overrides, service).policies}
    for policy in policies.policies:
        for stage in Stage:
            expected = last_word(overrides, service, policy, stage)
            assert revised[policy.id].effect(stage) is expected
            assert (stage in revised[policy.id].effect_revisions) is (expected is not policy.effect(stage))
        severities = [each.severity for each in overrides if each.is_for(service) and each.speaks_of(policy.id)]
        assert revised[policy.id].severity is [policy.severity, *filter(None, severities)][-1]


@properly
@given(overrides=st.lists(OVERRIDES, max_size=4), service=SERVICES, data=st.data())
def test_entries_that_speak_of_different_things_may_stand_in_any_order(
    policies: PolicySet, overrides: list[Override], service: Service, data: st.DataObject
) -> None:
    stages = list(Stage)
    apart = [replace(each, severity=None, effects={stages[index]: Effect.WARN}) for index, each in enumerate(overrides)]
    shuffled = data.draw(st.permutations(apart))
    assert resolve(policies, apart, service).policies == resolve(policies, shuffled, service).policies


@properly
@given(overrides=st.lists(OVERRIDES, max_size=4), service=SERVICES)
def test_what_is_for_others_changes_nothing(policies: PolicySet, overrides: list[Override], service: Service) -> None:
    others = [each for each in overrides if not each.is_for(service)]
    assert resolve(policies, others, service) is policies
    assert (
        resolve(policies, overrides, service).policies
        == resolve(policies, [each for each in overrides if each.is_for(service)], service).policies
    )


@given(one=OVERRIDES, service=SERVICES)
def test_narrowing_never_widens(one: Override, service: Service) -> None:
    for wider in (replace(one, services=()), replace(one, tiers=frozenset()), replace(one, environments=())):
        assert wider.is_for(service) or not one.is_for(service)


@pytest.mark.parametrize(
    ("narrowed", "service", "applies"),
    [
        ({}, Service("anyone"), True),
        ({"services": ("shop-*",)}, SHOP, True),
        ({"services": ("shop",)}, SHOP, False),
        ({"services": ("payments", "shop-???")}, SHOP, True),
        ({"tiers": frozenset({Tier.LOW, Tier.STANDARD})}, SHOP, True),
        ({"tiers": frozenset({Tier.CRITICAL})}, SHOP, False),
        ({"environments": ("staging",)}, SHOP, True),
        ({"environments": ("staging",)}, Service("shop-web"), False),
        ({"services": ("shop-*",), "tiers": frozenset({Tier.LOW}), "environments": ("prod*",)}, SHOP, False),
    ],
)
def test_each_of_services_tiers_and_environments_narrows(
    policies: PolicySet, narrowed: dict[str, Any], service: Service, *, applies: bool
) -> None:
    told = effects(resolve(policies, [override(**narrowed)], service))
    exposure = Effect.WARN if applies else Effect.DENY
    assert told == {
        "exposure/database": exposure,
        "exposure/port": exposure,
        "encryption/database": Effect.DENY,
        DRIFT: Effect.NONE,
    }


def test_what_an_override_turns_on_is_asked_and_what_it_turns_off_says_so(policies: PolicySet) -> None:
    turned = {Stage.ADMIT: Effect.DENY, Stage.DEPLOY: Effect.NONE}
    revised = resolve(policies, [override("exposure/port", effects=turned)], SHOP)
    assert [each.compiled.policy.id for each in revised.guardrails(INSTANCE, Stage.ADMIT)] == ["exposure/port"]
    assert len(revised.guardrails(INSTANCE, Stage.DEPLOY)) == 3
    silenced = revised.guardrail("exposure/port", INSTANCE).compiled.policy
    assert (silenced.is_silenced(Stage.DEPLOY), silenced.is_silenced(Stage.BUILD)) == (True, False)
    assert silenced.revisions(Stage.DEPLOY) == ("none instead of deny, as setpoint.yaml:7 says: only test data there",)


def test_nothing_is_compiled_again_for_the_ten_thousandth_service(policies: PolicySet) -> None:
    revised = OverriddenPolicies(policies, [override(services=("shop-*",)), override(tiers=frozenset({Tier.LOW}))])
    services = [
        Service(f"{name}-{number}", tier) for number in range(2500) for name in ("shop", "bank") for tier in Tier
    ]
    sets = {id(each): each for each in map(revised.of, services)}
    assert len(sets) == 4  # neither, one, the other, both
    programs = {id(each.guardrail(name, INSTANCE).compiled.program) for each in sets.values() for name in GUARDRAILS}
    assert len(programs) == len(GUARDRAILS)


def test_the_version_changes_for_whom_something_changes_at_runtime(policies: PolicySet) -> None:
    def versions(*overrides: Override) -> list[str]:
        revised = OverriddenPolicies(policies, overrides)
        return [revised.version(INSTANCE, each) for each in (SHOP, Service("payments"))]

    before = versions()
    assert before[0] == before[1]
    assert versions(override(services=("shop-*",), effects={Stage.DEPLOY: Effect.NONE})) == before
    for changed in ({"severity": Severity.LOW}, {"effects": {Stage.RUNTIME: Effect.ALERT}}):
        shop, payments = versions(override(services=("shop-*",), **changed))
        assert (shop != before[0], payments) == (True, before[1])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            override("exposure/databse"),
            "setpoint.yaml:7: there is no policy exposure/databse; did you mean exposure/da",
        ),
        (override("exposre/*"), "there is no policy exposre/*; did you mean exposure/*?"),
        (override(effects={Stage.BUILD: Effect.REMEDIATE}), "exposure/* cannot remediate at build; at build it can be"),
        (override("drift/*"), "drift/* speaks of drift, which there is at runtime only; leave runtime alone"),
    ],
)
def test_an_override_that_cannot_apply_is_told_with_its_place(policies: PolicySet, wrong: Override, told: str) -> None:
    with pytest.raises(InputError) as raised:
        OverriddenPolicies(policies, [override(), wrong])
    assert told in raised.value.diagnostics()


def test_a_service_that_nobody_knows_is_no_mistake(policies: PolicySet) -> None:
    revised = OverriddenPolicies(policies, [override(services=("shpo-web",))])
    assert revised.of(SHOP) is policies
