"""What is worked out for classes of targets is what the policy engine says of each target alone."""

from __future__ import annotations

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.compare.identity.escalation.building import IAM, NOW, ROOT, Building, document, trusting

from setpoint.compare.identity.aws.evaluation import Answer
from setpoint.compare.identity.escalation.asking import target_values
from setpoint.compare.identity.escalation.circumstances import Circumstances
from setpoint.compare.identity.escalation.world import World
from setpoint.model.canonical import Json

ACTIONS: Final = ("iam:PutUserPolicy", "iam:CreateAccessKey", "iam:*", "*", "sts:AssumeRole")
RESOURCES: Final = (
    "*",
    f"{IAM}user/*",
    f"{IAM}user/a*",
    f"{IAM}user/ab",
    f"{IAM}user/${{aws:username}}",
    f"{IAM}user/${{aws:PrincipalTag/team}}*",
    f"{IAM}role/a*",
)
CONDITIONS: Final[tuple[Json, ...]] = (
    {},
    {"StringEquals": {"aws:ResourceTag/team": "ops"}},
    {"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}},
)
TRUSTS: Final = (
    trusting(ROOT),
    trusting(ROOT, Condition={"StringEquals": {"sts:ExternalId": "x"}}),
    trusting(ROOT, Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}}),
    trusting({"AWS": f"{IAM}user/ab"}),
    trusting({"Service": "ec2.amazonaws.com"}),
)

statements = st.builds(
    lambda effect, actions, key, resources, condition: {
        "Effect": effect,
        "Action": actions,
        key: resources,
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2),
    st.sampled_from(["Resource", "Resource", "NotResource"]),
    st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2),
    st.sampled_from(CONDITIONS),
)
documents = st.lists(statements, min_size=1, max_size=3).map(lambda each: document(*each))
tags = st.sampled_from([{}, {"team": "ops"}, {"team": "a"}])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(documents, min_size=1, max_size=2),
    st.none() | documents,
    st.lists(tags, min_size=4, max_size=4),
    st.lists(st.sampled_from(TRUSTS), min_size=3, max_size=3),
)
def test_classes_agree_with_each_member(
    policies: list[Json], boundary: Json, team_of: list[dict[str, str]], trusts: list[Json]
) -> None:
    building = Building()
    more = {"boundary": building.policy("limit", boundary)} if boundary else {}
    for name, own in zip(("a", "ab", "b", "c"), team_of, strict=True):
        building.user(name, *policies, tags=own, **more)
    for name, trust in zip(("a", "ab", "b"), trusts, strict=True):
        building.role(name, trust=trust)
    world = World(building.account, Circumstances.of(building.account, NOW))
    for actor in world.base[:4]:
        for action in ("iam:putuserpolicy", "iam:createaccesskey"):
            reach = world.asking.among(actor, action, world.users)
            spoken = world.asking.spoken(actor, action)
            for number, arn in enumerate(world.users.arns):
                more_known = target_values(world.users, number, spoken)
                assert _told(reach, number) is _possible(world.asking.on(actor, action, arn, more_known).answer)
        reach = world.trusts.assumable(actor)
        for number in range(3):
            assert _told(reach, number) is _possible(world.trusts.assume(actor, number).answer)


def _told(reach: tuple[int, int], number: int) -> Answer | None:
    sure, maybe = reach
    if sure >> number & 1:
        return Answer.ALLOWED
    return Answer.CONDITIONAL if maybe >> number & 1 else None


def _possible(answer: Answer) -> Answer | None:
    return answer if answer in {Answer.ALLOWED, Answer.CONDITIONAL} else None
