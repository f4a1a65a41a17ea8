"""What VEX statements mean here: waivers like any other, for the flaws and components that they are about.

Nothing is dropped silently: a statement that waives nothing, or that fits nothing here, is told with the reason.
`setpoint vex add` calls it.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote

from setpoint.errors import InputError, NotFoundError
from setpoint.loop.flaws import ComponentParts
from setpoint.model.component import Component
from setpoint.model.inventory import Flaw
from setpoint.model.purl import Purl
from setpoint.model.upstream import sources
from setpoint.model.urn import Urn
from setpoint.model.vex import VexStatement
from setpoint.model.waiver import Waiver
from setpoint.store.interface import LedgerReader

MOST: Final = 1_000
"""Waivers from one file: all of them are held against every finding."""

AS_GOOD_AS: Final = timedelta(days=1)
"""A waiver that ends so little earlier is the one that is asked for: a file may be added again."""

SOURCE: Final = frozenset({"source", "src", "nosrc"})
"""The architecture, in package URLs, of what a distribution builds packages from (purl-spec, types deb and rpm)."""
OF_SOURCE: Final = frozenset({"arch", "epoch"})
"""Qualifiers that are the source package's own."""

EVERYTHING: Final = "*"
SERVICE: Final = "service:"
FIRST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class VexTerms:
    """On whose word it is believed, and for how long."""

    owner: str
    ticket: str
    until: datetime
    service: str = ""
    """What the statements are about, where they do not name it as it is called here; empty where nobody says."""


@dataclass(frozen=True, slots=True)
class Untaken:
    """A statement that no waiver comes of."""

    statement: VexStatement
    why: str
    is_unknown: bool
    """Whether it fits nothing that is known here, rather than that it waives nothing."""


@dataclass(frozen=True, slots=True)
class VexAnswer:
    waivers: tuple[Waiver, ...]
    """To be entered."""
    known: tuple[Waiver, ...]
    """That hold already."""
    untaken: tuple[Untaken, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """What a waiver is about."""

    scope: str
    rule: str
    path: str

    def meets(self, other: _Place) -> bool:
        """Whether there may be a finding that is in both."""
        pairs = ((self.scope, other.scope), (self.path, other.path))
        return self.rule == other.rule and all(one == two or EVERYTHING in (one, two) for one, two in pairs)


class VexReader:
    """Holds statements against what runs here, and what is known of it."""

    def __init__(self, ledger: LedgerReader, parts: ComponentParts, services: Collection[str]) -> None:
        """`services` are those that the configuration describes."""
        self._ledger = ledger
        self._inventory = ledger.inventory()
        self._parts = parts
        self._services = services

    def answer(self, statements: Sequence[VexStatement], terms: VexTerms, now: datetime) -> VexAnswer:
        """`InputError` where more would come of it than anybody can answer for."""
        held: dict[_Place, VexStatement] = {}
        untaken = []
        # Of what is said at one time, that which waives nothing holds.
        for each in sorted(statements, key=lambda each: (each.at or FIRST, not each.status.waives)):
            try:
                places = self._places(each, terms.service)
            except InputError as error:
                untaken.append(Untaken(each, error.diagnostics(), is_unknown=True))
                continue
            if not each.status.waives:
                # A waiver has no exceptions: one that would reach what is affected is not entered at all.
                held = {one: said for one, said in held.items() if not any(one.meets(other) for other in places)}
            held |= dict.fromkeys(places, each)
        untaken += _waive_nothing(statements, {each.statement for each in untaken}, set(held.values()))
        wanted = [
            _waiver(place, each, terms, now) for place, each in held.items() if each.status.waives and each.reason
        ]
        if len(wanted) > MOST:
            raise InputError(
                f"{len(wanted):,} waivers would come of it; at most {MOST:,} are entered at once",
                remedy="add the statements about what you run only",
            )
        active = {_place_of(each): each for each in self._ledger.waivers() if each.is_active(now)}
        known = {each: before for each in wanted if (before := _as_good(each, active)) is not None}
        return VexAnswer(tuple(each for each in wanted if each not in known), tuple(known.values()), tuple(untaken))

    def _places(self, statement: VexStatement, service: str) -> list[_Place]:
        """`InputError` where it fits nothing here, which says what is missing."""
        scope = self._scope(statement, service)
        flaws = self._parts.matcher.merge(self._inventory.advisories(statement.names))
        if not flaws:
            raise NotFoundError(f"no advisory {statement.names[0]!r} is in force here")
        covered = self._covered(statement.component) if statement.component else []
        found = [
            _Place(scope, self._parts.judge.rule(flaw.id), path)
            for flaw in flaws
            for path in (self._paths(flaw, covered) if statement.component else [EVERYTHING])
        ]
        if not found:
            raise NotFoundError(f"no advisory here says that {flaws[0].id} bears on it")
        return found

    def _scope(self, statement: VexStatement, service: str) -> str:
        product = statement.product
        named = unquote(product.removeprefix(SERVICE)) if product.startswith(SERVICE) else service or product
        if not named and statement.component:
            return EVERYTHING
        if not named:
            raise NotFoundError("it names no product", remedy="say which service it is about with --service")
        if named not in self._services and not self._ledger.knows_service(named):
            raise NotFoundError(
                f"nothing is known of a service {named[:200]!r}", remedy="say which one is meant with --service"
            )
        return Urn.service(named)

    def _covered(self, component: str) -> list[Component]:
        meant = Purl.parse(component)
        found = [each.component for each in self._inventory.components_of([meant.package])]
        covers = _covers_built if _is_of_source(meant, found) else _covers
        covered = [each for each in found if covers(meant, each)]
        if not covered:
            raise NotFoundError("no bill of materials here lists it")
        return covered

    def _paths(self, flaw: Flaw, covered: Sequence[Component]) -> list[str]:
        """Of findings of this flaw: a package URL each."""
        matches = self._parts.matcher.match(self._inventory.advisories(flaw.names), covered)
        return sorted({each.purl for each, some in zip(covered, matches, strict=True) if some})


def _waive_nothing(
    statements: Iterable[VexStatement], untaken: Container[VexStatement], held: Container[VexStatement]
) -> Iterator[Untaken]:
    """Of those that fit something here."""
    for each in statements:
        if each in untaken:
            continue
        if each not in held:
            yield Untaken(each, "another statement about the same says otherwise", is_unknown=False)
        elif not each.status.waives:
            yield Untaken(each, "that waives nothing", is_unknown=False)
        elif not each.reason:
            yield Untaken(each, "it does not say why, and a waiver needs a reason", is_unknown=True)


def _is_of_source(meant: Purl, found: Sequence[Component]) -> bool:
    """Whether it names what a distribution builds its packages from; some say so, of others only that can be meant."""
    return meant.qualifier("arch") in SOURCE or not any(each.package == meant.package for each in found)


def _covers(meant: Purl, component: Component) -> bool:
    """A package URL without a version stands for all, and one without qualifiers for whatever they are."""
    if not component.purl or component.package != meant.package:
        return False
    actual = Purl.parse(component.purl)
    return meant.version in ("", actual.version) and set(meant.qualifiers) <= set(actual.qualifiers)


def _covers_built(meant: Purl, component: Component) -> bool:
    """As `_covers`, of what is built from a source package: whatever is said of that bears on all of it."""
    built_from = {version for package, version in sources(component) if package == meant.package}
    if not component.purl or not built_from:
        return False
    actual, epoch = Purl.parse(component.purl), meant.qualifier("epoch")
    if actual.qualifier("epoch") and not epoch:
        built_from = {each.partition(":")[2] for each in built_from}  # an rpm's, which its version leaves out
    version = f"{epoch}:{meant.version}" if epoch else meant.version
    described = {(name, value) for name, value in meant.qualifiers if name not in OF_SOURCE}
    return (not meant.version or version in built_from) and described <= set(actual.qualifiers)


def _waiver(place: _Place, statement: VexStatement, terms: VexTerms, now: datetime) -> Waiver:
    return Waiver(
        "", place.scope, place.rule, place.path, f"VEX {statement.reason}", terms.owner, terms.ticket, now, terms.until
    )


def _place_of(waiver: Waiver) -> _Place:
    return _Place(waiver.scope, waiver.policy, waiver.path)


def _as_good(wanted: Waiver, active: Mapping[_Place, Waiver]) -> Waiver | None:
    """The one that holds already, and does about as long."""
    before = active.get(_place_of(wanted))
    return before if before is not None and before.expires_at >= wanted.expires_at - AS_GOOD_AS else None
