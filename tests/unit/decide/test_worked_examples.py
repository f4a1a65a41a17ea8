"""The worked examples of `docs/explanation/risk-and-gate.md`, computed again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from setpoint.decide.risk import Reach, RiskInput, assess_risk
from setpoint.decide.threshold import ReleaseAssessor, ThresholdSettings
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.service import DataClass, Exposure, Service, Signal, Tier
from setpoint.model.urn import Urn

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "risk-and-gate.md"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _examples(name: str) -> list[dict[str, str]]:
    table = PAGE.read_text(encoding="utf-8").split(f"<!-- examples: {name} -->\n\n")[1].split("\n\n")[0]
    headings, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
    return [dict(zip(headings, row, strict=True)) for row in rows]


def _listed(cell: str) -> list[list[str]]:
    return [] if cell == "none" else [each.split(", ") for each in cell.split("; ")]


def _finding(words: list[str]) -> RiskInput:
    given: dict[str, Any] = {}
    for word in words[1:]:
        number = re.search(r"[\d.]+", word)
        if number and word.endswith(" days"):
            given["age"] = float(number[0])
        elif number and word.startswith("exploitability "):
            given["exploitability"] = float(number[0])
        elif number and word.startswith("scored "):
            given["score"] = float(number[0])
        elif number and word.startswith("watched "):
            given["watched"] = int(number[0])
        elif word == "unlikely":
            given["against"] = True
        else:
            given["reach"] = Reach(word)
    return RiskInput(words[0], Severity(words[0]), **given)


@pytest.mark.parametrize("example", _examples("risk"), ids=lambda each: f"{each['findings']} in {each['service']}")
def test_risk(example: dict[str, str]) -> None:
    tier, exposure, *data = example["service"].split(", ")
    findings = [_finding(words) for words in _listed(example["findings"])]
    described = Service("payments", Tier(tier), Exposure(exposure), data=DataClass(data[0]) if data else None)
    risk, factors = assess_risk(findings, described)
    told = {factor.name: float(example[factor.name]) for factor in factors}
    assert {factor.name: factor.value for factor in factors} == pytest.approx(told)
    assert risk == pytest.approx(float(example["risk"]))


def _signals(words: list[str], at: datetime) -> list[Signal]:
    assessor = ReleaseAssessor()
    urn = Urn.aws("aws", "111122223333", "eu-west-1", "AWS::S3::Bucket", "records")
    if words == ["failed revert"]:
        failed = Remediation(1, urn, "payments", RemediationState.FAILED, None, (), "denied", at, at)
        signal = assessor.failed_remediation(failed, at)
        return [signal] if signal else []
    finding = Finding(urn, "payments", FindingSource.DRIFT, "drift/changed", "A", Severity(words[0]), "A differs")
    again = "again" in words
    return list(assessor.signals("payments", [] if again else [finding], [finding] if again else [], at))


@pytest.mark.parametrize("example", _examples("threshold"), ids=lambda each: f"{each['signals']} in {each['tier']}")
def test_threshold(example: dict[str, str]) -> None:
    at = NOW - timedelta(seconds=ThresholdSettings().half_life * int(example["half-lives since"]))
    signals = [signal for words in _listed(example["signals"]) for signal in _signals(words, at)]
    told = ReleaseAssessor().threshold(Service("payments", Tier(example["tier"])), signals, NOW)
    assert told.load == pytest.approx(float(example["load"]), abs=5e-5)
    assert told.value == pytest.approx(float(example["threshold"]), abs=5e-5)
