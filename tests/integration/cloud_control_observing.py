"""An observer of any type, over a Cloud Control on loopback. Used by the tests of observing it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tests.cloud_control import ACCOUNT

from setpoint.aws import AwsClients
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.observe.aws.observer import AwsObserver
from setpoint.observe.aws.selection import Selection

HERE, THERE = "eu-west-1", "us-east-1"
TOPIC = "AWS::SNS::Topic"

catalogue = SchemaCatalogue(THERE)


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
