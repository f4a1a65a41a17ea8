"""Advisories against components: which of those of its package affect it. What the loop and the commands call.

Each advisory is made ready once, and found by the name of the package: what a component costs is a look-up, and the
advisories of its package.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from setpoint.compare.component.affected import AffectedVersions, Verdict
from setpoint.compare.component.releases import Named
from setpoint.model.advisory import Advisory, AffectedStatus, Match
from setpoint.model.component import Component, PackageName

_WORST_FIRST = (AffectedStatus.AFFECTED, AffectedStatus.COULD_NOT_COMPARE, AffectedStatus.NOT_AFFECTED)


def matches(advisory: Advisory, component: Component) -> Match | None:
    """What the advisory says of the component; None where it does not speak of it, or was withdrawn."""
    return _Prepared(advisory).match(Named.of(component))


class AdvisoryIndex:
    """Advisories by the packages that they name. Of two with one id, the one that was modified last counts."""

    def __init__(self, advisories: Iterable[Advisory] = ()) -> None:
        self._by_id: dict[str, _Prepared] = {}
        self._by_package: defaultdict[PackageName, dict[str, _Prepared]] = defaultdict(dict)
        for advisory in advisories:
            self.put(advisory)

    def put(self, advisory: Advisory) -> None:
        """In place of an older one of its id."""
        known = self._by_id.get(advisory.id)
        if known is not None and known.advisory.modified > advisory.modified:
            return
        for package in known.packages if known else ():
            self._by_package[package].pop(advisory.id)
        prepared = self._by_id[advisory.id] = _Prepared(advisory)
        for package in prepared.packages:
            self._by_package[package][advisory.id] = prepared

    def advisories(self, package: PackageName) -> tuple[Advisory, ...]:
        """Those that name the package and were not withdrawn, by id."""
        found = self._by_package.get(package, {})
        return tuple(found[each].advisory for each in sorted(found))

    def matches(self, component: Component) -> list[Match]:
        """Those that affect it, and those that could not be compared; by id."""
        named = Named.of(component)
        found: dict[str, _Prepared] = {}
        for package, _ in named.names:
            found |= self._by_package.get(package, {})
        told = (found[each].match(named) for each in sorted(found))
        return [each for each in told if each is not None and each.status is not AffectedStatus.NOT_AFFECTED]


class _Prepared:
    """One advisory, and its entries as they were needed."""

    def __init__(self, advisory: Advisory) -> None:
        self.advisory = advisory
        in_force = advisory.affected if advisory.withdrawn is None else ()
        self.packages = tuple(dict.fromkeys(each.package for each in in_force))
        self._versions: dict[int, AffectedVersions] = {}

    def match(self, named: Named) -> Match | None:
        """The worst of what its entries say; fixed versions of all of them."""
        verdicts = [verdict for package, version in named.names for verdict in self._verdicts(package, version, named)]
        for status in _WORST_FIRST:
            found = [each for each in verdicts if each.status is status]
            if found:
                fixed = tuple(dict.fromkeys(version for each in found for version in each.fixed))
                return Match(self.advisory.id, status, fixed, found[0].reason)
        return None

    def _verdicts(self, package: PackageName, version: str, named: Named) -> Iterator[Verdict]:
        """What is not affected in any release that is named is not affected, whichever release it is of."""
        if package not in self.packages:
            return
        for position, entry in enumerate(self.advisory.affected):
            is_of_it = named.is_of_release(entry.ecosystem) if entry.package == package else False
            if is_of_it is False:
                continue
            verdict = self._entry(position).judge(version)
            if is_of_it is None and verdict.status is AffectedStatus.AFFECTED:
                reason = f"it is affected if it is of {entry.ecosystem}; its release is not known"
                verdict = Verdict(AffectedStatus.COULD_NOT_COMPARE, reason)
            yield verdict

    def _entry(self, position: int) -> AffectedVersions:
        if position not in self._versions:
            self._versions[position] = AffectedVersions(self.advisory.affected[position])
        return self._versions[position]
