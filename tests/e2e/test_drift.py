"""What differs, shown to people and to machines: causes, statements, what was folded, SARIF, and why it is so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.e2e.account import BUCKET, Aws, open_the_bucket
from tests.e2e.program import ACCOUNT, ASSETS, REGION, Setpoint

URN = f"aws:{ACCOUNT}:{REGION}:AWS::S3::Bucket:{BUCKET}"
BLOCK = "PublicAccessBlockConfiguration"


@pytest.fixture
def drifted(setpoint: Setpoint, shop: Aws) -> Setpoint:
    """After a heartbeat that found the bucket open."""
    open_the_bucket(shop)
    assert setpoint.run("beat").code == 1
    return setpoint


def test_people_see_one_line_for_the_cause_and_all_that_is_gone(drifted: Setpoint) -> None:
    shown = drifted.run("drift")
    assert shown.code == 1
    lines = shown.out.splitlines()
    assert lines[0].endswith(": 4 differences in 1 entity")
    assert f"AWS::S3::Bucket {BUCKET} ({REGION}, account {ACCOUNT}, service shop)" in lines
    assert f"  {URN}" in lines
    assert any(line.startswith(f"  declared at {ASSETS / 'shop.yaml'}:") for line in lines)
    cause = lines.index(f"  {BLOCK} [declared]: 4 of its properties are gone")
    assert lines[cause + 1 : cause + 5] == [
        f"    - {name}: true"
        for name in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    ]
    assert any(line.startswith("folded away of ") for line in lines)
    everything = drifted.run("drift", "--all")
    assert everything.code == 1
    assert f"declared  {BLOCK}.BlockPublicAcls" in everything.out
    assert "rule and its source" in everything.out


def test_json_has_the_same_facts_and_those_that_it_always_had(drifted: Setpoint) -> None:
    document = drifted.run("drift", "--json").json()
    assert {(each["path"], each["kind"], each["intended"], each["actual"]) for each in document["drift"]} == {
        (f"{BLOCK}.{name}", "changed", True, None)
        for name in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    }
    assert {each["tier"] for each in document["drift"]} == {"declared"}
    (cause,) = document["causes"]
    assert (cause["urn"], cause["path"], len(cause["paths"])) == (URN, BLOCK, 4)
    (entity,) = document["entities"]
    assert (entity["urn"], entity["service"]) == (URN, "shop")
    assert entity["since"]
    folded = document["folded"]
    assert sum(folded["kinds"].values()) == sum(folded["rules"].values()) >= sum(entity["folded"].values()) > 0


def test_any_property_of_anything_that_was_seen_can_be_explained(setpoint: Setpoint, shop: Aws) -> None:
    """Also of an entity that does not differ at all."""
    owned = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    shop.client("s3").put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls=owned)
    assert setpoint.run("beat").code == 0

    def explained(path: str) -> Any:
        (told,) = setpoint.run("drift", "explain", URN, path, "--json").json()
        return told["verdict"], told["because"]

    assert explained("VersioningConfiguration.Status") == ("same", "it is as declared")
    assert explained("Tags[service].Value") == ("same", "it is as declared")
    assert explained("Arn") == ("not compared", "read-only (resource schema)")
    assert explained("WebsiteConfiguration") == ("absent", "neither side has it")
    misspelt = setpoint.run("drift", "explain", URN, "VersioningConfiguration.Statis")
    assert misspelt.code == 2
    assert "did you mean VersioningConfiguration.Status" in misspelt.complaint()
    never_seen = setpoint.run("drift", "explain", f"{URN}-other", "Arn")
    assert never_seen.code == 2
    assert "no heartbeat saw such an entity" in never_seen.complaint()
    folds = setpoint.run("drift", "--all", "--json").json()["folds"]
    assert folds
    for fold in folds:
        told = setpoint.run("drift", "explain", fold["urn"], fold["path"], "--json").json()
        assert fold["rule"] in {each["because"] for each in told}


def _results(log: Any) -> list[Any]:
    results: list[Any] = log["runs"][0]["results"]
    return results


def test_sarif_says_where_each_difference_is_declared_and_is_stable(drifted: Setpoint, shop: Aws) -> None:
    first = drifted.run("drift", "--sarif", "-")
    assert first.code == 1, first.err
    results = _results(first.json())
    assert {each["ruleId"] for each in results} == {"drift/changed"}
    (location,) = results[0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("shop.yaml")
    assert location["physicalLocation"]["region"]["startLine"] > 1
    assert location["logicalLocations"][0]["fullyQualifiedName"].startswith(f"{URN}#")
    assert drifted.run("beat").code == 1
    beside = drifted.run("drift", "--sarif", "drift.sarif")
    assert "4 differences" in beside.out
    again = json.loads((drifted.folder / "drift.sarif").read_text(encoding="utf-8"))
    assert [each["partialFingerprints"] for each in _results(again)] == [
        each["partialFingerprints"] for each in results
    ]
    findings = drifted.run("findings", "--sarif", "-").json()
    prints = {each["partialFingerprints"]["setpointIdentity/v1"] for each in _results(findings)}
    assert {each["partialFingerprints"]["setpointIdentity/v1"] for each in results} <= prints
    refused = drifted.run("drift", "--sarif", "nowhere/drift.sarif")
    assert (refused.code, refused.complaint()) == (
        2,
        "nowhere/drift.sarif: the file cannot be written (No such file or directory)",
    )
