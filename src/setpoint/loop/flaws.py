"""Flaws of components, put together from the inventory: what findings are drawn from.

`inventory` asks for those of what services run, `admission` for those of a release.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.compare.interface import ComponentMatcher
from setpoint.decide.interface import ComponentJudge, ComponentPolicies
from setpoint.model.advisory import AffectedStatus, Match
from setpoint.model.component import Component
from setpoint.model.exceptions import NO_EXCEPTIONS
from setpoint.model.finding import Finding
from setpoint.model.inventory import Flaw, FlawUse, Load, Reached, UsedComponent
from setpoint.model.resource import Resource
from setpoint.model.service import Release
from setpoint.model.upstream import sources
from setpoint.model.wording import counted
from setpoint.store.interface import ComponentUse, InventoryReader, StoredComponent, StoredMatch

SURELY: tuple[Reached, ...] = (Reached.SYMBOL, Reached.PACKAGE, Reached.LOADED)
"""What one instance showed holds for all, the most telling first."""


@dataclass(frozen=True, slots=True)
class ComponentParts:
    """What says of components what is wrong with them."""

    matcher: ComponentMatcher
    judge: ComponentJudge
    policies: ComponentPolicies | None = None
    """Says what must hold of them besides."""


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What is known of what a release is made of."""

    flaws: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    bill: tuple[Resource, ...] = ()
    """All of it, for the policies; empty where it is not known, or nobody judges it."""


def match_components(
    inventory: InventoryReader, matcher: ComponentMatcher, components: Sequence[StoredComponent]
) -> list[StoredMatch]:
    """All that is known of these."""
    packages = {package for each in components for package, _ in sources(each.component)}
    told = matcher.match(inventory.advisories_of(packages), [each.component for each in components])
    return [StoredMatch(each.id, match) for each, found in zip(components, told, strict=True) for match in found]


def flaw_uses(
    inventory: InventoryReader, flaws: Iterable[Flaw], matches: Sequence[StoredMatch], uses: Sequence[ComponentUse]
) -> list[FlawUse]:
    """Each flaw of each component in each service where it is used."""
    of_advisory = {advisory: flaw for flaw in flaws for advisory in flaw.advisories}
    told: defaultdict[int, defaultdict[Flaw, list[Match]]] = defaultdict(lambda: defaultdict(list))
    for each in matches:
        if (flaw := of_advisory.get(each.match.advisory)) is not None:
            told[each.component][flaw].append(each.match)
    components = {
        each.id: each.component for each in inventory.components({each.component for each in uses} & told.keys())
    }
    loads = _Loads(inventory.loads(components, services={each.service for each in uses}))
    names = {name for by_flaw in told.values() for flaw in by_flaw for name in flaw.names}
    exploited, scored = inventory.known_exploited(names), inventory.exploit_scores(names)
    return [
        FlawUse(
            flaw,
            use.service,
            components[use.component],
            could_not_compare=all(each.status is AffectedStatus.COULD_NOT_COMPARE for each in found),
            fixed=tuple(dict.fromkeys(version for each in found for version in each.fixed)),
            instances=use.instances,
            releases=use.releases,
            environments=use.environments,
            reached=loads.reached(use, components[use.component]),
            known_exploited=next((exploited[name] for name in flaw.names if name in exploited), None),
            exploit_score=max(
                (scored[name] for name in flaw.names if name in scored), key=lambda each: each.probability, default=None
            ),
        )
        for use in uses
        for flaw, found in told.get(use.component, {}).items()
    ]


def used_components(
    inventory: InventoryReader, uses: Sequence[ComponentUse], flawed: Iterable[FlawUse]
) -> dict[str, list[UsedComponent]]:
    """By service: all that is used, with what is wrong with it."""
    components = {each.id: each.component for each in inventory.components({each.component for each in uses})}
    loads = _Loads(inventory.loads(components, services={each.service for each in uses}))
    flaws: defaultdict[tuple[str, Component], list[FlawUse]] = defaultdict(list)
    for flaw_use in flawed:
        flaws[flaw_use.service, flaw_use.component].append(flaw_use)
    used: defaultdict[str, list[UsedComponent]] = defaultdict(list)
    for use in uses:
        if (component := components.get(use.component)) is not None:
            found = tuple(flaws.get((use.service, component), ()))
            used[use.service].append(UsedComponent(component, loads.reached(use, component), found))
    return used


class _Loads:
    """What agents say, by service and component."""

    def __init__(self, loads: Iterable[Load]) -> None:
        self._said: defaultdict[tuple[str, str], dict[str, Reached]] = defaultdict(dict)
        for each in loads:
            self._said[each.service, each.component][each.release] = each.reached

    def reached(self, use: ComponentUse, component: Component) -> Reached:
        """In these releases. Only where all of them are watched may it be said that it is not loaded."""
        said = self._said.get((use.service, component.key), {})
        of_use = [said.get(release, Reached.UNKNOWN) for release in use.releases or ("",)]
        for each in (*SURELY, Reached.UNKNOWN, Reached.NOT_SEEN):
            if each in of_use:
                return each
        return Reached.NOT_LOADED


NO_ADVISORIES: Final = "whether a flaw of its components is known cannot be told: no advisories were taken in"


def made_of(inventory: InventoryReader, parts: ComponentParts, release: Release) -> MadeOf:
    """What a release is made of and what is wrong with that, matched at this moment; and what is to be remarked."""
    components = inventory.components_of_release(release.service, release.version)
    if not components:
        known = inventory.sboms_of_releases(release.service)
        is_empty = release.version in known
        remarks = () if is_empty or not known else ("what it is made of is not known: no bill of materials was added",)
        return MadeOf(remarks=remarks)
    matches = match_components(inventory, parts.matcher, components)
    flaws = parts.matcher.merge(inventory.advisories({each.match.advisory for each in matches}))
    uses = [ComponentUse(each.id, release.service, 0, (release.version,), ()) for each in components]
    flawed = flaw_uses(inventory, flaws, matches, uses)
    found, _ = parts.judge.judge(flawed, NO_EXCEPTIONS)
    bill: tuple[Resource, ...] = ()
    if parts.policies is not None:
        bill = (parts.policies.bill(used_components(inventory, uses, flawed)[release.service]),)
    told: tuple[str, ...] = () if inventory.knows_advisories() else (NO_ADVISORIES,)
    nameless = sum(not each.component.package.type for each in components)
    if nameless:
        told += (f"of {counted(nameless, 'component')} of it no advisory can be found: no package URL names them",)
    return MadeOf(found, told, bill)
