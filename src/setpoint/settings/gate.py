"""`risk:` and `gate:`: how much risk a release may carry, what it needs beside, and where the last thresholds are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from setpoint.decide.extras import USUAL_EXTRAS
from setpoint.decide.threshold import LEAST, LONGEST_HALF_LIFE, ThresholdSettings
from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.loop.settings import EntrySettings, ScanRule
from setpoint.model.admitting import ExtraKind, ExtraRule
from setpoint.model.policy import Severity
from setpoint.model.scan import ScanKind
from setpoint.model.service import Tier

LONGEST_GRANT = 366 * 86400.0
"""Seconds. What holds longer than a year, nobody answers for any more."""

LONGEST_BREAK = 7 * 86400.0
"""Seconds. What is an emergency for longer than a week is a waiver that nobody wrote."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Where the loop leaves the signed last thresholds for a gate that cannot reach the ledger, and what it asks."""

    threshold_file: Path
    key_file: Path
    threshold_valid_for: float
    """Seconds, from the end of the heartbeat."""
    extras: tuple[ExtraRule, ...] = USUAL_EXTRAS
    """What a tightened service asks of its releases, by its load."""
    entry: EntrySettings = field(default_factory=EntrySettings)


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
        extras=_extras(fields) if fields.has("extras") else USUAL_EXTRAS,
        entry=_entry(fields),
    )
    fields.done()
    return settings


def _extras(fields: Fields) -> tuple[ExtraRule, ...]:
    """An empty list asks for nothing, whatever the load."""
    return tuple(_extra(each) for each in fields.sections("extras"))


def _extra(fields: Fields) -> ExtraRule:
    kind = fields.choice("require", ExtraKind)
    share = fields.number("share", 10.0, least=0.01, most=100.0) if kind is ExtraKind.CANARY else 0.0
    rule = ExtraRule(fields.number("load", least=0.0), kind, share)
    fields.done()
    return rule


def _entry(fields: Fields) -> EntrySettings:
    usual, breaking = EntrySettings(), fields.section("break_glass")
    settings = EntrySettings(
        scans=_scan_rules(fields),
        grants_last=fields.seconds("approvals_last", usual.grants_last, least=1.0, most=LONGEST_GRANT),
        break_glass_lasts=breaking.seconds("lasts", usual.break_glass_lasts, least=1.0, most=LONGEST_BREAK),
        ticket=_pattern(breaking, "ticket", usual.ticket),
    )
    breaking.done()
    return settings


def _pattern(fields: Fields, key: str, usual: str) -> str:
    pattern = fields.text(key, usual)
    try:
        re.compile(pattern)
    except re.error as error:
        raise InputError(
            f"{key} is no regular expression ({error})", where=fields.where(key), remedy="write one, such as INC-[0-9]+"
        ) from error
    return pattern


def _scan_rules(fields: Fields) -> tuple[ScanRule, ...]:
    """A list of kinds, of every service; or rules that narrow."""
    value = fields.raw("require_scans")
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return tuple(_scan_rule(each) for each in fields.sections("require_scans"))
    kinds = fields.choices("require_scans", ScanKind)
    return (ScanRule(kinds),) if kinds else ()


def _scan_rule(fields: Fields) -> ScanRule:
    # A list that narrows and is empty would be taken for nobody by some, and for everybody by others.
    rule = ScanRule(
        kinds=fields.choices("scans", ScanKind, required=True),
        services=fields.texts("services", required=True) if fields.has("services") else (),
        tiers=fields.choices("tiers", Tier, required=True) if fields.has("tiers") else frozenset(),
    )
    fields.done()
    return rule
