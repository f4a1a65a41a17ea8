"""What people tell the loop: waivers, the baseline, approvals, undo, pause."""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e.account import BUCKET, Aws
from tests.e2e.program import ACCOUNT, REGION, Setpoint

URN = f"aws:{ACCOUNT}:{REGION}:AWS::S3::Bucket:{BUCKET}"
WAIVE = ("waive", "--urn", URN, "--policy", "drift/*", "--reason", "moves away", "--owner", "team-shop")

APPROVAL = """
id: care/changed
title: A declared value was changed
why: It is asked first.
remedy: Approve it
severity: medium
subject: drift
types: ["*"]
applies: drift.kind == 'changed'
effects: {runtime: require approval}
examples:
  applies: [{name: a change, type: "AWS::S3::Bucket", kind: changed, path: X, intended: 1, actual: 2}]
  does_not_apply: [{name: gone, type: "AWS::S3::Bucket", kind: missing, intended: {}}]
"""


@pytest.fixture
def enforcing(setpoint: Setpoint, shop: Aws) -> Setpoint:
    """In mode enforce, over a production that is as declared, with no other policy than drift is put back."""
    setpoint.write(
        "policies/drift/changed.yaml", APPROVAL.replace("care/", "drift/").replace("require approval", "remediate")
    )
    setpoint.configure(mode="enforce", shipped_policies=False, policies=["policies"], baseline="baseline.yaml")
    return setpoint


def suspend_versions(shop: Aws) -> None:
    shop.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})


def versions(shop: Aws) -> Any:
    return shop.client("s3").get_bucket_versioning(Bucket=BUCKET)["Status"]


def states(setpoint: Setpoint) -> list[str]:
    return [each["state"] for each in setpoint.run("remediations", "--json").json()]


def test_a_waived_difference_stays_and_is_seen_until_the_waiver_ends(enforcing: Setpoint, shop: Aws) -> None:
    assert enforcing.run("beat").code == 0
    assert enforcing.run(*WAIVE, "--days", "30").out.startswith("waiver w1 holds until ")
    suspend_versions(shop)
    assert enforcing.run("beat").code == 0
    assert versions(shop) == "Suspended"
    drift = enforcing.run("drift", "--json")
    assert (drift.code, [each["accepted_by"] for each in drift.json()["drift"]]) == (0, ["w1"])
    told = enforcing.run("drift").out
    assert "0 differences in 0 entities, and 1 more that somebody accepts" in told
    assert all(word in told for word in ("w1", "team-shop", "moves away", " shop "))
    findings = enforcing.run("findings")
    assert (findings.code, "accepted by w1, and not counted: 1" in findings.out) == (0, True)
    (accepted,) = enforcing.run("findings", "--accepted", "--json").json()
    assert (accepted["accepted_by"], accepted["path"]) == ("w1", "VersioningConfiguration.Status")
    (listed,) = enforcing.run("waivers", "--json").json()
    assert (listed["state"], listed["last_matched"] is not None) == ("active", True)
    assert enforcing.run("waivers", "--end", "w1").code == 0
    enforcing.run("beat")
    assert versions(shop) == "Enabled"
    assert enforcing.run("audit", "verify").code == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "a waiver needs an expiry; give either --days or --until"),
        (("--days", "3", "--until", "2030-01-01"), "a waiver has one expiry, and two are given"),
        (("--until", "2099-01-01"), "the waiver would hold for more than a year"),
        (("--until", "2020-01-01"), "the waiver would have expired already"),
    ],
)
def test_a_waiver_that_nobody_should_enter_is_refused(enforcing: Setpoint, options: tuple[str, ...], told: str) -> None:
    enforcing.run("beat")
    answer = enforcing.run(*WAIVE, *options)
    assert answer.code == 2
    assert told in answer.complaint()
    assert enforcing.run("waivers", "--json").json() == []


def test_an_undeclared_value_counts_until_the_baseline_holds_it(enforcing: Setpoint, shop: Aws) -> None:
    shop.client("s3").put_bucket_website(
        Bucket=BUCKET, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )
    assert enforcing.run("beat").code == 1
    diff = enforcing.run("baseline", "diff", "--json")
    assert (diff.code, {each["difference"] for each in diff.json()}) == (1, {"not accepted"})
    assert enforcing.run("baseline", "record").code == 0
    assert enforcing.run("baseline", "diff").code == 0
    assert enforcing.run("beat").code == 0
    shop.client("s3").put_bucket_website(
        Bucket=BUCKET, WebsiteConfiguration={"IndexDocument": {"Suffix": "other.html"}}
    )
    assert enforcing.run("beat").code == 1, "only the very value that was accepted is"
    (drift,) = enforcing.run("drift", "--json").json()["drift"]
    assert enforcing.run("baseline", "accept", drift["urn"], drift["path"]).code == 0
    assert enforcing.run("beat").code == 0
    answer = enforcing.run("baseline", "accept", URN, "Nothing")
    assert (answer.code, "saw no undeclared value at Nothing" in answer.complaint()) == (2, True)


def test_what_needs_an_approval_waits_for_it(enforcing: Setpoint, shop: Aws) -> None:
    enforcing.write("policies/drift/changed.yaml", APPROVAL.replace("care/", "drift/"))
    suspend_versions(shop)
    enforcing.run("beat")
    assert (states(enforcing), versions(shop)) == (["awaiting approval"], "Suspended")
    assert enforcing.run("undo", "1", "--reason", "no").complaint().startswith("remediation 1 is awaiting approval")
    assert enforcing.run("approve", "1", "--reason", "looked at it").code == 0
    assert "waits already" in enforcing.run("reject", "1", "--reason", "too late").complaint()
    enforcing.run("beat")
    assert (states(enforcing), versions(shop)) == (["verified"], "Enabled")


def test_an_undone_revert_is_not_made_again(enforcing: Setpoint, shop: Aws) -> None:
    suspend_versions(shop)
    enforcing.run("beat")
    assert versions(shop) == "Enabled"
    enforcing.run("undo", "1", "--reason", "it was meant")
    enforcing.run("beat")
    enforcing.run("beat")
    assert (states(enforcing), versions(shop)) == (["undone", "escalated"], "Suspended")


def test_while_paused_nothing_is_changed(enforcing: Setpoint, shop: Aws) -> None:
    enforcing.run("beat")
    enforcing.run("pause", "--reason", "migration")
    for command in (("drift",), ("findings",), ("remediations",), ("risk", "shop"), ("waivers",)):
        assert ": migration; end it with: setpoint resume" in enforcing.run(*command).out
    suspend_versions(shop)
    held = enforcing.run("beat", "--json").json()["held_back"]
    assert [reason.rsplit(": ", 1)[1] for reason in held] == ["migration"]
    assert versions(shop) == "Suspended"
    enforcing.run("resume", "--reason", "over")
    enforcing.run("beat")
    assert versions(shop) == "Enabled"
    assert "nothing is paused" in enforcing.run("resume", "--reason", "again").complaint()


def test_the_permissions_are_a_policy_with_what_the_mode_needs(enforcing: Setpoint) -> None:
    enforcing_policy = enforcing.run("permissions").json()
    enforcing.configure(mode="audit")
    audit_policy = enforcing.run("permissions").json()
    changing = ["SetpointReverts", "SetpointQuarantines"]
    assert [each["Sid"] for each in enforcing_policy["Statement"]] == ["SetpointReads", *changing]
    assert [each["Sid"] for each in audit_policy["Statement"]] == ["SetpointReads"]
    reading = audit_policy["Statement"][0]["Action"]
    assert all(action.split(":")[1].lower().startswith(("describe", "get", "list", "batchget")) for action in reading)
