"""Files that a user got wrong: one line that says where and what would do, and nothing written."""

from __future__ import annotations

import json

import pytest
from tests.e2e.account import Aws
from tests.e2e.program import ASSETS, Setpoint

from setpoint.store.ledger.opening import open_ledger

SHOP = (ASSETS / "shop.yaml").read_text(encoding="utf-8")


STATES = {
    "not JSON": ('{"version": 4,\n "resources": [', "s.tfstate:2:", "this is not JSON", "write it again"),
    "another version": (
        json.dumps({"version": 3, "modules": []}),
        "s.tfstate: ",
        "format version 3; version 4 is read",
        "terraform state pull",
    ),
    "null attributes": (
        json.dumps(
            {
                "version": 4,
                "resources": [
                    {
                        "mode": "managed",
                        "type": "aws_s3_bucket",
                        "name": "orders",
                        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                        "instances": [{"schema_version": 0, "attributes": None}],
                    }
                ],
            }
        ),
        "s.tfstate: aws_s3_bucket.orders: ",
        "'attributes' is null",
        "terraform state pull",
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_a_terraform_state(lonely_setpoint: Setpoint, case: str) -> None:
    text, where, *words = STATES[case]
    lonely_setpoint.write("s.tfstate", text)
    lonely_setpoint.configure({"terraform": "s.tfstate"})
    lonely_setpoint.refuses(where, *words)


def test_bad_input_leaves_an_existing_ledger_alone(lonely_setpoint: Setpoint) -> None:
    open_ledger(str(lonely_setpoint.ledger)).close()
    lonely_setpoint.write("s.tfstate", "")
    lonely_setpoint.configure({"terraform": "s.tfstate"})
    lonely_setpoint.refuses("s.tfstate: ", "the file is empty")


TEMPLATES = {
    "an unknown intrinsic": (
        SHOP.replace("BucketName: shop-orders", "BucketName: {Fn::Joyn: [-, [shop, orders]]}"),
        "t.yaml:7: ",
        "Fn::Joyn is not an intrinsic function",
        "did you mean Fn::Join?",
    ),
    "an unknown short form": (
        SHOP.replace("BucketName: shop-orders", "BucketName: !Joyn [-, [shop, orders]]"),
        "t.yaml:7: ",
        "unknown tag !Joyn",
        "!Join",
    ),
    "a cycle": (
        SHOP.replace("BucketName: shop-orders", 'BucketName: !Sub "${Invoices}-orders"')
        + '  Invoices:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Sub "${Orders}-invoices"}\n',
        "t.yaml:24: ",
        "Orders -> Invoices -> Orders",
        "let one of them not refer to the next",
    ),
    "a missing parameter": (
        "Parameters:\n  Name: {Type: String}\n" + SHOP.replace("shop-orders", "!Ref Name"),
        "t.yaml:2: ",
        "the parameter Name has no value and no default",
        "under parameters:",
    ),
}


@pytest.mark.parametrize("case", TEMPLATES)
def test_a_template(lonely_setpoint: Setpoint, case: str) -> None:
    text, where, *words = TEMPLATES[case]
    lonely_setpoint.write("t.yaml", text)
    lonely_setpoint.configure({"cloudformation": "t.yaml"})
    lonely_setpoint.refuses(where, *words)


def policy(*, severity: str = "severity", reads: str = "BucketName", holds: str = 'resource.BucketName != "x"') -> str:
    return f"""\
id: house/named
title: Bucket has a number for a name
why: Otherwise it is not found.
remedy: Give it a number
{severity}: high
subject: resource
types: [AWS::S3::Bucket]
reads: [{reads}]
holds: {holds}
effects: {{deploy: deny, runtime: alert}}
examples:
  pass: [{{name: a number, properties: {{BucketName: "42"}}}}]
  fail: [{{name: none, properties: {{BucketName: x}}}}]
"""


POLICIES = {
    "an unknown field": (policy(severity="sevrity"), "house/named.yaml:5: ", "did you mean 'severity'?"),
    "a misspelt property": (policy(reads="BucketNam"), "house/named.yaml:8: ", "did you mean BucketName?"),
    "a CEL syntax error": (
        policy(holds="resource.BucketName.startsWith("),
        "house/named.yaml:9: ",
        "is not CEL (line 1, column 32",
        "setpoint policy test",
    ),
}


@pytest.mark.parametrize("case", POLICIES)
def test_a_policy(lonely_setpoint: Setpoint, case: str) -> None:
    text, where, *words = POLICIES[case]
    lonely_setpoint.write("policies/house/named.yaml", text)
    lonely_setpoint.configure(policies=["policies"])
    lonely_setpoint.refuses(f"policies/{where}", *words)


def test_a_policy_that_raises_at_run_time_is_a_finding_and_no_pass(setpoint: Setpoint, shop: Aws) -> None:
    setpoint.write("policies/house/named.yaml", policy(holds="int(resource.BucketName) > 0"))
    setpoint.configure(policies=["policies"])
    assert setpoint.run("beat").code == 1
    findings, gate = setpoint.run_each(
        ("findings", "--json"), ("gate", "--service", "shop", "--release", "1", "--json")
    )
    (finding,) = findings.json()
    assert (finding["rule"], finding["severity"]) == ("house/named", "high")
    assert "could not be evaluated" in finding["title"]
    assert findings.code == 1
    assert gate.json()["verdict"] != "admit"
    assert gate.code in {1, 3}


def test_a_misspelt_configuration_key(lonely_setpoint: Setpoint) -> None:
    text = (lonely_setpoint.folder / "setpoint.yaml").read_text(encoding="utf-8")
    lonely_setpoint.write("setpoint.yaml", text.replace("interval:", "intervall:"))
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "interval:" in each)
    lonely_setpoint.refuses(f"setpoint.yaml:{line}: ", "unknown key 'intervall' in loop", "did you mean 'interval'?")
