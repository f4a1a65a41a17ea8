"""Every shipped path of pathfinding.cloud: present, and missed by as little as possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pytest
from tests.unit.compare.identity.escalation.building import (
    ADMINISTRATOR,
    ROOT,
    Building,
    allow,
    deny,
    document,
    ids,
    shipped_paths,
    trusting,
)

from setpoint.model.canonical import Json
from setpoint.model.escalation import Escalation, EscalationPath, Existing, Standing
from setpoint.model.escalation_words import KINDS

PATHS: Final = {each.id: each for each in shipped_paths() if not each.id.startswith("setpoint")}
OTHER_ACCOUNT: Final = "999999999999"
HARMLESS: Final = document(allow("ec2:DescribeRegions"))


@dataclass
class Case:
    """An account in which the caller has what a path needs, but for what a test takes away."""

    path: EscalationPath
    policies: list[Json] = field(default_factory=list)
    """Of the caller, in place of one that allows all that is required."""
    boundary: Json = None
    through_group: bool = False
    with_target: bool = True
    """Whether whoever is reached is an administrator, or can be made one."""
    with_trust: bool = True
    building: Building = field(default_factory=Building)

    @property
    def words(self) -> set[str]:
        return {each.resource for each in self.path.required} | set(self.path.prerequisites)

    @property
    def kind(self) -> str:
        """Of what has the role; empty where the path needs none."""
        words = [each for each in self.words if each.endswith("-with-role")]
        return words[0].removeprefix("existing:").removesuffix("-with-role") if words else ""

    @property
    def is_via(self) -> bool:
        return self.path.id in {"cloudformation-003", "cloudformation-004"}

    @property
    def raises(self) -> bool:
        return "iam-014" <= self.path.id <= "iam-021"

    @property
    def existing(self) -> list[Existing]:
        needed = {word.removeprefix("existing:") for word in self.words if word.startswith("existing:")}
        kinds = {each.removesuffix("-with-role").removesuffix("-with-execution-role") for each in needed}
        return [
            Existing(kind, KINDS[kind].arn, "target" if kind == self.kind else "", {"batch": "yes"}) for kind in kinds
        ]

    def find(self, existing: list[Existing] | None = None) -> Escalation:
        caller = self.build()
        return self.building.find(self.existing if existing is None else existing)[caller]

    def find_without_list(self) -> Escalation:
        caller = self.build()
        return self.building.find(None)[caller]

    def tells(self) -> bool:
        """Whether the path is told in any way."""
        found = self.find()
        return self.path.id in ids(found) | ids(found, conditional=True)

    def build(self) -> str:
        building = self.building
        own = building.policy("own", HARMLESS)
        self._targets(building.policy("theirs", HARMLESS))
        more: dict[str, Json] = {}
        if self.boundary:
            more["boundary"] = building.policy("limit", self.boundary)
        policies = self.policies or [document(allow(*(each.action for each in self.path.required)))]
        if "policy:attached-to-caller" in self.words:
            more["attached"] = [own]
        if "caller-is-role" in self.words:
            return building.role("caller", *policies, **more)
        in_groups = ["mine"] if self.through_group or "group:of-caller" in self.words else []
        building.group("mine", *(policies if self.through_group else ()))
        return building.user("caller", *(() if self.through_group else policies), groups=in_groups, **more)

    def _targets(self, policy: str) -> None:
        building, words = self.building, self.words
        attached = [ADMINISTRATOR] if self.with_target else []
        if "user:target" in words:
            building.user("target", attached=[] if self.raises else attached)
        elif "group:target" in words:
            building.group("target", attached=attached)
        elif self.is_via:
            trust = self._trust("cloudformation.amazonaws.com")
            handed = building.role("handed", document(allow("sts:AssumeRole")), trust=trust)
            building.role("target", trust=trusting({"AWS": handed}), attached=attached)
        elif self.raises:
            building.role("target", trust=trusting(ROOT), attached=[policy])
        else:
            building.role("target", trust=self._trust(), attached=attached, profile=True)

    def _trust(self, service: str = "ec2.amazonaws.com") -> Json:
        if not self.with_trust:
            return trusting({"Service": "unrelated.amazonaws.com"})
        if "role-trusts-caller" in self.words:
            return trusting(ROOT)
        named = [each.removeprefix("role-trusts:") for each in self.words if each.startswith("role-trusts:")]
        if named:
            return trusting({"Service": named[0].partition("|")[0]})
        return trusting({"Service": KINDS[self.kind].service if self.kind else service})


def each_path(keep: Callable[[Case], bool] = lambda _case: True) -> pytest.MarkDecorator:
    kept = [each for each in PATHS.values() if keep(Case(each))]
    return pytest.mark.parametrize("path", kept, ids=lambda each: each.id)


def test_all_paths_are_there() -> None:
    assert len(PATHS) == 65


@each_path()
def test_present(path: EscalationPath) -> None:
    found = Case(path).find()
    assert found.standing is Standing.ESCALATES
    assert path.id in ids(found)


@each_path()
def test_names_the_statement_of_each_permission(path: EscalationPath) -> None:
    found = next(each for each in Case(path).find().paths if each.id == path.id)
    told = {each.action: (each.policy, each.index) for each in found.hops[0].grants}
    assert told.keys() == {each.action for each in path.required}
    assert set(told.values()) <= {("user/caller: inline policy p0", 0), ("role/caller: inline policy p0", 0)}


@each_path()
def test_split_over_policies(path: EscalationPath) -> None:
    policies = [document(allow(each.action)) for each in path.required]
    assert path.id in ids(Case(path, policies=policies).find())


@each_path(lambda case: "caller-is-role" not in case.words)
def test_through_a_group(path: EscalationPath) -> None:
    assert path.id in ids(Case(path, through_group=True).find())


@each_path()
def test_without_any_one_permission(path: EscalationPath) -> None:
    for left_out in path.required:
        rest = [each.action for each in path.required if each != left_out]
        assert not Case(path, policies=[document(allow("ec2:DescribeRegions", *rest))]).tells()


@each_path()
def test_denied_in_another_policy(path: EscalationPath) -> None:
    actions = [each.action for each in path.required]
    for denied in actions:
        assert not Case(path, policies=[document(allow(*actions)), document(deny(denied))]).tells()


@each_path()
def test_outside_of_the_boundary(path: EscalationPath) -> None:
    for left_out in path.required:
        boundary = document({"Effect": "Allow", "NotAction": left_out.action, "Resource": "*"})
        assert not Case(path, boundary=boundary).tells()


@each_path()
def test_within_a_boundary_that_allows_everything(path: EscalationPath) -> None:
    assert path.id in ids(Case(path, boundary=document(allow("*"))).find())


@each_path()
def test_on_another_resource(path: EscalationPath) -> None:
    for constrained in path.required:
        rest = [each.action for each in path.required if each != constrained]
        elsewhere = allow(constrained.action, on="arn:aws:s3:::somewhere-else")
        assert not Case(path, policies=[document(elsewhere, allow("ec2:DescribeRegions", *rest))]).tells()


@each_path()
def test_under_a_condition_that_cannot_be_met(path: EscalationPath) -> None:
    actions = [each.action for each in path.required]
    condition = {"StringEquals": {"aws:PrincipalAccount": OTHER_ACCOUNT}}
    found = Case(path, policies=[document(allow(*actions, Condition=condition))]).find()
    assert found.standing is Standing.NONE


@each_path()
@pytest.mark.parametrize(
    ("condition", "key"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "aws:MultiFactorAuthPresent"),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "aws:SourceIp"),
    ],
)
def test_under_a_condition_of_which_nothing_is_known(path: EscalationPath, condition: Json, key: str) -> None:
    actions = [each.action for each in path.required]
    found = Case(path, policies=[document(allow(*actions, Condition=condition))]).find()
    assert found.standing is Standing.CONDITIONAL
    assert path.id in ids(found, conditional=True)
    assert all(any(key in missing for missing in each.missing) for each in found.paths)


@each_path(lambda case: not {"admin-if:target-is-admin", "group-is-admin"}.isdisjoint(case.words))
def test_where_nobody_is_an_administrator(path: EscalationPath) -> None:
    assert not Case(path, with_target=False).tells()


@each_path(lambda case: not case.raises and any(each.startswith("role-trusts") for each in case.words))
def test_where_the_role_trusts_somebody_else(path: EscalationPath) -> None:
    assert not Case(path, with_trust=False).tells()


@each_path(lambda case: bool(case.existing))
def test_where_nothing_of_the_kind_exists(path: EscalationPath) -> None:
    found = Case(path).find(existing=[])
    assert path.id not in ids(found) | ids(found, conditional=True)


@each_path(lambda case: bool(case.existing))
def test_where_nobody_told_what_exists(path: EscalationPath) -> None:
    found = Case(path).find_without_list()
    assert path.id in ids(found, conditional=True)
    assert path.id not in ids(found)


@each_path(lambda case: bool(case.kind))
def test_where_what_exists_has_another_role(path: EscalationPath) -> None:
    case = Case(path)
    case.building.role("harmless")
    others = [Existing(each.kind, each.arn, "harmless" if each.role else "") for each in case.existing]
    found = case.find(existing=others)
    assert path.id not in ids(found) | ids(found, conditional=True)


@each_path(lambda case: "role:passed" in case.words)
def test_where_the_role_may_be_passed_to_another_service_only(path: EscalationPath) -> None:
    condition = {"StringEquals": {"iam:PassedToService": "unrelated.amazonaws.com"}}
    rest = [each.action for each in path.required if each.action != "iam:PassRole"]
    assert not Case(path, policies=[document(allow("iam:PassRole", Condition=condition), allow(*rest))]).tells()
