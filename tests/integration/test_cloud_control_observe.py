"""Any type through a Cloud Control on loopback: what is listed, what is asked for, what fails, what is AWS's own."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # pytest's importlib mode puts no folder on the path

import pytest
from tests.cloud_control import ACCOUNT, CloudControl, serving

from setpoint.aws import AwsClients, AwsSettings
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.handlers import Verb
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.aws.listing import NO_LISTING
from setpoint.observe.aws.observer import UNREADABLE, AwsObserver
from setpoint.observe.aws.selection import Selection

HERE, THERE = "eu-west-1", "us-east-1"
TOPIC = "AWS::SNS::Topic"
SAMPLES = Path(__file__).parents[1] / "assets" / "cloud_control" / "recordings.jsonl"
CORPUS = Path(__file__).resolve().parents[3] / "shared/data/aws-drift-corpus.jsonl.gz"

catalogue = SchemaCatalogue(THERE)


pytestmark = pytest.mark.usefixtures("credentials")


@pytest.fixture
def cloud() -> CloudControl:
    return CloudControl(page=2)


@pytest.fixture
def endpoint(cloud: CloudControl) -> Iterator[str]:
    with serving(cloud) as url:
        yield url


@pytest.fixture
def clients(endpoint: str) -> AwsClients:
    return AwsClients(AwsSettings((HERE,), endpoint_url=endpoint, attempts=1, pool=4, timeout=5.0))


def observer(clients: AwsClients, watched: Iterable[str] = ()) -> AwsObserver:
    """Of what Cloud Control reads, and nothing else."""
    return AwsObserver(clients, (), Selection(catalogue.handlers, watched))


def urn(type_name: str, identifier: str, region: str = HERE) -> Urn:
    return Urn.aws("aws", ACCOUNT, region, type_name, identifier)


def declared(*urns: Urn, properties: Mapping[str, Any] | None = None, unidentified: str = "") -> dict[Urn, Resource]:
    return {each: Resource(each, properties or {}, "template", unidentified=unidentified) for each in urns}


def observed(
    reader: AwsObserver, intended: Mapping[Urn, Resource], only: Collection[Area] | None = None
) -> tuple[dict[Urn, Resource], dict[Area, AreaCoverage]]:
    items = list(reader.observe(intended, only))
    resources = [each for each in items if isinstance(each, Resource)]
    coverage = [each for each in items if isinstance(each, AreaCoverage)]
    assert len({each.area for each in coverage}) == len(coverage), "an area is closed once"
    assert len({each.urn for each in resources}) == len(resources), "an entity is told once"
    return {each.urn: each for each in resources}, {each.area: each for each in coverage}


def extents(coverage: Mapping[Area, AreaCoverage]) -> dict[str, tuple[Extent, tuple[str, ...]]]:
    return {area.type: (each.extent, each.reasons) for area, each in coverage.items()}


class TestListing:
    def test_what_is_declared_decides_which_types_are_read(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.put(HERE, TOPIC, "arn:a", {"TopicName": "a"})
        cloud.put(HERE, "AWS::SQS::Queue", "q", {"QueueName": "q"})
        resources, coverage = observed(observer(clients), declared(urn(TOPIC, "arn:a")))
        assert [each.properties for each in resources.values()] == [{"TopicName": "a"}]
        assert extents(coverage) == {TOPIC: (Extent.WHOLE, ())}

    def test_what_is_watched_is_read_though_nothing_of_it_is_declared(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        cloud.put(HERE, "AWS::IAM::User", "eve", {"UserName": "eve"})
        resources, coverage = observed(observer(clients, ["AWS::IAM::User"]), {})
        assert set(resources) == {urn("AWS::IAM::User", "eve", GLOBAL)}
        assert extents(coverage) == {"AWS::IAM::User": (Extent.WHOLE, ())}

    def test_every_page_and_the_whole_model_of_each(self, cloud: CloudControl, clients: AwsClients) -> None:
        for number in range(7):
            cloud.put(HERE, TOPIC, f"arn:{number}", {"TopicName": str(number), "DisplayName": "x"})
        resources, _ = observed(observer(clients), declared(urn(TOPIC, "arn:0")))
        assert {each.properties["TopicName"] for each in resources.values()} == {str(number) for number in range(7)}
        assert all(each.properties["DisplayName"] == "x" for each in resources.values())

    def test_every_region_has_its_own_and_a_global_type_is_read_once(self, cloud: CloudControl, endpoint: str) -> None:
        for region in (HERE, THERE):
            cloud.put(region, TOPIC, f"arn:{region}", {})
            cloud.put(region, "AWS::CloudFront::Distribution", "E1", {"Id": "E1"})
        both = AwsClients(AwsSettings((HERE, THERE), endpoint_url=endpoint, attempts=1))
        intended = declared(urn(TOPIC, "x"), urn("AWS::CloudFront::Distribution", "E1", GLOBAL))
        resources, coverage = observed(observer(both), intended)
        assert set(resources) == {
            urn(TOPIC, f"arn:{HERE}"),
            urn(TOPIC, f"arn:{THERE}", THERE),
            urn("AWS::CloudFront::Distribution", "E1", GLOBAL),
        }
        assert {(area.type, area.region) for area in coverage} == {
            (TOPIC, HERE),
            (TOPIC, THERE),
            ("AWS::CloudFront::Distribution", GLOBAL),
        }
        assert set(observer(both).areas(intended)) == set(coverage)

    def test_only_the_areas_that_are_asked_for(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.put(HERE, TOPIC, "arn:a", {})
        intended = declared(urn(TOPIC, "arn:a"), urn("AWS::SQS::Queue", "q"))
        _, coverage = observed(observer(clients), intended, [Area.of(urn(TOPIC, "arn:a"))])
        assert extents(coverage) == {TOPIC: (Extent.WHOLE, ())}
        assert observed(observer(clients), intended, []) == ({}, {})

    def test_what_vanishes_between_the_listing_and_the_asking_is_absent(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        cloud.put(HERE, TOPIC, "arn:a", {})
        cloud.fail("GetResource", TOPIC, "ResourceNotFoundException")
        resources, coverage = observed(observer(clients), declared(urn(TOPIC, "arn:a")))
        assert not resources
        assert extents(coverage) == {TOPIC: (Extent.WHOLE, ())}


class TestParents:
    STAGE, API = "AWS::ApiGateway::Stage", "AWS::ApiGateway::RestApi"

    def test_entities_below_every_parent_that_there_is(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.needs = {self.STAGE: ("RestApiId",)}
        for api in ("a1", "a2", "a3"):
            cloud.put(HERE, self.API, api, {"RestApiId": api})
            cloud.put(HERE, self.STAGE, f"{api}|live", {"RestApiId": api, "StageName": "live"})
        resources, coverage = observed(observer(clients), declared(urn(self.STAGE, "a1|live")))
        assert set(resources) == {urn(self.STAGE, f"{api}|live") for api in ("a1", "a2", "a3")}
        assert extents(coverage) == {self.STAGE: (Extent.WHOLE, ())}

    def test_without_parents_there_are_none(self, clients: AwsClients) -> None:
        _, coverage = observed(observer(clients), declared(urn(self.STAGE, "a1|live")))
        assert extents(coverage) == {self.STAGE: (Extent.WHOLE, ())}

    def test_a_parent_that_cannot_be_listed_under_leaves_doubt_about_its_own_only(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        for api in ("a1", "a2"):
            cloud.put(HERE, self.API, api, {"RestApiId": api})
            cloud.put(HERE, self.STAGE, f"{api}|live", {"RestApiId": api, "StageName": "live"})
        cloud.fail("ListResources", self.STAGE, "HandlerFailureException", times=1)
        resources, coverage = observed(observer(clients), declared(urn(self.STAGE, "a1|live")))
        assert set(resources) == {urn(self.STAGE, "a2|live")}
        reason = "cloudformation:ListResources failed (HandlerFailureException)"
        assert extents(coverage) == {self.STAGE: (Extent.PARTIAL, (reason,))}

    def test_parents_that_cannot_be_listed_leave_doubt(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.fail("ListResources", self.API, "AccessDeniedException")
        _, coverage = observed(observer(clients), declared(urn(self.STAGE, "a1|live")))
        assert extents(coverage) == {self.STAGE: (Extent.PARTIAL, ("cloudformation:ListResources denied",))}

    def test_a_parent_that_only_the_declared_tell_of(self, cloud: CloudControl, clients: AwsClients) -> None:
        member = "AWS::StorageGateway::Volume"
        handlers = catalogue.handlers(member)
        assert handlers is not None
        assert handlers.needs == ("GatewayARN",)
        cloud.needs = {member: ("GatewayARN",)}
        cloud.put(HERE, member, "arn:main", {"GatewayARN": "g1", "VolumeARN": "arn:main"})
        cloud.put(HERE, member, "arn:other", {"GatewayARN": "g2", "VolumeARN": "arn:other"})
        intended = declared(urn(member, "arn:main"), urn(member, "arn:gone"), properties={"GatewayARN": "g1"})
        resources, coverage = observed(observer(clients), intended)
        assert set(resources) == {urn(member, "arn:main")}
        reason = "nothing tells every GatewayARN to list below, so the declared ones do"
        assert extents(coverage) == {member: (Extent.DECLARED, (reason,))}

    def test_of_what_an_account_may_have_millions_only_the_neighbours_of_the_declared_are_listed(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        stream = "AWS::Logs::LogStream"
        cloud.needs = {stream: ("LogGroupName",)}
        for group in ("orders", "others"):
            cloud.put(HERE, "AWS::Logs::LogGroup", group, {"LogGroupName": group})
            cloud.put(HERE, stream, f"{group}|s", {"LogGroupName": group})
        resources, coverage = observed(observer(clients), declared(urn(stream, "orders|s")))
        assert set(resources) == {urn(stream, "orders|s")}
        [(extent, [reason])] = extents(coverage).values()
        assert extent is Extent.DECLARED
        assert "millions" in reason

    BRANCH, APP = "AWS::Amplify::Branch", "AWS::Amplify::App"

    def _apps(self, cloud: CloudControl) -> None:
        cloud.needs = {self.BRANCH: ("AppId",)}
        for app in ("d1", "d2"):
            cloud.put(HERE, self.APP, f"arn:{app}", {"AppId": app})
            cloud.put(HERE, self.BRANCH, f"arn:{app}/main", {"AppId": app})

    def test_a_parent_is_read_for_what_its_identifier_does_not_tell(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        self._apps(cloud)
        resources, coverage = observed(observer(clients), declared(urn(self.BRANCH, "arn:d1/main")))
        assert set(resources) == {urn(self.BRANCH, "arn:d1/main"), urn(self.BRANCH, "arn:d2/main")}
        assert extents(coverage) == {self.BRANCH: (Extent.WHOLE, ())}

    def test_a_parent_that_vanished_meanwhile_has_nothing_below_it(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        self._apps(cloud)
        cloud.fail("GetResource", self.APP, "ResourceNotFoundException", times=1)
        resources, coverage = observed(observer(clients), declared(urn(self.BRANCH, "arn:d1/main")))
        assert set(resources) == {urn(self.BRANCH, "arn:d2/main")}
        assert extents(coverage) == {self.BRANCH: (Extent.WHOLE, ())}

    def test_a_parent_that_cannot_be_read_leaves_doubt(self, cloud: CloudControl, clients: AwsClients) -> None:
        self._apps(cloud)
        cloud.fail("GetResource", self.APP, "AccessDeniedException", times=1)
        resources, coverage = observed(observer(clients), declared(urn(self.BRANCH, "arn:d1/main")))
        assert set(resources) == {urn(self.BRANCH, "arn:d2/main")}
        assert extents(coverage) == {self.BRANCH: (Extent.PARTIAL, ("cloudformation:GetResource denied",))}

    def test_a_parent_that_does_not_tell_what_is_needed_leaves_doubt(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        self._apps(cloud)
        cloud.put(HERE, self.APP, "arn:d1", {"Name": "shop"})
        resources, coverage = observed(observer(clients), declared(urn(self.BRANCH, "arn:d1/main")))
        assert set(resources) == {urn(self.BRANCH, "arn:d2/main")}
        assert extents(coverage) == {self.BRANCH: (Extent.PARTIAL, (f"{self.APP} arn:d1 does not tell its AppId",))}

    def test_the_account_is_known(self, cloud: CloudControl, clients: AwsClients) -> None:
        dashboard = "AWS::QuickSight::Dashboard"
        cloud.needs = {dashboard: ("AwsAccountId",)}
        cloud.put(HERE, dashboard, f"{ACCOUNT}|sales", {"AwsAccountId": ACCOUNT})
        resources, coverage = observed(observer(clients), declared(urn(dashboard, f"{ACCOUNT}|x")))
        assert set(resources) == {urn(dashboard, f"{ACCOUNT}|sales")}
        assert extents(coverage) == {dashboard: (Extent.WHOLE, ())}

    def test_values_that_there_are_few_of(self, cloud: CloudControl, endpoint: str) -> None:
        acl = "AWS::WAFv2::WebACL"
        cloud.needs = {acl: ("Scope",)}
        both = AwsClients(AwsSettings((HERE, THERE), endpoint_url=endpoint, attempts=1))
        for region, scope in ((HERE, "REGIONAL"), (THERE, "REGIONAL"), (THERE, "CLOUDFRONT")):
            cloud.put(region, acl, f"main|{region}|{scope}", {"Scope": scope})
        resources, coverage = observed(observer(both), declared(urn(acl, "main|x|REGIONAL")))
        assert {(each.region, each.identifier) for each in resources} == {
            (HERE, f"main|{HERE}|REGIONAL"),
            (THERE, f"main|{THERE}|REGIONAL"),
            (THERE, f"main|{THERE}|CLOUDFRONT"),
        }
        assert {each.extent for each in coverage.values()} == {Extent.WHOLE}


class TestUnlisted:
    METHOD = "AWS::ApiGateway::Method"

    def test_what_has_no_listing_is_asked_for_by_name(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.put(HERE, self.METHOD, "a|r|GET", {"HttpMethod": "GET"})
        cloud.put(HERE, self.METHOD, "a|r|PUT", {"HttpMethod": "PUT"})
        intended = declared(urn(self.METHOD, "a|r|GET"), urn(self.METHOD, "a|r|POST"))
        resources, coverage = observed(observer(clients), intended)
        assert set(resources) == {urn(self.METHOD, "a|r|GET")}
        assert extents(coverage) == {self.METHOD: (Extent.DECLARED, (NO_LISTING,))}

    def test_what_has_no_name_yet_is_not_asked_for(self, cloud: CloudControl, clients: AwsClients) -> None:
        _, coverage = observed(
            observer(clients), declared(urn(self.METHOD, "Logical"), unidentified="it does not exist yet")
        )
        assert extents(coverage) == {self.METHOD: (Extent.DECLARED, (NO_LISTING,))}
        assert cloud.tally()["GetResource"] == 0

    def test_a_type_that_cannot_be_read_is_said_not_to_be_covered(self, clients: AwsClients) -> None:
        _, coverage = observed(
            observer(clients), declared(urn("AWS::SNS::TopicPolicy", "p"), urn("Custom::Thing", "t"))
        )
        assert extents(coverage) == {
            "AWS::SNS::TopicPolicy": (Extent.NOT_COVERED, (UNREADABLE,)),
            "Custom::Thing": (Extent.NOT_COVERED, (UNREADABLE,)),
        }


class TestFailing:
    @pytest.mark.parametrize(
        ("code", "message", "reason"),
        [
            ("AccessDeniedException", "", "cloudformation:ListResources denied"),
            ("GeneralServiceException", "", "cloudformation:ListResources failed (GeneralServiceException)"),
            ("HandlerFailureException", "", "cloudformation:ListResources failed (HandlerFailureException)"),
            (
                "HandlerInternalFailureException",
                "",
                "cloudformation:ListResources failed (HandlerInternalFailureException)",
            ),
            ("NetworkFailureException", "", "cloudformation:ListResources failed (NetworkFailureException)"),
            (
                "ServiceInternalErrorException",
                "",
                "cloudformation:ListResources failed (ServiceInternalErrorException)",
            ),
            ("ThrottlingException", "", "cloudformation:ListResources throttled"),
            (
                "GeneralServiceException",
                "User: arn:aws:iam::123456789012:user/test is not authorized to perform: SNS:ListTopics on resource: *",
                "sns:ListTopics denied",
            ),
            (
                "AccessDeniedException",
                "User: arn:aws:iam::123456789012:user/test is not authorized to perform: sns:ListTopics on resource: *",
                "sns:ListTopics denied",
            ),
        ],
    )
    def test_a_type_that_cannot_be_listed_is_not_known(
        self, cloud: CloudControl, clients: AwsClients, code: str, message: str, reason: str
    ) -> None:
        cloud.put(HERE, TOPIC, "arn:a", {})
        cloud.put(HERE, "AWS::SQS::Queue", "q", {})
        cloud.fail("ListResources", TOPIC, code, message)
        resources, coverage = observed(observer(clients), declared(urn(TOPIC, "arn:a"), urn("AWS::SQS::Queue", "q")))
        assert set(resources) == {urn("AWS::SQS::Queue", "q")}
        assert extents(coverage) == {TOPIC: (Extent.NONE, (reason,)), "AWS::SQS::Queue": (Extent.WHOLE, ())}

    @pytest.mark.parametrize("code", ["TypeNotFoundException", "UnsupportedActionException"])
    def test_a_type_that_is_not_to_be_had_here_is_not_covered(
        self, cloud: CloudControl, clients: AwsClients, code: str
    ) -> None:
        cloud.fail("ListResources", TOPIC, code)
        _, coverage = observed(observer(clients), declared(urn(TOPIC, "arn:a")))
        assert [extent for extent, _ in extents(coverage).values()] == [Extent.NOT_COVERED]

    def test_an_entity_that_cannot_be_read_leaves_doubt(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.put(HERE, TOPIC, "arn:a", {})
        cloud.put(HERE, TOPIC, "arn:b", {})
        cloud.fail("GetResource", TOPIC, "GeneralServiceException", times=1)
        resources, coverage = observed(observer(clients), declared(urn(TOPIC, "arn:a")))
        assert len(resources) == 1
        reason = "cloudformation:GetResource failed (GeneralServiceException)"
        assert extents(coverage) == {TOPIC: (Extent.PARTIAL, (reason,))}

    def test_a_later_page_that_fails_leaves_doubt(self, cloud: CloudControl, clients: AwsClients) -> None:
        for number in range(4):
            cloud.put(HERE, TOPIC, f"arn:{number}", {})
        listed = cloud._list

        def only_once(region: str, asked: Mapping[str, Any]) -> Any:
            cloud.fail("ListResources", TOPIC, "ServiceInternalErrorException")
            return listed(region, asked)

        cloud._list = only_once  # type: ignore[method-assign]  # the first page is answered, the second is not
        resources, coverage = observed(observer(clients), declared(urn(TOPIC, "arn:0")))
        assert len(resources) == 2
        assert [extent for extent, _ in extents(coverage).values()] == [Extent.PARTIAL]

    def test_a_throttled_call_is_made_again_and_the_rate_goes_down(self, cloud: CloudControl, endpoint: str) -> None:
        patient = AwsClients(AwsSettings((HERE,), endpoint_url=endpoint, attempts=4))
        cloud.put(HERE, TOPIC, "arn:a", {})
        cloud.fail("GetResource", TOPIC, "ThrottlingException", times=1)
        resources, coverage = observed(observer(patient), declared(urn(TOPIC, "arn:a")))
        assert len(resources) == 1
        assert extents(coverage) == {TOPIC: (Extent.WHOLE, ())}
        assert patient.budget.rate < patient.settings.calls_per_second

    def test_an_answer_that_is_no_model_leaves_doubt(self, cloud: CloudControl, clients: AwsClients) -> None:
        cloud.put(HERE, TOPIC, "arn:a", ["no", "object"])  # type: ignore[arg-type]  # that is the point
        _, coverage = observed(observer(clients), declared(urn(TOPIC, "arn:a")))
        assert [extent for extent, _ in extents(coverage).values()] == [Extent.PARTIAL]

    def test_where_nobody_answers_for_cloud_control_what_is_declared_is_not_covered(
        self, cloud: CloudControl, clients: AwsClients
    ) -> None:
        cloud.offered = False
        reader = observer(clients, ["AWS::IAM::User"])
        wanted = urn(TOPIC, "arn:a")
        _, coverage = observed(reader, declared(wanted))
        assert extents(coverage) == {TOPIC: (Extent.NOT_COVERED, ("the endpoint does not offer Cloud Control",))}
        assert [area.type for area in reader.areas(declared(wanted))] == [TOPIC]
        assert reader.look(wanted) == Unread(wanted, "the endpoint does not offer Cloud Control")


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
