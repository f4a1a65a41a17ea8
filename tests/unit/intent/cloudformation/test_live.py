"""Attributes told by running resources: the ones there are, and why there are none."""

from __future__ import annotations

import pytest

from setpoint.intent.cloudformation.live import LiveAttributes
from setpoint.model.canonical import Json, Unknown
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn

DATABASE = Urn("aws:123456789012:eu-west-1:AWS::RDS::DBInstance:orders")
RUNNING = Resource(
    DATABASE, {"Endpoint": {"Address": "orders.example"}}, "aws", unread={"CertificateDetails": "rds:Describe denied"}
)


@pytest.mark.parametrize(
    ("found", "name", "value"),
    [
        (RUNNING, "Endpoint.Address", "orders.example"),
        (RUNNING, "Endpoint.Port", Unknown("the running resource has no such attribute")),
        (RUNNING, "CertificateDetails.ValidTill", Unknown("it could not be read: rds:Describe denied")),
        (Absent(DATABASE), "Endpoint.Address", Unknown("the resource does not exist yet")),
        (Unread(DATABASE, "throttled"), "Endpoint.Address", Unknown("the resource could not be read: throttled")),
    ],
)
def test_an_attribute_or_why_there_is_none(found: Resource | Absent | Unread, name: str, value: Json) -> None:
    assert LiveAttributes(lambda _: found).attribute(DATABASE, name) == value


def test_without_anyone_to_ask_everything_is_unknown() -> None:
    assert LiveAttributes(None).attribute(DATABASE, "Endpoint") == Unknown("the running resource was not asked")


def test_asking_again_sees_what_has_come_to_exist() -> None:
    world: dict[Urn, Resource] = {}
    live = LiveAttributes(lambda urn: world.get(urn, Absent(urn)))
    live.attribute(DATABASE, "Endpoint.Address")
    assert live.asked_again().told() == live.told()
    world[DATABASE] = RUNNING
    assert live.asked_again().told() == [[DATABASE, "Endpoint.Address", "orders.example"]]
