"""What exists beside IAM: which instances a cluster may have."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.unit.compare.identity.escalation.building import ACCOUNT, Building, allow, document, trusting

from setpoint.model.escalation import Existing, Standing

CLUSTER = Existing("cluster", f"arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster/c")
OF_NODES = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"


def instance(role: str, facts: Mapping[str, str] | None = None) -> Existing:
    return Existing("instance", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1", role, facts or {})


@pytest.mark.parametrize(
    ("existing", "standing"),
    [
        ([CLUSTER], Standing.NONE),
        ([instance("node")], Standing.NONE),
        ([CLUSTER, instance("node")], Standing.ESCALATES),
        ([CLUSTER, instance("other")], Standing.CONDITIONAL),
        ([CLUSTER, instance("node", {"state": "terminated"})], Standing.NONE),
        ([CLUSTER, instance("other", {"state": "terminated"})], Standing.NONE),
        ([CLUSTER, Existing("autoscaling-group", "arn:*:autoscaling:*:*:*")], Standing.CONDITIONAL),
    ],
)
def test_container_instances_are_instances_that_may_register(existing: list[Existing], standing: Standing) -> None:
    account = Building()
    account.admin("admin", trusting({"Service": "ecs-tasks.amazonaws.com"}))
    account.role("node", attached=[OF_NODES], profile=True)
    account.role("other", profile=True)
    user = account.user("me", document(allow("iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:StartTask")))
    assert account.find(existing)[user].standing is standing
