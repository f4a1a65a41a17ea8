"""The configuration: what it may say, and how it is told what it may not."""

import re
from pathlib import Path

import pytest

from setpoint.cli.init import TEMPLATE
from setpoint.errors import InputError
from setpoint.model.policy import Severity
from setpoint.model.remediation import Mode
from setpoint.model.service import Exposure, Tier
from setpoint.settings import CloudFormationSource, GateSettings, Settings, TerraformSource, load_settings

SMALLEST = "aws: {regions: [eu-west-1]}\nintent: [{terraform: terraform.tfstate}]\n"


def load(folder: Path, text: str) -> Settings:
    path = folder / "setpoint.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        load(folder, text)
    return caught.value.diagnostics().removeprefix(str(folder / "setpoint.yaml"))


def test_the_smallest_configuration_is_careful(tmp_path: Path) -> None:
    settings = load(tmp_path, SMALLEST)
    assert settings.loop.mode is Mode.AUDIT
    assert settings.ledger == tmp_path / "setpoint.sqlite"
    assert settings.intent == (TerraformSource(tmp_path / "terraform.tfstate", "eu-west-1"),)
    assert settings.service("anything").tier is Tier.STANDARD
    beside = tmp_path / "setpoint.sqlite.thresholds"
    assert settings.gate == GateSettings(Path(f"{beside}.json"), Path(f"{beside}.key"), 86400)


def test_the_template_of_init_can_be_used_as_it_is(tmp_path: Path) -> None:
    settings = load(tmp_path, TEMPLATE)
    assert settings.loop.interval == 60
    assert settings.risk.half_life == 7 * 86400


def test_sections_that_the_template_leaves_out_can_be_taken_in(tmp_path: Path) -> None:
    settings = load(
        tmp_path, re.sub(r"^# (?=(?:gate|advisories|inventory|agents): \{)", "", TEMPLATE, flags=re.MULTILINE)
    )
    assert settings.advisories.sources.ecosystems == ("PyPI", "npm")
    usual = load(tmp_path, TEMPLATE)
    assert settings.agents == usual.agents
    assert settings.loop.forget_instances_after == usual.loop.forget_instances_after


def test_everything_can_be_said(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
mode: enforce
scope: blue
ledger: var/ledger.sqlite
loop: {interval: 5m, verify_for: 90, retry_after: 250ms}
aws:
  {regions: [us-east-1, eu-west-1], account: "012345678901", partition: aws, profile: p, timeout: 3s, attempts: 2}
intent:
  - cloudformation: t.yaml
    region: us-east-1
    stack: payments
    parameters: {Count: 3, Name: x}
    exports: {Vpc: vpc-1}
policies: [more, others]
shipped_policies: false
owner_tag: app
services: {payments: {tier: critical, exposure: internet, owner: team}}
risk: {half_life: 2d, thresholds: {critical: 3}, weights: {low: 0.2}, recurring: 3, failed_remediation: 1.5}
gate: {threshold_file: /ci/t.json, key_file: keys/t.key, threshold_valid_for: 12h}
alerts: {file: alerts.jsonl}
""",
    )
    assert settings.loop.mode is Mode.ENFORCE
    assert (settings.loop.interval, settings.loop.verify_for, settings.loop.retry_after) == (300, 90, 0.25)
    assert settings.account == "012345678901"
    source = settings.intent[0]
    assert isinstance(source, CloudFormationSource)
    assert source.parameters == {"Count": "3", "Name": "x"}
    assert settings.services["payments"].exposure is Exposure.INTERNET
    assert settings.risk.base[Tier.CRITICAL] == 3
    assert (settings.risk.weights[Severity.LOW], settings.risk.weights[Severity.HIGH]) == (0.2, 1.0)
    assert (settings.risk.recurring, settings.risk.failed_remediation) == (3, 1.5)
    assert settings.gate == GateSettings(Path("/ci/t.json"), tmp_path / "keys/t.key", 43200)
    assert settings.alerts_file == tmp_path / "alerts.jsonl"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALLEST + "intervall: 3\n", ":3: unknown key 'intervall'; known are"),
        (SMALLEST + "ledgr: x\n", ":3: unknown key 'ledgr'; did you mean 'ledger'?"),
        (SMALLEST + "loop: {intervall: 3s}\n", ":3: unknown key 'intervall' in loop; did you mean 'interval'?"),
        (SMALLEST + "mode: enforced\n", ":3: mode is 'enforced'; did you mean 'enforce'?"),
        (SMALLEST + "loop: {interval: soon}\n", ":3: loop.interval is 'soon'; a duration"),
        (SMALLEST + "loop: 5\n", ":3: loop holds a number; a mapping of keys was expected"),
        (SMALLEST + "aws2: {}\n", ":3: unknown key 'aws2'; did you mean 'aws'?"),
        ("intent: [{terraform: x}]\n", ":1: something is declared, and no region in which it would be"),
        ("aws: {regions: r}\n", ":1: aws.regions is 'r'; a list of texts was expected"),
        ("aws: {regions: [r]}\nintent: [{}]\n", ":2: intent[0] names 0 sources"),
        ("aws: {regions: [r], account: 12}\nintent: [{terraform: x}]\n", ":1: aws.account is '12'; twelve digits"),
        (SMALLEST + "services: {a: {tier: supreme}}\n", ":3: services.a.tier is 'supreme'; known are"),
        (SMALLEST + "risk: {weights: {severe: 2}}\n", ":3: unknown key 'severe' in risk.weights"),
        (SMALLEST + "risk: {recurring: 0.5}\n", ":3: risk.recurring is 0.5; a number from 1"),
        (
            SMALLEST + "risk: {half_life: 1000w}\n",
            ":3: risk.half_life is '1000w'; a duration of at least 0.001 s and at most 366 d",
        ),
        (
            SMALLEST + "gate: {threshold_valid_for: 900000000}\n",
            ":3: gate.threshold_valid_for is 900000000; a duration of",
        ),
        (SMALLEST + "gate: {thresholds: x}\n", ":3: unknown key 'thresholds' in gate; did you mean 'threshold_file'?"),
        ("", ":1: the document holds nothing; a mapping"),
        ("- a\n", ":1: the document holds a list; a mapping"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(tmp_path: Path, text: str, told: str) -> None:
    assert refusal(tmp_path, text).startswith(told)


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="setpoint init"):
        load_settings(tmp_path / "setpoint.yaml")


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('ledger: "a\\0b"', "ledger is 'a\\x00b'; text was expected"),
        ('policies: ["a\\0b"]', "a list of texts was expected"),
    ],
)
def test_a_path_that_no_file_can_have(tmp_path: Path, line: str, where: str) -> None:
    assert refusal(tmp_path, f"{SMALLEST}{line}\n").endswith(where)


@pytest.mark.parametrize("text", ["{}\n", "aws: {}\n", "aws: {regions: []}\nintent: []\n", "services: {shop: {}}\n"])
def test_neither_a_cloud_nor_anything_declared_is_needed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "setpoint.yaml"
    path.write_text(text, encoding="utf-8")
    settings = load_settings(path)
    assert (settings.aws.regions, settings.intent) == ((), ())
