"""The JSON of `terraform show`, of a state and of a plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.model.canonical import Unknown
from setpoint.model.snapshot import Snapshot

Sample = Callable[[str], Snapshot]
AFTER_APPLY = Unknown("known after apply")


def test_a_state_is_read_without_data_sources_and_deposed_objects(sample: Sample) -> None:
    (key,) = sample("state.json").resources.values()
    assert key.urn == "aws-cn:210987654321:cn-north-1:AWS::KMS::Key:99999999-2222-3333-4444-555555555555"
    assert key.properties["EnableKeyRotation"] is False
    assert isinstance(key.properties["Description"], Unknown)
    assert "KeyPolicy" not in key.properties


def test_a_plan_is_read_through_all_its_modules(sample: Sample) -> None:
    sources = [each.source.split(": ", 1)[1] for each in sample("plan.json").resources.values()]
    assert sorted(sources) == [
        "aws_s3_bucket.reports",
        "module.network.aws_security_group.web[0]",
        "module.network.module.database.aws_db_instance.main",
    ]


def test_what_a_plan_does_not_know_yet_is_unknown(sample: Sample) -> None:
    group, database, bucket = sample("plan.json").resources.values()
    assert group.properties["VpcId"] == group.properties["SecurityGroupEgress"] == AFTER_APPLY
    assert group.properties["SecurityGroupIngress"] == [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
    ]
    assert database.properties["VPCSecurityGroups"] == database.properties["KmsKeyId"] == AFTER_APPLY
    assert database.properties["EngineVersion"] == "16.4"
    assert bucket.properties["Tags"] == [
        {"Key": "cost-centre", "Value": AFTER_APPLY},
        {"Key": "service", "Value": "orders"},
    ]


def test_what_is_to_be_created_goes_by_its_address_until_its_identifier_is_known(sample: Sample) -> None:
    group, database, _ = sample("plan.json").resources.values()
    assert group.urn.identifier == "module.network.aws_security_group.web[0]"
    assert group.unidentified == "known after apply"
    assert database.urn.identifier == "orders"
    assert database.unidentified == ""


def test_no_secret_of_a_plan_is_kept(sample: Sample) -> None:
    assert "do-not-keep-me" not in repr(sample("plan.json"))
    assert "keeper" not in repr(sample("plan.json"))


def test_the_output_for_an_empty_state_declares_nothing(
    read: Callable[[Path], Snapshot], write: Callable[[Any], Path]
) -> None:
    assert not read(write({"format_version": "1.0"})).resources


def _state(module: Any) -> dict[str, Any]:
    return {"format_version": "1.0", "values": {"root_module": module}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"format_version": "2.0"}, "has format version 2.0; 0 and 1 are read; upgrade Setpoint"),
        ({"format_version": 1}, "'format_version' is a whole number; text was expected"),
        ({"format_version": "1.0", "errored": True}, "planning ended in an error"),
        ({"format_version": "1.0", "values": []}, "'values' is a list; an object was expected"),
        ({"format_version": "1.0", "resource_changes": {}}, "'resource_changes' is an object; a list was expected"),
        ({"format_version": "1.0", "resource_changes": [{"address": "a.b"}]}, "a.b: 'change' is null"),
        (_state([]), "a module is a list; an object was expected"),
        (_state({"resources": {}}), "'resources' is an object; a list was expected"),
        (_state({"resources": [{}]}), "'mode' of a resource is null; text was expected"),
        (_state({"resources": [{"mode": "managed"}]}), "'address' of a resource is null; text was expected"),
        (_state({"resources": [{"mode": "managed", "address": "a.b"}]}), "a.b: 'values' is null"),
        (_state({"child_modules": "x"}), "'child_modules' is text; a list was expected"),
    ],
)
def test_a_damaged_output_is_told_where_it_is_damaged(
    read: Callable[[Path], Snapshot], write: Callable[[Any], Path], document: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(write(document))
