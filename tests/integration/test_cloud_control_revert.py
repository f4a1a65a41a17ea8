"""The generic revert against a Cloud Control on loopback: what it changes, when it is repeated, and when it fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # pytest's importlib mode puts no folder on the path

import pytest
from tests.cloud_control import ACCOUNT, CloudControl, serving

from setpoint.act.interface import ActionError
from setpoint.act.revert.cloud_control import PAUSES, Updates
from setpoint.act.revert.reverter import AwsReverter
from setpoint.aws import AwsClients, AwsSettings
from setpoint.compare.config.comparator import ConfigComparator
from setpoint.errors import TemporaryError
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.remediation import NotRevertable, Plan
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

HERE = "eu-west-1"
GROUP = "AWS::Logs::LogGroup"
NAME = "/shop/orders"
URN = Urn.aws("aws", ACCOUNT, HERE, GROUP, NAME)

catalogue = SchemaCatalogue()
comparator = ConfigComparator(catalogue.schema)


pytestmark = pytest.mark.usefixtures("credentials")


@pytest.fixture
def cloud() -> CloudControl:
    cloud = CloudControl()
    cloud.put(HERE, GROUP, NAME, {"LogGroupName": NAME, "RetentionInDays": 1, "KmsKeyId": "arn:k"})
    return cloud


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def reverter(cloud: CloudControl, slept: list[float]) -> Iterator[AwsReverter]:
    with serving(cloud) as url:
        clients = AwsClients(AwsSettings((HERE,), endpoint_url=url, attempts=1, timeout=5.0))
        yield AwsReverter(clients, catalogue.schema, catalogue.handlers, Updates(sleep=slept.append))


def planned(
    reverter: AwsReverter, declared: Mapping[str, Any], actual: Mapping[str, Any], urn: Urn = URN
) -> Plan | NotRevertable:
    intended, found = Resource(urn, declared, "template"), Resource(urn, actual, "aws")
    return reverter.plan(intended, found, comparator.compare(intended, found).drifts)


def retention(reverter: AwsReverter, cloud: CloudControl, days: int = 90) -> Plan:
    plan = planned(reverter, {"LogGroupName": NAME, "RetentionInDays": days}, cloud.model(HERE, GROUP, NAME))
    assert isinstance(plan, Plan)
    return plan


def test_a_declared_value_is_set_back_and_nothing_else_is_touched(reverter: AwsReverter, cloud: CloudControl) -> None:
    plan = retention(reverter, cloud)
    assert {"cloudformation:UpdateResource", "cloudformation:GetResourceRequestStatus"} <= set(plan.permissions)
    assert "logs:PutRetentionPolicy" in plan.permissions
    reverter.apply(plan)
    assert cloud.model(HERE, GROUP, NAME) == {"LogGroupName": NAME, "RetentionInDays": 90, "KmsKeyId": "arn:k"}
    assert cloud.patches == [[{"op": "replace", "path": "/RetentionInDays", "value": 90}]]


def test_its_undo_leads_back(reverter: AwsReverter, cloud: CloudControl) -> None:
    plan = retention(reverter, cloud)
    reverter.apply(plan)
    undo = Plan(plan.urn, tuple(each.undo() for each in plan.changes), "", plan.permissions)
    reverter.apply(undo)
    assert cloud.model(HERE, GROUP, NAME)["RetentionInDays"] == 1


def test_a_value_that_is_gone_is_added_and_its_undo_takes_it_away(reverter: AwsReverter, cloud: CloudControl) -> None:
    del cloud.model(HERE, GROUP, NAME)["RetentionInDays"]
    plan = retention(reverter, cloud)
    reverter.apply(plan)
    assert cloud.patches == [[{"op": "add", "path": "/RetentionInDays", "value": 90}]]
    reverter.apply(Plan(plan.urn, tuple(each.undo() for each in plan.changes), "", ()))
    assert "RetentionInDays" not in cloud.model(HERE, GROUP, NAME)


def test_a_tag_that_nobody_declared_stays(reverter: AwsReverter, cloud: CloudControl) -> None:
    cloud.model(HERE, GROUP, NAME)["Tags"] = [{"Key": "by", "Value": "hand"}, {"Key": "service", "Value": "x"}]
    declared = {"LogGroupName": NAME, "Tags": [{"Key": "service", "Value": "orders"}]}
    plan = planned(reverter, declared, cloud.model(HERE, GROUP, NAME))
    assert isinstance(plan, Plan)
    reverter.apply(plan)
    assert cloud.model(HERE, GROUP, NAME)["Tags"] == [
        {"Key": "by", "Value": "hand"},
        {"Key": "service", "Value": "orders"},
    ]


def test_only_the_member_that_differs_is_patched(reverter: AwsReverter, cloud: CloudControl) -> None:
    urn = Urn.aws("aws", ACCOUNT, HERE, "AWS::Lambda::Function", "f")
    actual = {"FunctionName": "f", "VpcConfig": {"SubnetIds": ["s"], "Ipv6AllowedForDualStack": True}}
    cloud.put(HERE, "AWS::Lambda::Function", "f", actual)
    declared = {"FunctionName": "f", "VpcConfig": {"SubnetIds": ["s"], "Ipv6AllowedForDualStack": False}}
    plan = planned(reverter, declared, actual, urn)
    assert isinstance(plan, Plan)
    reverter.apply(plan)
    assert cloud.patches == [[{"op": "replace", "path": "/VpcConfig/Ipv6AllowedForDualStack", "value": False}]]


def test_what_is_made_already_is_not_asked_for_again(reverter: AwsReverter, cloud: CloudControl) -> None:
    plan = retention(reverter, cloud)
    reverter.apply(plan)
    reverter.apply(plan)
    assert len(cloud.patches) == 1


def test_a_request_whose_answer_was_lost_is_the_same_request(reverter: AwsReverter, cloud: CloudControl) -> None:
    plan = retention(reverter, cloud)
    cloud.polls = 100
    for _ in range(2):
        reverter.apply(plan)
    assert len(cloud.patches) == 1
    cloud.finish()
    assert cloud.model(HERE, GROUP, NAME)["RetentionInDays"] == 90


def test_the_same_drift_is_set_back_again_when_it_comes_back(reverter: AwsReverter, cloud: CloudControl) -> None:
    for _ in range(3):
        cloud.model(HERE, GROUP, NAME)["RetentionInDays"] = 1
        reverter.apply(retention(reverter, cloud))
        assert cloud.model(HERE, GROUP, NAME)["RetentionInDays"] == 90
    assert len(cloud.patches) == 3


def test_what_takes_long_is_left_to_be_verified(reverter: AwsReverter, cloud: CloudControl, slept: list[float]) -> None:
    cloud.polls = 100
    reverter.apply(retention(reverter, cloud))
    assert tuple(slept) == PAUSES
    assert cloud.model(HERE, GROUP, NAME)["RetentionInDays"] == 1


def test_what_is_done_soon_is_not_waited_for_any_longer(
    reverter: AwsReverter, cloud: CloudControl, slept: list[float]
) -> None:
    reverter.apply(retention(reverter, cloud))
    assert tuple(slept) == PAUSES[:2]


@pytest.mark.parametrize("code", ["Throttling", "ServiceInternalError", "NotStabilized", "ResourceConflict"])
def test_a_handler_that_fails_for_now_may_be_asked_again(reverter: AwsReverter, cloud: CloudControl, code: str) -> None:
    plan = retention(reverter, cloud)
    cloud.fails_update = code
    with pytest.raises(TemporaryError, match=code):
        reverter.apply(plan)
    cloud.fails_update = ""
    reverter.apply(plan)
    assert cloud.model(HERE, GROUP, NAME)["RetentionInDays"] == 90


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidRequest", "NotUpdatable", "NotFound"])
def test_a_handler_that_refuses_ends_the_revert(reverter: AwsReverter, cloud: CloudControl, code: str) -> None:
    plan = retention(reverter, cloud)
    cloud.fails_update = code
    with pytest.raises(ActionError, match=rf"UpdateResource failed \({code}\): the handler says so$"):
        reverter.apply(plan)


def test_another_change_under_way_is_waited_for(reverter: AwsReverter, cloud: CloudControl) -> None:
    cloud.polls = 100
    reverter.apply(retention(reverter, cloud, days=30))
    with pytest.raises(TemporaryError):
        reverter.apply(retention(reverter, cloud))


def test_an_entity_that_is_gone_ends_the_revert(reverter: AwsReverter, cloud: CloudControl) -> None:
    plan = retention(reverter, cloud)
    cloud.drop(HERE, GROUP, NAME)
    with pytest.raises(ActionError, match="ResourceNotFoundException"):
        reverter.apply(plan)


@pytest.mark.parametrize(
    ("type_name", "declared", "actual", "reason"),
    [
        (GROUP, {"LogGroupName": "a"}, {"LogGroupName": "b"}, "LogGroupName cannot change without a replacement"),
        (
            "AWS::EC2::KeyPair",
            {"KeyName": "a", "Tags": [{"Key": "k", "Value": "1"}]},
            {"KeyName": "a", "Tags": [{"Key": "k", "Value": "2"}]},
            "cannot change without a replacement",
        ),
        (
            "AWS::SNS::TopicPolicy",
            {"Topics": ["a"]},
            {"Topics": ["b"]},
            "AWS cannot change AWS::SNS::TopicPolicy without a replacement, or not through its generic API",
        ),
        ("Custom::Thing", {"A": 1}, {"A": 2}, "Setpoint has no action that sets A of Custom::Thing"),
    ],
)
def test_what_cannot_be_set_back_says_so_beforehand(
    reverter: AwsReverter, type_name: str, declared: Any, actual: Any, reason: str
) -> None:
    urn = Urn.aws("aws", ACCOUNT, HERE, type_name, "x")
    outcome = planned(reverter, declared, actual, urn)
    assert isinstance(outcome, NotRevertable)
    assert reason in outcome.reason


def test_what_holds_a_secret_that_is_never_returned_is_left_to_people(reverter: AwsReverter) -> None:
    type_name = next(
        name
        for name in sorted(catalogue.types())
        if (schema := catalogue.schema(name)) is not None
        and (handlers := catalogue.handlers(name)) is not None
        and {"read", "update"} <= handlers.permissions.keys()
        and any("." in path for path in schema.write_only)
    )
    schema = catalogue.schema(type_name)
    assert schema is not None
    holder = next(path for path in sorted(schema.write_only) if "." in path).split(".")[0].split("[")[0]
    assert holder not in {name for each in reverter.actions(type_name) for name in each.properties}
