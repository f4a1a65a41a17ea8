"""`risk:` and `gate:`: how much risk a release may carry, and where the last thresholds are left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from setpoint.decide.threshold import LEAST, LONGEST_HALF_LIFE, ThresholdSettings
from setpoint.fields import Fields
from setpoint.model.policy import Severity
from setpoint.model.service import Tier


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Where the loop leaves the signed last thresholds for a gate that cannot reach the ledger."""

    threshold_file: Path
    key_file: Path
    threshold_valid_for: float
    """Seconds, from the end of the heartbeat."""


def read_risk(fields: Fields) -> ThresholdSettings:
    usual = ThresholdSettings()
    tiers, weights = fields.section("thresholds"), fields.section("weights")
    settings = ThresholdSettings(
        base={tier: tiers.number(str(tier), usual.base[tier], least=LEAST) for tier in Tier},
        half_life=fields.seconds("half_life", usual.half_life, least=0.001, most=LONGEST_HALF_LIFE),
        weights={each: weights.number(str(each), usual.weights[each]) for each in Severity},
        recurring=fields.number("recurring", usual.recurring, least=1.0),
        failed_remediation=fields.number("failed_remediation", usual.failed_remediation),
        attack=fields.number("attack", usual.attack),
    )
    for each in (tiers, weights, fields):
        each.done()
    return settings


def read_gate(fields: Fields, base: Path, ledger: Path) -> GateSettings:
    file, key = fields.optional_text("threshold_file"), fields.optional_text("key_file")
    settings = GateSettings(
        threshold_file=base / file if file else ledger.with_name(f"{ledger.name}.thresholds.json"),
        key_file=base / key if key else ledger.with_name(f"{ledger.name}.thresholds.key"),
        threshold_valid_for=fields.seconds("threshold_valid_for", 86400.0, least=1.0),
    )
    fields.done()
    return settings
