"""Changes of several accounts: each with the credentials of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from setpoint.act.revert.accounts import AccountsReverter
from setpoint.model.drift import Drift
from setpoint.model.remediation import NotRevertable, Plan
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

OWN = Urn("aws:111122223333:eu-west-1:AWS::S3::Bucket:own")
THEIRS = Urn("aws:222233334444:eu-west-1:AWS::S3::Bucket:theirs")


@dataclass
class Account:
    """A reverter that remembers what it set."""

    name: str
    applied: list[Urn] = field(default_factory=list)

    def plan(self, intended: Resource, actual: Resource, drifts: Sequence[Drift]) -> Plan | NotRevertable:
        assert intended.urn == actual.urn
        return NotRevertable(actual.urn, f"{self.name}, {len(drifts)} drifts")

    def apply(self, plan: Plan) -> None:
        self.applied.append(plan.urn)


def test_each_account_changes_what_is_its_own() -> None:
    own, theirs = Account("own"), Account("theirs")
    reverter = AccountsReverter(own, {"222233334444": theirs})
    for urn in (OWN, THEIRS):
        reverter.apply(Plan(urn, (), "", ()))
        outcome = reverter.plan(Resource(urn, {}, "t"), Resource(urn, {}, "aws"), [])
        assert outcome == NotRevertable(urn, f"{urn.identifier}, 0 drifts")
    assert (own.applied, theirs.applied) == ([OWN], [THEIRS])
