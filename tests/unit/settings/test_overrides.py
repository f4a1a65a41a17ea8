"""Overrides and environments, as the configuration may say them and as it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.service import Service, Tier
from setpoint.settings import Settings, load_settings

SMALLEST = "aws: {regions: [eu-west-1]}\nintent: [{terraform: terraform.tfstate}]\n"


def load(folder: Path, text: str) -> Settings:
    path = folder / "setpoint.yaml"
    path.write_text(SMALLEST + text, encoding="utf-8")
    return load_settings(path)


def test_an_override_says_for_whom_what_is_otherwise_and_why(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
overrides:
  - {policy: drift/*, severity: low, reason: noisy}
  - policy: exposure/bucket-*
    services: [shop-*]
    tiers: [low, standard]
    environments: [staging]
    effects: {runtime: alert, deploy: none}
    reason: only test data there
""",
    )
    file = tmp_path / "setpoint.yaml"
    assert settings.overrides == (
        Override("drift/*", "noisy", Severity.LOW, where=f"{file}:5"),
        Override(
            "exposure/bucket-*",
            "only test data there",
            None,
            {Stage.RUNTIME: Effect.ALERT, Stage.DEPLOY: Effect.NONE},
            ("shop-*",),
            frozenset({Tier.LOW, Tier.STANDARD}),
            ("staging",),
            f"{file}:6",
        ),
    )


def test_every_service_is_in_the_environment_unless_it_says_otherwise(tmp_path: Path) -> None:
    settings = load(
        tmp_path, "environment: production\nservices: {shop: {environment: staging}, payments: {tier: critical}}\n"
    )
    assert settings.service("shop").environment == "staging"
    assert settings.service("payments") == Service("payments", Tier.CRITICAL, environment="production")
    assert settings.service("anybody") == Service("anybody", environment="production")
    assert load(tmp_path, "").service("anybody").environment == ""


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{policy: a/b, reason: x}", ":4: overrides[0] changes nothing; give a severity, or effects, or take it out"),
        ("{policy: a/b, reason: x, effects: {}}", "overrides[0] changes nothing"),
        ("{policy: a/b, severity: low}", "overrides[0].reason is missing"),
        ("{policy: a/b, severity: low, reason: ' '}", "overrides[0].reason is ' '; why the policy does not hold"),
        ("{severity: low, reason: x}", "overrides[0].policy is missing"),
        ("{policy: a/b, severity: lo, reason: x}", "overrides[0].severity is 'lo'; did you mean 'low'?"),
        ("{policy: a/b, effects: {runtme: none}, reason: x}", "there is no stage 'runtme'; did you mean 'runtime'?"),
        ("{policy: a/b, effects: {deploy: nothing}, reason: x}", "overrides[0].effects.deploy is 'nothing'"),
        ("{policy: a/b, severity: low, tiers: [lowest], reason: x}", "there is no tier 'lowest'; write critical or"),
        ("{policy: a/b, severity: low, services: [], reason: x}", "overrides[0].services is a list; a list with at"),
        (
            "{policy: a/b, severity: low, service: shop, reason: x}",
            "unknown key 'service' in overrides[0]; did you mean",
        ),
    ],
)
def test_what_an_override_may_not_say(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        load(tmp_path, f"overrides:\n  - {entry}\n")
    assert told in raised.value.diagnostics()
