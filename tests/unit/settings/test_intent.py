"""`intent:` and `aws.accounts`: where intended state is declared, and in which accounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.cloud import Permitted
from setpoint.intent.cloudformation.sources import LiveTemplate, LocalFile, StoredObject
from setpoint.roles import AssumedRole
from setpoint.settings import CdkSource, CloudFormationSource, IntentSource, Settings, load_settings
from setpoint.wiring.permissions import permissions_needed

ROLE = "arn:aws:iam::222233334444:role/setpoint"


def load(folder: Path, intent: str, aws: str = "") -> Settings:
    path = folder / "setpoint.yaml"
    path.write_text(f"aws: {{regions: [eu-west-1]{aws}}}\nintent:\n  - {intent}\n", encoding="utf-8")
    return load_settings(path)


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("{cloudformation: t.yaml}", CloudFormationSource(LocalFile(Path("t.yaml")), "eu-west-1")),
        (
            "{cloudformation: s3://templates/t.yaml, account: '222233334444'}",
            CloudFormationSource(
                StoredObject("templates", "t.yaml"),
                "eu-west-1",
                account="222233334444",
                permitted=Permitted(("templates",)),
            ),
        ),
        ("{stack: net}", CloudFormationSource(LiveTemplate("net"), "eu-west-1", stack="net")),
        (
            "{cloudformation: t.yaml, template_buckets: [a], ssm_parameters: [/net/*], availability_zones: [z]}",
            CloudFormationSource(
                LocalFile(Path("t.yaml")), "eu-west-1", permitted=Permitted(("a",), ("/net/*",)), zones=("z",)
            ),
        ),
        ("{cdk: cdk.out}", CdkSource(Path("cdk.out"), "eu-west-1")),
        (
            "{cdk: cdk.out, region: us-east-1, deployed: false, ssm_parameters: ['*']}",
            CdkSource(Path("cdk.out"), "us-east-1", deployed=False, permitted=Permitted((), ("*",))),
        ),
    ],
)
def test_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, source: IntentSource) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(Path(), written).intent == (source,)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("{cloudformation: t.yaml, cdk: cdk.out}", "intent[0] names 2 sources; exactly one was expected"),
        ("{terraform: t, stack: net}", "unknown key 'stack' in intent[0]"),
        ("{cloudformation: 'https://example.org/t.yaml'}", "which is no object in S3; write a path, or s3://"),
        ("{stack: net, account: 12}", "intent[0].account is '12'; twelve digits were expected"),
        ("{cdk: cdk.out, stack: net}", "unknown key 'stack' in intent[0]"),
        ("{cloudformation: t.yaml, ssm_parameters: /net}", "a list of texts was expected"),
    ],
)
def test_what_is_no_source_is_refused(tmp_path: Path, written: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, written)
    assert what in caught.value.diagnostics()
    assert caught.value.where.endswith("setpoint.yaml:3")


def test_other_accounts_by_their_roles(tmp_path: Path) -> None:
    settings = load(tmp_path, "stack: net", f", accounts: [{{role_arn: '{ROLE}', external_id: agreed}}]")
    assert settings.aws.accounts == (AssumedRole(ROLE, "agreed"),)


@pytest.mark.parametrize(
    ("accounts", "what"),
    [
        ("[{role_arn: setpoint}]", "'setpoint' is not the ARN of a role; write arn:aws:iam::<account>:role/<name>"),
        ("[{role: x}]", "aws.accounts[0].role_arn is missing"),
        (f"[{{role_arn: '{ROLE}'}}, {{role_arn: '{ROLE}2'}}]", "aws.accounts names account 222233334444 twice"),
        (f"[{{role_arn: '{ROLE}', externalid: x}}]", "unknown key 'externalid'"),
    ],
)
def test_what_is_no_account_is_refused(tmp_path: Path, accounts: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, "stack: net", f", accounts: {accounts}")
    assert what in caught.value.diagnostics()
    assert caught.value.where.endswith("setpoint.yaml:1")


def test_permissions_are_no_wider_than_what_is_configured(tmp_path: Path) -> None:
    def needed(intent: str, aws: str = "") -> dict[str, tuple[list[str], list[str]]]:
        policy = permissions_needed(load(tmp_path, intent, aws), enforce=False)
        return {each["Sid"]: (each["Action"], each["Resource"]) for each in policy["Statement"]}

    assert list(needed("{cloudformation: t.yaml}")) == ["SetpointReads"]
    for source in ("{cloudformation: t.yaml, stack: net}", "{stack: net}", "{cdk: cdk.out}"):
        assert "cloudformation:GetTemplate" in needed(source)["SetpointReads"][0]
    assert "cloudformation:GetTemplate" not in needed("{cdk: cdk.out, deployed: false}")["SetpointReads"][0]
    everything = needed(
        "{cloudformation: s3://own/t.yaml, template_buckets: [parts], ssm_parameters: [/net/*, plain]}",
        f", accounts: [{{role_arn: '{ROLE}'}}]",
    )
    del everything["SetpointReads"]
    assert everything == {
        "SetpointReadsTemplates": (
            ["s3:GetObject", "s3:GetObjectVersion"],
            ["arn:aws:s3:::own/*", "arn:aws:s3:::parts/*"],
        ),
        "SetpointReadsParameters": (
            ["ssm:GetParameter"],
            ["arn:aws:ssm:*:*:parameter/net/*", "arn:aws:ssm:*:*:parameter/plain"],
        ),
        "SetpointAssumesRoles": (["sts:AssumeRole"], [ROLE]),
    }
