"""What lies in an area that is no longer read is forgotten, which the audit log says; it is not taken for clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from setpoint.loop.forget import no_longer_read
from setpoint.model.drift import DriftKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import RemediationState
from setpoint.model.resource import Unread
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn

Start = Callable[..., Any]


def urn(region: str, account: str = "123456789012", type_name: str = "AWS::S3::Bucket") -> Urn:
    return Urn.aws("aws", account, region, type_name, "one")


IRELAND, VIRGINIA = Area.of(urn("eu-west-1")), Area.of(urn("us-east-1"))


@pytest.fixture
def elsewhere(world: Any) -> Callable[[Area], None]:
    """From now on another area is read, in which nothing is."""

    def read(area: Area) -> None:
        world.areas = lambda *_wanted: [area]
        world.observe = lambda *_wanted: iter([AreaCoverage(area, Extent.WHOLE)])
        world.look = lambda urn: Unread(urn, "it is not in an account and region that are read")

    return read


def closings(worker: Any) -> Iterator[tuple[str, str]]:
    for row in worker.ledger.audit():
        if row.action in ("finding closed", "area forgotten"):
            yield row.action, row.details["reason"]


def test_findings_of_a_region_that_was_taken_out_are_closed_and_the_log_says_why(
    world: Any, start: Start, elsewhere: Callable[[Area], None]
) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    assert len(worker.ledger.findings()) == 1
    elsewhere(VIRGINIA)
    report = worker.heartbeat.beat()
    assert (report.closed, worker.ledger.findings()) == (1, [])
    reason = "AWS::S3::Bucket in eu-west-1 is not read any more: the configuration leaves it out"
    assert list(closings(worker)) == [("finding closed", reason), ("area forgotten", reason)]
    assert [each.state for each in worker.ledger.remediations()] == [RemediationState.ESCALATED]
    assert ("escalated", reason) in [(each.kind, each.title) for each in world.alerts]
    assert report.could_not_tell(), "what is still declared there is not read"
    assert worker.ledger.broken_audit_rows() == []
    worker.heartbeat.beat()
    assert len(list(closings(worker))) == 2, "once"


def test_with_the_credentials_of_another_account_nothing_is_forgotten(
    world: Any, start: Start, elsewhere: Callable[[Area], None]
) -> None:
    world.actual["one"]["Locked"] = False
    worker = start(limit_per_beat=0)
    worker.heartbeat.beat()
    elsewhere(replace(IRELAND, account="999999999999"))
    worker.heartbeat.beat()
    assert len(worker.ledger.findings()) == 1


def test_what_is_not_read_though_its_account_is() -> None:
    here, there, other = urn("eu-west-1"), urn("us-east-1"), urn("us-east-1", account="999999999999")
    role = urn("global", type_name="AWS::IAM::Role")
    read = [IRELAND, replace(IRELAND, region="global", type="AWS::IAM::Role")]
    assert no_longer_read([here, there, other, role], read) == {VIRGINIA: [there]}
    assert no_longer_read([here, there], []) == {}
