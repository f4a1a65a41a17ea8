"""Any type through a Cloud Control on loopback: one entity by its name, what is AWS's own, and recordings."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.cloud_control import CloudControl
from tests.integration.cloud_control_observing import (
    HERE,
    TOPIC,
    catalogue,
    declared,
    extents,
    observed,
    observer,
    urn,
)

from setpoint.aws import AwsClients
from setpoint.model.handlers import Verb
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Extent
from setpoint.model.urn import GLOBAL, Urn

SAMPLES = Path(__file__).parents[1] / "assets" / "cloud_control" / "recordings.jsonl"
CORPUS = Path(__file__).resolve().parents[3] / "shared/data/aws-drift-corpus.jsonl.gz"

pytestmark = pytest.mark.usefixtures("credentials")


class TestProvided:
    def test_what_aws_makes_by_itself_is_known(self, cloud: CloudControl, clients: AwsClients) -> None:
        own = {"alias/aws/s3": "alias/aws/s3", "alias/shop": "alias/shop"}
        for identifier, name in own.items():
            cloud.put(HERE, "AWS::KMS::Alias", identifier, {"AliasName": name})
        resources, _ = observed(observer(clients, ["AWS::KMS::Alias"]), {})
        assert {each.urn.identifier: bool(each.provided_by) for each in resources.values()} == {
            "alias/aws/s3": True,
            "alias/shop": False,
        }

    def test_a_default_vpc_is_told_apart_by_ec2(self, cloud: CloudControl, clients: AwsClients) -> None:
        for identifier in ("vpc-default", "vpc-shop"):
            cloud.put(HERE, "AWS::EC2::VPC", identifier, {"VpcId": identifier})
        reader = observer(clients, ["AWS::EC2::VPC"])
        resources, _ = observed(reader, {})
        assert {each.urn.identifier for each in resources.values() if each.provided_by} == {"vpc-default"}
        for found in resources.values():
            assert reader.look(found.urn) == found

    def test_where_the_defaults_cannot_be_told_nothing_is_said_to_be_nobodys(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        cloud.describes = False
        cloud.put(HERE, "AWS::EC2::Subnet", "subnet-1", {})
        reader, subnet = observer(clients, ["AWS::EC2::Subnet"]), urn("AWS::EC2::Subnet", "subnet-1")
        resources, coverage = observed(reader, {})
        assert not resources
        assert extents(coverage) == {"AWS::EC2::Subnet": (Extent.NONE, ("ec2:DescribeSubnets denied",))}
        assert reader.look(subnet) == Unread(subnet, "ec2:DescribeSubnets denied")


class TestLooking:
    def test_one_entity_is_one_call(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.put(HERE, TOPIC, "arn:a", {"TopicName": "a"})
        reader, wanted, gone = observer(clients), urn(TOPIC, "arn:a"), urn(TOPIC, "arn:b")
        seen = reader.look(wanted)
        assert isinstance(seen, Resource)
        assert seen.properties == {"TopicName": "a"}
        assert cloud.tally()["GetResource"] == 1
        assert cloud.tally()["ListResources"] == 0
        assert reader.look(gone) == Absent(gone)

    def test_what_is_never_to_be_returned_is_not_kept(self, cloud: CloudControl, clients: AwsClients) -> None:
        secret = "AWS::SecretsManager::Secret"
        cloud.put(HERE, secret, "arn:s", {"Name": "s", "SecretString": "hunter2"})
        seen = observer(clients).look(urn(secret, "arn:s"))
        assert isinstance(seen, Resource)
        assert seen.properties == {"Name": "s"}

    def test_a_refusal_is_not_an_absence(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.fail("GetResource", TOPIC, "AccessDeniedException")
        wanted = urn(TOPIC, "arn:a")
        assert observer(clients).look(wanted) == Unread(wanted, "cloudformation:GetResource denied")


def test_a_probe_asks_for_one_page_and_one_entity(cloud: CloudControl, clients: AwsClients) -> None:
    for number in range(5):
        cloud.put(HERE, TOPIC, f"arn:{number}", {})
    (area,) = observer(clients).probe(declared(urn(TOPIC, "arn:0")))
    assert area.extent is Extent.WHOLE
    assert (cloud.tally()["ListResources"], cloud.tally()["GetResource"]) == (1, 1)


def recordings() -> list[Any]:
    lines = SAMPLES.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def replay(cloud: CloudControl, lines: Iterable[Any], clients: AwsClients) -> None:
    """Every recorded model comes back as it was, under its identifier."""
    expected: dict[Urn, Any] = {}
    for line in lines:
        handlers = catalogue.handlers(line["resource"]["resourceType"])
        if handlers is None or Verb.READ not in handlers.permissions:
            continue
        live = line["live"]
        parts = [live.get(name, line["resource"].get("physicalId", "")) for name in handlers.identifier]
        identifier = "|".join(str(part) for part in parts)
        found = urn(handlers.type, identifier)
        cloud.put(HERE, handlers.type, identifier, live)
        expected[found] = live
    reader = observer(clients)
    for found, live in expected.items():
        seen = reader.look(Urn(found.replace(f":{HERE}:", f":{GLOBAL}:")) if _is_global(found) else found)
        assert isinstance(seen, Resource), seen
        assert seen.properties.keys() <= live.keys()
        assert all(seen.properties[name] == live[name] for name in seen.properties.keys() - _emptied(found.type))


def _is_global(found: Urn) -> bool:
    from setpoint.model.globals import is_global

    return is_global(found.type)


def _emptied(type_name: str) -> frozenset[str]:
    """Properties that may have lost something that is never to be returned."""
    handlers = catalogue.handlers(type_name)
    return frozenset(path.split(".")[0].split("[")[0] for path in handlers.write_only) if handlers else frozenset()


def test_recordings_come_back_as_they_were(cloud: CloudControl, clients: AwsClients) -> None:
    replay(cloud, recordings(), clients)
    assert cloud.tally()["GetResource"] == len(recordings())


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of recordings is not on this machine")
def test_the_corpus_comes_back_as_it_was(cloud: CloudControl, clients: AwsClients) -> None:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        replay(cloud, (json.loads(line) for line in lines), clients)
    assert cloud.tally()["GetResource"] > 500
