"""Bills of materials in the ledger: components once each, bills once each, and from components back to bills."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, literal, select, union

from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.upstream import sources
from setpoint.store.interface.inventory import StoredComponent
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory import numbers
from setpoint.store.ledger.inventory.packing import pack_details, pack_numbers, unpack_numbers, unpack_sbom
from setpoint.store.ledger.inventory.tables import component_sources, components, packages, sbom_components, sboms


def add(connection: Connection, sbom: Sbom, at: datetime) -> bool:
    """Whether it is new."""
    if numbers.of_sboms(connection, [sbom.digest]):
        return False
    listed = _number_components(connection, dict(zip(map(numbers.key_of, sbom.keys), sbom.components, strict=True)))
    row = {
        "digest": numbers.key_of(sbom.digest),
        "size": len(sbom.components),
        "components": pack_numbers(listed),
        "details": pack_details(sbom),
        "added_at": at,
    }
    number = connection.execute(insert(sboms).returning(sboms.c.id), row).scalar_one()
    rows = numbers.rows_of(connection, listed)
    pairs = select(rows.c.value, literal(number))
    connection.execute(insert(sbom_components).from_select(["component", "sbom"], pairs))
    return True


def read(connection: Connection, digest: str) -> Sbom | None:
    row = connection.execute(
        select(sboms.c.components, sboms.c.details).where(sboms.c.digest == numbers.key_of(digest))
    ).one_or_none()
    if row is None:
        return None
    listed = read_components(connection, unpack_numbers(row.components))
    return unpack_sbom(sorted(each.component for each in listed), row.details)


def components_of_sboms(connection: Connection, wanted: Collection[int]) -> dict[int, list[int]]:
    """Number of a bill → those of its components."""
    found: dict[int, list[int]] = {}
    for some in batches(sorted(wanted)):
        rows = connection.execute(select(sboms.c.id, sboms.c.components).where(sboms.c.id.in_(some)))
        found |= {row.id: unpack_numbers(row.components) for row in rows}
    return found


def read_components(connection: Connection, wanted: Collection[int]) -> list[StoredComponent]:
    found: list[StoredComponent] = []
    for some in batches(sorted(wanted)):
        found += _decoded(connection, _all().where(components.c.id.in_(some)))
    return found


def components_of_packages(connection: Connection, wanted: Collection[PackageName]) -> list[StoredComponent]:
    found: list[StoredComponent] = []
    for some in batches(sorted(numbers.known_packages(connection, wanted).values())):
        built = select(component_sources.c.component).where(component_sources.c.package.in_(some))
        named = select(components.c.id).where(components.c.package.in_(some))
        found += _decoded(connection, _all().where(components.c.id.in_(union(named, built))))
    return found


def components_after(connection: Connection, number: int, limit: int) -> list[StoredComponent]:
    """In the order in which they came."""
    return _decoded(connection, _all().where(components.c.id > number).limit(limit))


def _number_components(connection: Connection, listed: Mapping[bytes, Component]) -> list[int]:
    """By their keys; new ones included."""
    found = numbers.find(connection, components, (components.c.key,), list(listed))
    missing = [(key, each) for key, each in listed.items() if key not in found]
    if missing:
        of = numbers.of_packages(connection, {each.package for _, each in missing})
        rows = [_row(key, each, of[each.package]) for key, each in missing]
        new = numbers.add(connection, components, (components.c.key,), rows)
        _note_sources(connection, {new[key]: each for key, each in missing})
        found |= new
    return list(found.values())


def _note_sources(connection: Connection, new: Mapping[int, Component]) -> None:
    built_from = {
        (package, number) for number, each in new.items() for package, _ in sources(each) if package != each.package
    }
    if not built_from:
        return
    of = numbers.of_packages(connection, {package for package, _ in built_from})
    rows = [{"package": of[package], "component": number} for package, number in sorted(built_from)]
    connection.execute(insert(component_sources), rows)


def _row(key: bytes, component: Component, package: int) -> dict[str, Any]:
    has_details = component.licences or component.hashes
    return {
        "key": key,
        "package": package,
        "version": component.version,
        "purl": component.purl,
        "details": [component.licences, component.hashes] if has_details else None,
    }


def _all() -> Select[Any]:
    return (
        select(components, packages.c.type, packages.c.name)
        .join(packages, packages.c.id == components.c.package)
        .order_by(components.c.id)
    )


def _decoded(connection: Connection, wanted: Select[Any]) -> list[StoredComponent]:
    return [StoredComponent(row.id, _decode(row)) for row in connection.execute(wanted)]


def _decode(row: Row[Any]) -> Component:
    licences, hashes = row.details or ((), ())
    return Component(
        PackageName(row.type, row.name),
        row.version,
        row.purl,
        tuple(licences),
        tuple((algorithm, value) for algorithm, value in hashes),
    )


def keys_to_numbers(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Of the components that are known by these keys."""
    by_key = {numbers.key_of(each): each for each in keys}
    found = numbers.find(connection, components, (components.c.key,), list(by_key))
    return {by_key[key]: number for key, number in found.items()}
