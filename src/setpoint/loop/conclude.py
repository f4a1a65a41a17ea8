"""One entity: compared, judged, and put under the key by which the conclusion is remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from setpoint.compare.interface import Comparator
from setpoint.decide.interface import Judge
from setpoint.loop.accepted import Accepted
from setpoint.loop.intended import IntendedState
from setpoint.loop.ownership import Ownership
from setpoint.model.canonical import digest
from setpoint.model.conclusion import Conclusion
from setpoint.model.drift import Comparison, Gap, GapKind
from setpoint.model.history import Grounds
from setpoint.model.policy import Effect
from setpoint.model.remediation import Mode
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

ABSENT = "absent"
"""Stands in a key for the digest of an entity that does not exist."""


REVERTING: Final = frozenset({Effect.REMEDIATE, Effect.REQUIRE_APPROVAL})
"""Effects that end in a change of production, at once or once somebody approved it."""


def pending(conclusion: Conclusion, mode: Mode) -> Conclusion:
    """The conclusion under no key while something has to be done about it, so that no crash makes it be forgotten."""
    return replace(conclusion, key="") if calls_for_action(conclusion, mode) else conclusion


def calls_for_action(conclusion: Conclusion, mode: Mode) -> bool:
    """Whether something is to be done because of it, in this mode."""
    effects = {each.effect for each in conclusion.decisions}
    return Effect.ESCALATE in effects or (mode is Mode.ENFORCE and not effects.isdisjoint(REVERTING))


class Concluder:
    """Knows all that a conclusion depends on, and so when a remembered one still holds."""

    def __init__(
        self,
        intended: IntendedState,
        comparator: Comparator,
        judge: Judge,
        accepted: Accepted,
        *,
        owner_tag: str,
        mode: Mode,
    ) -> None:
        self._intended = intended
        self._comparator = comparator
        self._judge = judge
        self._accepted = accepted
        self._ownership = Ownership(intended, owner_tag)
        self._mode = mode
        self._contexts: dict[tuple[str, str], str] = {}

    def key(self, urn: Urn, actual: Resource | None) -> str:
        """The digest of everything that the conclusion about `urn` is drawn from."""
        seen = actual.digest() if actual is not None else ABSENT
        declared = self._intended.digest(urn) or self._intended.doubt(urn)
        owner, bearing = self._ownership.owner(urn, actual), self._accepted.bearing(urn)
        return f"{declared}:{seen}:{self._context(urn.type, owner)}:{owner}:{bearing}"

    def conclude(self, urn: Urn, actual: Resource | None) -> Conclusion:
        """Compare and judge; pass None only for what is known not to exist."""
        intended = self._intended.get(urn)
        service = self._ownership.owner(urn, actual)
        doubt = "" if intended is not None else self._intended.doubt(urn)
        if doubt:
            comparison = Comparison(urn, gaps=(Gap(urn, "", GapKind.UNRESOLVED, doubt),))
        else:
            comparison = self._comparator.compare(intended, actual)
        exceptions = self._accepted.about(urn)
        findings, decisions = self._judge.judge(comparison, intended, actual, service, exceptions)
        grounds = Grounds(intended if comparison.drifts else None, actual, exceptions)
        return Conclusion(urn, self.key(urn, actual), service, comparison, findings, decisions, grounds)

    def _context(self, type_name: str, service: str) -> str:
        """What conclusions about all entities share that are of one type and judged alike: facts, rules and mode."""
        judged_by = self._judge.version(type_name, service)
        known = self._contexts.get((type_name, judged_by))
        if known is None:
            known = digest(self._comparator.version(type_name), judged_by, self._mode)
            self._contexts[type_name, judged_by] = known
        return known
