"""Instances into resources: where they live, which parts are theirs, and what is not covered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.model.snapshot import Extent, Snapshot
from setpoint.model.surroundings import Surroundings

Declared = Callable[..., Snapshot]


def _not_covered(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Area → reasons, without the file's folder."""
    assert {each.extent for each in snapshot.coverage.areas.values()} <= {Extent.NOT_COVERED}
    return {
        str(area): tuple(reason.replace(reason[: reason.find("terraform.tfstate")], "") for reason in each.reasons)
        for area, each in snapshot.coverage.areas.items()
    }


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ({"arn": "arn:aws-us-gov:rds:us-gov-west-1:999999999999:db:a"}, "aws-us-gov:999999999999:us-gov-west-1"),
        ({"region": "us-east-2"}, "aws:123456789012:us-east-2"),
        ({"availability_zone": "us-west-2b"}, "aws:123456789012:us-west-2"),
        ({"availability_zone": "us-west-2-lax-1a"}, "aws:123456789012:us-west-2"),
        ({"arn": "nonsense", "region": None}, "aws:123456789012:eu-west-1"),
        ({}, "aws:123456789012:eu-west-1"),
    ],
)
def test_where_a_resource_lives(declared: Declared, attributes: dict[str, Any], place: str) -> None:
    (urn,) = declared(("aws_db_instance", {"identifier": "a"} | attributes)).resources
    assert urn == f"{place}:AWS::RDS::DBInstance:a"


def test_types_without_a_mapping_are_counted_by_area(sample: Callable[[str], Snapshot]) -> None:
    snapshot = sample("fleet.tfstate")
    assert {area.type: each.reasons[0].split(" in ")[0] for area, each in snapshot.coverage.areas.items()} == {
        "aws_instance": "aws_instance: 2",
        "random_password": "random_password: 1",
    }


def test_another_providers_region_is_not_read_as_one_of_aws(declared: Declared) -> None:
    snapshot = declared(("google_compute_address", {"region": "us-central1", "arn": "arn:aws:x:y:z:a"}))
    (area,) = snapshot.coverage.areas
    assert str(area) == "aws:123456789012:eu-west-1:google_compute_address"


def test_a_part_whose_parent_is_not_here_is_named(declared: Declared) -> None:
    snapshot = declared(
        ("aws_security_group_rule", {"security_group_id": "sg-9", "type": "ingress", "protocol": "-1"}),
        ("aws_iam_role_policy_attachment", {"role": "", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    )
    assert not snapshot.resources
    assert _not_covered(snapshot) == {
        "aws:123456789012:eu-west-1:aws_security_group_rule": (
            "terraform.tfstate: aws_security_group_rule.it0: AWS::EC2::SecurityGroup sg-9 is not declared beside it",
        ),
        "aws:123456789012:eu-west-1:aws_iam_role_policy_attachment": (
            "terraform.tfstate: aws_iam_role_policy_attachment.it1: 'role' is not set",
        ),
    }


def test_an_attachment_to_users_alone_lacks_no_role(declared: Declared) -> None:
    snapshot = declared(("aws_iam_policy_attachment", {"roles": [], "users": ["ada"], "policy_arn": "arn:x"}))
    assert _not_covered(snapshot) == {}


def test_a_part_whose_parent_is_not_known_yet_is_named(sample: Callable[[str], Snapshot]) -> None:
    (each,) = sample("plan.json").coverage.areas.values()
    assert each.reasons[0].endswith("aws_security_group_rule.metrics: 'security_group_id' is known after apply")


def test_one_attachment_reaches_every_role_that_it_names(declared: Declared) -> None:
    snapshot = declared(
        ("aws_iam_role", {"name": "a"}),
        ("aws_iam_role", {"name": "b"}),
        ("aws_iam_policy_attachment", {"roles": ["a", "b", "c"], "policy_arn": "arn:aws:iam::aws:policy/X"}),
    )
    assert [each.properties["ManagedPolicyArns"] for each in snapshot.resources.values()] == [
        ["arn:aws:iam::aws:policy/X"],
        ["arn:aws:iam::aws:policy/X"],
    ]
    ((reason,),) = _not_covered(snapshot).values()
    assert reason.endswith("AWS::IAM::Role c is not declared beside it")


def _two_accounts(resource: Callable[..., dict[str, Any]], part_provider: str) -> dict[str, Any]:
    roles = [
        resource("aws_iam_role", {"name": "app", "arn": f"arn:aws:iam::{account}:role/app"}, name=name, provider=name)
        for account, name in (("111111111111", "one"), ("222222222222", "two"))
    ]
    attachment = {"role": "app", "policy_arn": "arn:aws:iam::aws:policy/X"}
    return {
        "version": 4,
        "resources": [*roles, resource("aws_iam_role_policy_attachment", attachment, provider=part_provider)],
    }


def test_of_two_accounts_the_part_belongs_to_that_of_its_provider(
    read: Callable[[Path], Snapshot], write: Callable[[Any], Path], resource: Callable[..., dict[str, Any]]
) -> None:
    one, two = read(write(_two_accounts(resource, "two"))).resources.values()
    assert "ManagedPolicyArns" not in one.properties
    assert two.properties["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/X"]


def test_where_nothing_tells_two_accounts_apart_the_part_is_named(
    read: Callable[[Path], Snapshot], write: Callable[[Any], Path], resource: Callable[..., dict[str, Any]]
) -> None:
    snapshot = read(write(_two_accounts(resource, "three")))
    assert all("ManagedPolicyArns" not in each.properties for each in snapshot.resources.values())
    ((reason,),) = _not_covered(snapshot).values()
    assert reason.endswith("AWS::IAM::Role app is declared in several accounts")


def test_a_resource_that_stands_twice_in_one_state_must_be_the_same(declared: Declared) -> None:
    same = ("aws_s3_bucket", {"bucket": "data"})
    assert len(declared(same, same).resources) == 1
    with pytest.raises(InputError, match=r"aws_s3_bucket\.it1: .*otherwise than by .*aws_s3_bucket\.it0"):
        declared(same, ("aws_s3_bucket", {"bucket": "data", "tags": {"a": "b"}}))


def test_a_part_reaches_a_parent_that_stands_twice(declared: Declared) -> None:
    same = ("aws_s3_bucket", {"bucket": "data"})
    versioning = {"bucket": "data", "versioning_configuration": [{"status": "Enabled"}]}
    (bucket,) = declared(same, same, ("aws_s3_bucket_versioning", versioning)).resources.values()
    assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_an_identifier_that_is_not_set_leaves_the_resource_unidentified(declared: Declared) -> None:
    (resource,) = declared(("aws_kms_key", {"key_id": None, "description": "Data"})).resources.values()
    assert resource.urn.identifier == "aws_kms_key.it0"
    assert resource.unidentified == "'key_id' is not set"


def test_the_names_around_a_resource(declared: Declared) -> None:
    snapshot = declared(
        ("aws_db_instance", {"identifier": "shop", "kms_key_id": "alias/shop"}),
        ("aws_kms_alias", {"name": "alias/shop", "target_key_id": "arn:aws:kms:eu-west-1:123456789012:key/k-1"}),
        ("aws_kms_alias", {"name": "alias/none", "target_key_id": None}),
    )
    (database,) = snapshot.resources.values()
    assert database.surroundings == Surroundings(physical_id="shop", key_aliases={"alias/shop": "k-1"})
