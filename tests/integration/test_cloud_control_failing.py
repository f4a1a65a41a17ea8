"""Any type through a Cloud Control on loopback: what fails is not known, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.cloud_control import CloudControl
from tests.integration.cloud_control_observing import (
    HERE,
    TOPIC,
    declared,
    extents,
    observed,
    observer,
    urn,
)

from setpoint.aws import AwsClients, AwsSettings
from setpoint.model.resource import Unread
from setpoint.model.snapshot import Extent

pytestmark = pytest.mark.usefixtures("credentials")


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
