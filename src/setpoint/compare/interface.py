"""What the loop asks of comparing: one entity, intended against actual, and components against advisories. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from setpoint.model.advisory import Advisory, Match
from setpoint.model.canonical import Json
from setpoint.model.component import Component
from setpoint.model.drift import Comparison, Explanation
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.identity import PrincipalComparison, PrincipalUse, Used, UseRecord
from setpoint.model.inside import CodeSeen
from setpoint.model.inventory import Flaw
from setpoint.model.resource import Resource
from setpoint.model.scan import StandingOf, Weakness
from setpoint.model.urn import Urn


class Comparator(Protocol):
    def compare(self, intended: Resource | None, actual: Resource | None) -> Comparison:
        """Every difference, gap and fold. At least one side is given; a side that is None does not exist.

        The caller passes `actual=None` only when the area was read wholly.
        """
        ...

    def version(self, type_name: str) -> str:
        """Changes whenever the rules or facts for this type do."""
        ...


class Explainer(Protocol):
    def explain(self, comparison: Comparison, actual: Resource | None, path: str) -> Sequence[Explanation]:
        """Why the property at a path (every one, where it is empty) is what the comparison says of it.

        Raises `NotFoundError` for a path that the type does not have, `CouldNotTellError` where `actual` is needed and
        not given.
        """
        ...


class ComponentMatcher(Protocol):
    """Says which advisories bear on which components. Raises `InputError` where a library for that is not installed."""

    def match(self, advisories: Iterable[Advisory], components: Sequence[Component]) -> Sequence[Sequence[Match]]:
        """Of each component, what those say that bear on it, and those of which that could not be told."""
        ...

    def merge(self, advisories: Iterable[Advisory]) -> Sequence[Flaw]:
        """What they are about, each problem once."""
        ...


class WeaknessJoiner(Protocol):
    """Holds what scanners say of the source against what agents saw of the running code."""

    def standings(
        self, weaknesses: Sequence[Weakness], seen: CodeSeen, scanned: Mapping[str, Sequence[Weakness]]
    ) -> Mapping[str, StandingOf]:
        """By fingerprint, of every weakness. `scanned`: release → what scanners said of its source, of as many of the
        releases that agents watched as are known: only what was in the code then can be told to be quiet or unused.

        Give the places of `seen` that still hold: one that was mended confirms nothing.
        """
        ...


class ConfinementCheck(Protocol):
    """Says whether what is on a principal lets nothing be allowed to it any more."""

    def escape(self, arn: str, policies: Sequence[Json]) -> str:
        """What would still be allowed to it with these policies, whatever else is, as a clause; empty where nothing."""
        ...


class ComparablePrincipal(Protocol):
    """Somebody who is there, or was declared, or both."""

    @property
    def urn(self) -> Urn: ...

    @property
    def principal(self) -> str:
        """As its provider names it."""
        ...

    @property
    def key(self) -> str:
        """The digest of all that comparing would conclude from."""
        ...

    def compare(self) -> PrincipalComparison: ...


class IdentityComparator(Protocol):
    """What principals were meant to be allowed, against what they are granted and what they use."""

    def principals(self, granted: IamAccount, declared: DeclaredIam | None) -> Iterator[ComparablePrincipal]:
        """Everybody; `declared` is None where nothing is declared of the account's identities."""
        ...

    def with_use(
        self, comparison: PrincipalComparison, used: Iterable[Used], record: UseRecord, since: datetime
    ) -> PrincipalUse:
        """With all that the record tells of the principal; what was not used since then counts as not used."""
        ...
