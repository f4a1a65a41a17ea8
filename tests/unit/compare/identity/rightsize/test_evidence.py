"""What the record is taken to say."""

from __future__ import annotations

import pytest
from tests.unit.compare.identity.rightsize.accounts import (
    ACCOUNT,
    ROLE,
    SmallReference,
    account,
    document,
    evidence,
    use,
)

from setpoint.compare.identity.rightsize.evidence import names_of, used_by
from setpoint.compare.identity.rightsize.spelling import spelt

CI = account({"deploy": document()})


def test_a_role_is_known_with_its_path_and_without() -> None:
    assert names_of(CI.roles[0]) == (ROLE, f"arn:aws:iam::{ACCOUNT}:role/ci")


@pytest.mark.parametrize(
    ("recorded", "named"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/ci", ROLE),
        (f"arn:aws:iam::{ACCOUNT}:role/gone", "*"),
        ("arn:aws:s3:::${aws:username}/*", "*"),
        ("arn:aws:s3:::papers/a/*", "arn:aws:s3:::papers/a/*"),
    ],
)
def test_resources_are_named_as_policies_name_them(recorded: str, named: str) -> None:
    assert used_by([use("iam:DeleteRole", recorded, used=2)], (ROLE,), CI) == {"iam:DeleteRole": {named: 2}}


def test_listing_a_bucket_does_not_show_that_objects_are_logged() -> None:
    assert evidence(CI, more_seen=["s3:ListBucket"]).unrecorded("s3:GetObject") is not None
    assert evidence(CI, more_seen=["s3:PutObject"]).unrecorded("s3:ListBucket") is None


def test_reading_objects_does_not_show_that_reading_is_logged() -> None:
    assert not evidence(CI, more_seen=["s3:GetObject", "s3:CreateBucket"]).shows_reads(SmallReference())
    assert evidence(CI, more_seen=["s3:GetBucketPolicy"]).shows_reads(SmallReference())


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("aws:sourceip", "aws:SourceIp"),
        ("aws:principaltag/Team", "aws:PrincipalTag/Team"),
        ("s3:existingobjecttag/team", "s3:ExistingObjectTag/team"),
        ("x:nobody", "x:nobody"),
    ],
)
def test_keys_are_spelt_as_people_know_them(key: str, written: str) -> None:
    assert spelt(key, ("s3:GetObject", "s3:Get*"), SmallReference()) == written
