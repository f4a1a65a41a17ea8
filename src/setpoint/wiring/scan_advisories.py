"""Puts together what judges dependencies for the scanner of them: readers of lockfiles, and the ledger's advisories.

Called by `wiring.scan`. What reads and compares is loaded by the first lockfile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from setpoint.errors import NotKnownError
from setpoint.model.advisory import AffectedStatus, Match
from setpoint.model.component import Component
from setpoint.model.inventory import Flaw
from setpoint.model.policy import Severity
from setpoint.model.upstream import sources
from setpoint.scan.dependencies.interface import Dependencies, FlawedDependency
from setpoint.settings import Settings

if TYPE_CHECKING:
    from setpoint.intent.sbom.locating import Listed, ListedComponent
    from setpoint.store.interface import InventoryReader

NO_LEDGER: Final = "there is no ledger with advisories here"
NO_ADVISORIES: Final = "no advisories were ever taken in"
REMEDY: Final = "take them in with: setpoint advisories sync"


class AdvisoryJudge:
    """Implements `scan.dependencies.interface.DependencyJudge` with the ledger of the settings."""

    def __init__(self, settings: Settings | None) -> None:
        self._settings = settings

    def unavailable(self) -> str:
        settings = self._settings
        has_ledger = settings is not None and (settings.database is not None or settings.ledger.exists())
        return "" if has_ledger else f"{NO_LEDGER}; {REMEDY}"

    def reads(self, file: str) -> bool:
        from setpoint.intent.sbom.ecosystems.registry import reader_of

        return reader_of(file) is not None

    def judge(self, root: Path, files: Sequence[str]) -> Dependencies:
        from setpoint.intent.sbom.locating import list_components
        from setpoint.wiring.stores import open_reader

        if self._settings is None:
            raise NotKnownError(NO_LEDGER, remedy=REMEDY)
        listed = list_components(root, files)
        with open_reader(self._settings) as ledger:
            inventory = ledger.inventory()
            if not inventory.knows_advisories():
                raise NotKnownError(NO_ADVISORIES, remedy=REMEDY)
            compared = _Compared(inventory, listed.components)
        return Dependencies(tuple(compared.flawed), (*_not_listed(listed), *compared.untold))


class _Compared:
    """What the advisories say of what is listed."""

    def __init__(self, inventory: InventoryReader, listed: Sequence[ListedComponent]) -> None:
        from setpoint.compare.component.matcher import OsvMatcher

        matcher = OsvMatcher()
        components = list(dict.fromkeys(each.component for each in listed))
        packages = {package for each in components for package, _ in sources(each)}
        matches = matcher.match(inventory.advisories_of(packages), components)
        known = inventory.advisories({match.advisory for found in matches for match in found})
        self._matches = dict(zip(components, matches, strict=True))
        self._flaws = {advisory: flaw for flaw in matcher.merge(known) for advisory in flaw.advisories}
        self._exploited = inventory.known_exploited({name for flaw in self._flaws.values() for name in flaw.names})
        self.flawed: list[FlawedDependency] = []
        self.untold: list[str] = []
        for each in listed:
            self._note(each)

    def _note(self, listed: ListedComponent) -> None:
        for flaw, matches in self._flaws_of(listed.component):
            affected = [each for each in matches if each.status is AffectedStatus.AFFECTED]
            if affected:
                self.flawed.append(self._flawed(listed, flaw, affected))
            else:
                self.untold.append(f"{listed.file}: {listed.component.place} cannot be compared with {flaw.id}")

    def _flaws_of(self, component: Component) -> Iterable[tuple[Flaw, list[Match]]]:
        """Several advisories may speak of one problem."""
        matches: defaultdict[Flaw, list[Match]] = defaultdict(list)
        for each in self._matches[component]:
            if (flaw := self._flaws.get(each.advisory)) is not None:
                matches[flaw].append(each)
        return matches.items()

    def _flawed(self, listed: ListedComponent, flaw: Flaw, affected: Sequence[Match]) -> FlawedDependency:
        is_exploited = any(name in self._exploited for name in flaw.names)
        return FlawedDependency(
            flaw=flaw.id,
            summary=flaw.summary,
            severity=Severity.CRITICAL if is_exploited else flaw.severity,
            score=flaw.score,
            package=str(listed.component.package),
            version=listed.component.version,
            fixed=tuple(dict.fromkeys(version for each in affected for version in each.fixed)),
            file=listed.file,
            line=listed.line,
        )


def _not_listed(listed: Listed) -> Iterator[str]:
    """What an advisory may miss."""
    yield from map(str, listed.unread)
    for problem in listed.problems:
        yield f"{problem.where}: {problem.kind}: {problem.what}"
    for each in listed.components:
        if not each.component.version:
            where = f"{each.file}:{each.line}" if each.line else each.file
            yield f"{where}: {each.component.package} is listed without a version"
