"""Which instances an advisory bears on, or a package that is named in the news: by service, instance by instance.

Nothing is scanned: the packages in question are looked up, each of their versions is judged once, and the answer is
read from what is kept. `setpoint affected` and the API call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from setpoint.loop.coverage import untold_instances
from setpoint.model.advisory import AffectedStatus, Match
from setpoint.model.component import Component, PackageName
from setpoint.model.finding import FindingRecord
from setpoint.model.inventory import AffectedService, Flaw, Hit, Load, Reached
from setpoint.model.report import Frame, Part
from setpoint.model.service import Service
from setpoint.store.interface import FIRST, InstancePlace, InstanceUse, InventoryReader, LedgerReader

RULES: Final = "component/"
"""Begins the rule of every finding of a component; the id of the flaw follows."""
AT_ONCE: Final = 1_000
"""Instances that are read at one time."""
MOST_ADVISORIES: Final = 100
"""That are asked about at once: a question is about a problem or a few, and a whole database is for `sync`."""
MOST_FUNCTIONS: Final = 100_000
"""Functions of one service that are looked through for those that an advisory names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, ready to be held against components."""

    title: str
    """`CVE-2024-35195`, `pypi/requests@<2.32`."""
    packages: tuple[PackageName, ...]
    match: Callable[[Component], Sequence[Match]]
    """All that is said of a component; nothing of one that is not affected."""
    flaws: tuple[Flaw, ...] = ()
    """Empty for a package that no advisory speaks of."""
    symbols: tuple[str, ...] = ()
    """The code at fault, dotted."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What is said of one component that is kept."""

    component: Component
    match: Match
    """The worst."""
    advisories: tuple[str, ...]
    """Ids of all that say something."""
    fixed: tuple[str, ...]

    @classmethod
    def of(cls, component: Component, told: Sequence[Match]) -> _Verdict:
        certain = [each for each in told if each.status is AffectedStatus.AFFECTED] or told
        fixed = dict.fromkeys(version for each in certain for version in each.fixed)
        return cls(component, certain[0], tuple(each.advisory for each in told if each.advisory), tuple(fixed))


_Verdicts = Mapping[int, _Verdict]
"""By the numbers of the components."""


@dataclass(frozen=True, slots=True)
class AffectedAnswer:
    title: str
    flaws: tuple[Flaw, ...]
    services: tuple[AffectedService, ...]
    """Those that have an affected instance, or one that could not be compared; by name."""
    instances: int
    """Affected, in all."""
    could_not_compare: int
    """Instances with a version that no rule of its ecosystem accepts."""
    unknown: int
    """Instances of which no bill of materials is known: they may be affected, too."""
    hits: tuple[Hit, ...]
    is_cut: bool
    """Whether there are more instances than `hits` tells of."""
    after: InstancePlace | None
    """Where the next page of hits begins; None after the last."""
    unread: tuple[str, ...] = ()
    """Where there may be instances that nobody knows of: areas that the last heartbeat did not read wholly, and why."""


class AffectedSearch:
    def __init__(
        self,
        ledger: LedgerReader,
        described: Mapping[str, Service],
        *,
        only: str | None = None,
        scope: str | None = None,
    ) -> None:
        """`only`: the one service that whoever asks may see; `scope`: of the heartbeats that read what runs."""
        self._ledger = ledger
        self._inventory: InventoryReader = ledger.inventory()
        self._services = {each.name: each for each in ledger.services()} | dict(described)
        self._only = only
        self._scope = scope

    def search(self, asked: Asked, *, after: InstancePlace = FIRST, limit: int = AT_ONCE) -> AffectedAnswer:
        verdicts = self._verdicts(asked)
        affected = [number for number, each in verdicts.items() if each.match.status is AffectedStatus.AFFECTED]
        certain, unsure = self._counts(affected), self._counts(sorted(verdicts.keys() - set(affected)))
        hits, place = self._page(asked, verdicts, after, limit)
        return AffectedAnswer(
            title=asked.title,
            flaws=asked.flaws,
            services=tuple(
                self._service(name, certain.get(name, 0), unsure.get(name, 0)) for name in sorted({*certain, *unsure})
            ),
            instances=sum(certain.values()),
            could_not_compare=sum(unsure.values()),
            unknown=self._unknown(),
            hits=tuple(hits),
            is_cut=place is not None,
            after=place,
            unread=tuple(
                each
                for beat in self._ledger.beats(scope=self._scope, limit=1)
                for each in untold_instances(beat.running)
            ),
        )

    def _verdicts(self, asked: Asked) -> _Verdicts:
        kept = self._inventory.components_of(asked.packages)
        return {each.id: _Verdict.of(each.component, told) for each in kept if (told := asked.match(each.component))}

    def _counts(self, components: Sequence[int]) -> Mapping[str, int]:
        counts = self._inventory.counts(components) if components else {}
        return {name: count for name, count in counts.items() if self._only in (None, name)}

    def _unknown(self) -> int:
        if self._only is not None:
            return self._inventory.running_sboms(self._only).get("", 0)
        return self._inventory.summary().unknown_instances

    def _service(self, name: str, instances: int, could_not_compare: int) -> AffectedService:
        known = self._services.get(name) or Service(name)
        return AffectedService(name, instances, could_not_compare, known.tier, known.exposure, known.owner)

    def _page(
        self, asked: Asked, verdicts: _Verdicts, after: InstancePlace, limit: int
    ) -> tuple[list[Hit], InstancePlace | None]:
        """At most `limit` instances, each with all that it has."""
        shown: list[InstanceUse] = []
        for each in self._instances(list(verdicts), after):
            if len(shown) == limit:
                return self._hits(asked, verdicts, shown), shown[-1].place
            shown.append(each)
        return self._hits(asked, verdicts, shown), None

    def _instances(self, components: Sequence[int], after: InstancePlace) -> Iterator[InstanceUse]:
        if self._only is not None and after[0] != self._only:
            after = (self._only, *FIRST[1:])
        while components:
            page = self._inventory.instances_of(components, after=after, limit=AT_ONCE)
            for each in page:
                if self._only not in (None, each.instance.service):
                    return  # they come service by service
                yield each
            if len(page) < AT_ONCE:
                return
            after = page[-1].place

    def _hits(self, asked: Asked, verdicts: _Verdicts, shown: Sequence[InstanceUse]) -> list[Hit]:
        reach = _Reach(self._ledger, asked.symbols, self._inventory.loads(list(verdicts)) if shown else ())
        waived = cache(self._accepted)
        hits = []
        for use in shown:
            service = use.instance.service
            known = self._services.get(service) or Service(service)
            for number in use.components:
                verdict = verdicts[number]
                component = verdict.component
                reached, because = reach.of(use, component)
                hits.append(
                    Hit(
                        instance=use.instance,
                        package=component.package,
                        version=component.version,
                        purl=component.purl,
                        advisory=verdict.match.advisory,
                        advisories=verdict.advisories,
                        could_not_compare=verdict.match.status is AffectedStatus.COULD_NOT_COMPARE,
                        fixed=verdict.fixed,
                        reached=reached,
                        reached_by=because,
                        tier=known.tier,
                        exposure=known.exposure,
                        owner=known.owner,
                        waived_by=_waived_by(asked.flaws, verdict, waived(service)),
                    )
                )
        return hits

    def _accepted(self, service: str) -> Mapping[tuple[str, str], str]:
        """(rule, purl) of findings that are there and do not count → by what."""
        records: Sequence[FindingRecord] = self._ledger.findings(service=service, include_accepted=True)
        return {
            (each.finding.rule, each.finding.path): each.finding.accepted_by
            for each in records
            if each.is_accepted and each.finding.rule.startswith(RULES)
        }


def _waived_by(flaws: Sequence[Flaw], verdict: _Verdict, waived: Mapping[tuple[str, str], str]) -> str:
    """Empty where one of its flaws still counts."""
    its_own = [each for each in flaws if set(each.advisories) & set(verdict.advisories)]
    accepted = [
        next((by for name in each.names if (by := waived.get((f"{RULES}{name}", verdict.component.purl)))), "")
        for each in its_own
    ]
    return ", ".join(dict.fromkeys(accepted)) if all(accepted) else ""


class _Reach:
    """How much of a component was seen to run, as far as agents tell."""

    def __init__(self, ledger: LedgerReader, symbols: Sequence[str], loads: Sequence[Load]) -> None:
        self._ledger = ledger
        self._symbols = frozenset(symbols)
        self._loads = {(each.service, each.release, each.component): each for each in loads}
        self._functions = cache(self._functions_of)

    def of(self, use: InstanceUse, component: Component) -> tuple[Reached, str]:
        """And what that is concluded from."""
        service, release = use.instance.service, use.instance.release
        load = self._loads.get((service, release, component.key))
        if load is None:
            return Reached.UNKNOWN, ""
        if load.reached is Reached.NOT_LOADED:
            return Reached.NOT_LOADED, "an agent that watches from the start"
        functions = self._functions(service)
        if self._symbols & functions:
            return Reached.SYMBOL, "the functions that the advisory names"
        packages = tuple(f"{each}." for each in load.modules)
        if packages and any(each.startswith(packages) for each in functions):
            return Reached.PACKAGE, "modules of the package"
        return load.reached, "imports"

    def _functions_of(self, service: str) -> frozenset[str]:
        """Of libraries, dotted, as far as agents of the service saw them run."""
        found: set[str] = set()
        inside, after = self._ledger.inside(), ("", "", -1, "")
        while page := inside.functions(service, after=after, limit=AT_ONCE):
            found.update(dotted(frame) for part, frame in page if part is Part.LIBRARY)
            last_part, last = page[-1]
            after = (str(last_part), last.file, last.line, last.function)
            if len(page) < AT_ONCE or len(found) > MOST_FUNCTIONS:
                break
        return frozenset(found)


def dotted(frame: Frame) -> str:
    """`requests/sessions.py`, `Session.get` → `requests.sessions.Session.get`, as advisories name code."""
    module = frame.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"{module}.{frame.function}"
