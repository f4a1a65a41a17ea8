"""Where components run: from components to bills, and to groups of instances. `reader` calls it.

No instance is read, and no bill but where all that it lists is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, func, select, union

from setpoint.model.inventory import InventorySummary
from setpoint.store.interface.inventory import ComponentUse, StoredComponent
from setpoint.store.ledger.inventory import bills
from setpoint.store.ledger.inventory.numbers import any_of, key_of
from setpoint.store.ledger.inventory.tables import (
    NOTHING,
    advisories,
    advisory_packages,
    components,
    groups,
    releases,
    sbom_components,
    sboms,
    services,
)


def counts(connection: Connection, wanted: Collection[int]) -> dict[str, int]:
    """Service → how many of its instances have any of these."""
    counted = func.sum(groups.c.instances)
    asked = (
        select(services.c.name, counted)
        .join(groups, groups.c.service == services.c.id)
        .where(groups.c.sbom.in_(bills_with(wanted)), groups.c.instances > 0)
        .group_by(services.c.name)
        .order_by(services.c.name)
    )
    return {name: int(count) for name, count in connection.execute(asked)}


def uses(connection: Connection, wanted: Collection[int], only: Collection[str] | None) -> list[ComponentUse]:
    found: dict[tuple[str, int], list[tuple[str, str, int]]] = defaultdict(list)
    for row in connection.execute(_uses(wanted, only)):
        found[row.service, row.component].append((row.version or "", row.environment, int(row.instances)))
    return [
        ComponentUse(
            component,
            service,
            sum(count for _, _, count in rows),
            tuple(sorted({version for version, _, _ in rows if version})),
            tuple(sorted({environment for _, environment, _ in rows if environment})),
        )
        for (service, component), rows in sorted(found.items())
    ]


def _uses(wanted: Collection[int], only: Collection[str] | None) -> Select[Any]:
    table = sbom_components
    alike = (services.c.name, table.c.component, releases.c.version, groups.c.environment)
    asked = (
        select(
            services.c.name.label("service"),
            table.c.component,
            releases.c.version,
            groups.c.environment,
            func.sum(groups.c.instances).label("instances"),
        )
        .select_from(table)
        .join(groups, groups.c.sbom == table.c.sbom)
        .join(services, services.c.id == groups.c.service)
        .outerjoin(releases, releases.c.id == groups.c.release)
        .where(any_of(table.c.component, wanted), groups.c.instances > 0)
        .group_by(*alike)
    )
    return asked if only is None else asked.where(services.c.name.in_(sorted(only)))


def of_services(connection: Connection, wanted: Collection[str]) -> dict[str, list[int]]:
    """Service → the components of all that its instances run."""
    run: dict[str, set[int]] = {each: set() for each in wanted}
    asked = (
        select(services.c.name, groups.c.sbom)
        .join(groups, groups.c.service == services.c.id)
        .where(services.c.name.in_(sorted(wanted)), groups.c.instances > 0, groups.c.sbom != NOTHING)
    )
    for name, sbom in connection.execute(asked):
        run[name].add(sbom)
    listed = bills.components_of_sboms(connection, {sbom for each in run.values() for sbom in each})
    return {name: sorted({one for sbom in each for one in listed[sbom]}) for name, each in run.items()}


def services_of_sbom(connection: Connection, digest: str) -> list[str]:
    """Whose releases were built of it, or whose instances were found running it; by name."""
    number = select(sboms.c.id).where(sboms.c.digest == key_of(digest)).scalar_subquery()
    built = select(releases.c.service).where(releases.c.sbom == number)
    ran = select(groups.c.service).where(groups.c.running == number)
    asked = select(services.c.name).where(services.c.id.in_(union(built, ran))).order_by(services.c.name)
    return list(connection.execute(asked).scalars())


def bearings(connection: Connection) -> dict[str, str]:
    """Service → what bore on it when it was concluded last, of those that run something that is known."""
    run = select(groups.c.service).where(groups.c.sbom != NOTHING, groups.c.instances > 0)
    asked = select(services.c.name, services.c.bearing).where(services.c.id.in_(run)).order_by(services.c.name)
    return {row.name: row.bearing for row in connection.execute(asked)}


def components_of_release(connection: Connection, service: str, version: str) -> list[StoredComponent]:
    """What was built; empty where nobody said."""
    asked = (
        select(releases.c.sbom)
        .join(services, services.c.id == releases.c.service)
        .where(services.c.name == service, releases.c.version == version)
    )
    sbom = connection.execute(asked).scalar_one_or_none() or NOTHING
    listed = bills.components_of_sboms(connection, {sbom}).get(sbom, [])
    return bills.read_components(connection, listed)


def sboms_of(connection: Connection, service: str) -> dict[str, int]:
    """Digest of a bill → how many instances run it; under the empty text those of which none is known."""
    asked = (
        select(sboms.c.digest, func.sum(groups.c.instances))
        .select_from(groups)
        .join(services, services.c.id == groups.c.service)
        .outerjoin(sboms, sboms.c.id == groups.c.sbom)
        .where(services.c.name == service, groups.c.instances > 0)
        .group_by(sboms.c.digest)
    )
    return {(digest.hex() if digest else ""): int(count) for digest, count in connection.execute(asked)}


def summary(connection: Connection) -> InventorySummary:
    def number(asked: Select[Any]) -> int:
        return int(connection.execute(asked).scalar_one() or 0)

    of_group = groups.c.instances
    of_source = select(advisories.c.source, func.count().label("number")).where(advisories.c.withdrawn.is_(None))
    by_source = {row.source: row.number for row in connection.execute(of_source.group_by(advisories.c.source))}
    return InventorySummary(
        services=number(select(func.count(groups.c.service.distinct())).where(of_group > 0)),
        releases=number(select(func.count()).select_from(releases)),
        instances=number(select(func.sum(of_group))),
        sboms=number(select(func.count()).select_from(sboms)),
        components=number(select(func.count()).select_from(components)),
        advisories=sum(by_source.values()),
        packages_of_advisories=number(select(func.count(advisory_packages.c.package.distinct()))),
        advisories_by_source=by_source,
        unknown_instances=number(select(func.sum(of_group)).where(groups.c.sbom == NOTHING)),
    )


def bills_with(wanted: Collection[int]) -> Select[Any]:
    """The numbers of all that list any of these components."""
    return select(sbom_components.c.sbom).where(any_of(sbom_components.c.component, wanted))
