"""Several accounts reverted as one: each change with the credentials of its account. Named by `wiring`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from setpoint.act.interface import Reverter
from setpoint.model.drift import Drift
from setpoint.model.remediation import NotRevertable, Plan
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn


class AccountsReverter:
    """Implements `act.interface.Reverter`."""

    def __init__(self, own: Reverter, others: Mapping[str, Reverter]) -> None:
        """`own` acts in the account of the credentials in use; `others` in theirs by roles, by account id."""
        self._own = own
        self._others = others

    def plan(self, intended: Resource, actual: Resource, drifts: Sequence[Drift]) -> Plan | NotRevertable:
        return self._of(actual.urn).plan(intended, actual, drifts)

    def apply(self, plan: Plan) -> None:
        self._of(plan.urn).apply(plan)

    def _of(self, urn: Urn) -> Reverter:
        return self._others.get(urn.account, self._own)
