"""Any type through a Cloud Control on loopback: what is listed, below which parents, and what has no listing."""

from __future__ import annotations

import pytest
from tests.cloud_control import ACCOUNT, CloudControl
from tests.integration.cloud_control_observing import (
    HERE,
    THERE,
    TOPIC,
    catalogue,
    declared,
    extents,
    observed,
    observer,
    urn,
)

from setpoint.aws import AwsClients, AwsSettings
from setpoint.model.snapshot import Area, Extent
from setpoint.model.urn import GLOBAL
from setpoint.observe.aws.listing import NO_LISTING
from setpoint.observe.aws.observer import UNREADABLE

pytestmark = pytest.mark.usefixtures("credentials")


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
