"""Numbers for what has a name: found where they are known, else given. Inside the caller's writing transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnClause,
    ColumnElement,
    Connection,
    Insert,
    LargeBinary,
    Subquery,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    tuple_,
)

from setpoint.errors import NotFoundError
from setpoint.model.component import PackageName
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory.tables import NOTHING, images, packages, releases, sboms, services

Name = TypeVar("Name")
Row = Mapping[str, Any]

TUPLES: Final = 2_000
"""Names of several parts in one statement."""


MOST_NUMBERS: Final = 50_000
"""Numbers that are written out in one statement: SQLite takes a million characters (*Limits In SQLite*)."""


def of_services(connection: Connection, names: Collection[str]) -> dict[str, int]:
    return _numbers(connection, services, (services.c.name,), names, {"bearing": ""})


def of_packages(connection: Connection, names: Collection[PackageName]) -> dict[PackageName, int]:
    pairs = _numbers(
        connection, packages, (packages.c.name, packages.c.type), {(each.name, each.type) for each in names}
    )
    return {each: pairs[each.name, each.type] for each in names}


def of_releases(connection: Connection, names: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """By the number of the service and the version; no version is no release."""
    wanted = {each for each in names if each[1]}
    found = _numbers(connection, releases, (releases.c.service, releases.c.version), wanted, {"sbom": NOTHING})
    return {each: found.get(each, NOTHING) for each in names}


def of_images(connection: Connection, digests: Collection[str]) -> dict[str, int]:
    found = _numbers(connection, images, (images.c.digest,), {*digests} - {""}, {"sbom": NOTHING})
    return {each: found.get(each, NOTHING) for each in digests}


def of_sboms(connection: Connection, digests: Collection[str]) -> dict[str, int]:
    """Of those that are known."""
    keys = {key: each for each in digests if (key := key_of(each))}
    return {keys[key]: number for key, number in find(connection, sboms, (sboms.c.digest,), list(keys)).items()}


def of_sbom(connection: Connection, digest: str) -> int:
    number = of_sboms(connection, [digest]).get(digest)
    if number is None:
        raise NotFoundError(f"there is no bill of materials {digest!r}", remedy="add it first: setpoint sbom add FILE")
    return number


def any_of(column: Column[Any], wanted: Collection[int]) -> ColumnElement[bool]:
    """Whether the column is one of these, of which there may be more than a statement takes values."""
    return column.in_(bindparam(None, sorted(wanted), expanding=True, literal_execute=True))


def key_of(digest: str) -> bytes:
    """A digest as it is kept; empty for what is none, which nothing is found under."""
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""


def known_packages(connection: Connection, names: Collection[PackageName]) -> dict[PackageName, int]:
    pairs = {(each.name, each.type): each for each in names}
    found = find(connection, packages, (packages.c.name, packages.c.type), list(pairs))
    return {pairs[pair]: number for pair, number in found.items()}


def find(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], names: Sequence[Name]
) -> dict[Name, int]:
    """Name (a tuple where it has several columns) → number, of those that are known."""
    found: dict[Name, int] = {}
    for some in batches(names, TUPLES):
        if connection.dialect.name == "sqlite" and len(columns) == 1:
            rows = connection.exec_driver_sql(_plainly(table, columns[0], len(some)), tuple(some))
        else:
            rows = connection.execute(select(table.c.id, *columns).where(is_in(connection, columns, some)))
        found |= _by_name(rows.all(), columns)
    return found


def _plainly(table: Table, column: Column[Any], number: int) -> str:
    """In the driver's own words: to write a statement with hundreds of values takes SQLAlchemy ten times as long as it
    takes SQLite to answer it."""
    return f'SELECT id, "{column.name}" FROM "{table.name}" WHERE "{column.name}" IN ({",".join("?" * number)})'  # noqa: S608 (the names are our own)


def add(connection: Connection, table: Table, columns: Sequence[Column[Any]], rows: Sequence[Row]) -> dict[Any, int]:
    """Name → the number that it was given."""
    return _by_name(insert_all(connection, insert(table), rows, (table.c.id, *columns)), columns)


def insert_all(
    connection: Connection, statement: Insert, rows: Sequence[Row], returned: Sequence[Column[Any]] = ()
) -> Iterable[Any]:
    """All rows by one statement, which may say what is to be done where one is there."""
    if connection.dialect.name == "postgresql":
        given = [statement.table.c[name] for name in rows[0]]
        listed = select(*_rows(given, [[row[each.name] for row in rows] for each in given]))
        statement = statement.from_select([each.name for each in given], listed)
        return connection.execute(statement.returning(*returned) if returned else statement)
    return connection.execute(statement.returning(*returned) if returned else statement, rows)


def _by_name(rows: Iterable[Any], columns: Sequence[Column[Any]]) -> dict[Any, int]:
    if len(columns) == 1:
        return {name: number for number, name in rows}
    return {tuple(name): number for number, *name in rows}


def _numbers(
    connection: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    names: Collection[Name],
    others: Row | None = None,
) -> dict[Name, int]:
    # In order, so that the same names always get their numbers alike.
    wanted = sorted(names)  # type: ignore[type-var] # texts, or tuples of texts and numbers
    found = find(connection, table, columns, wanted)
    missing = [each for each in wanted if each not in found]
    if missing:
        found |= add(connection, table, columns, [{**_row(columns, each), **(others or {})} for each in missing])
    return found


def _row(columns: Sequence[Column[Any]], name: Any) -> Row:
    parts: Iterable[Any] = name if len(columns) > 1 else (name,)
    return {column.name: part for column, part in zip(columns, parts, strict=True)}


def is_in(connection: Connection, columns: Sequence[Column[Any]], names: Sequence[Any]) -> ColumnElement[bool]:
    """Whether these columns together are one of the names, tuples where there are several columns."""
    if connection.dialect.name != "postgresql":
        return tuple_(*columns).in_(names) if len(columns) > 1 else columns[0].in_(names)
    if len(columns) > 1:
        return tuple_(*columns).in_(select(*_rows(columns, list(zip(*names, strict=True)))))
    if isinstance(columns[0].type, LargeBinary):
        hexadecimal = func.unnest(func.string_to_array(",".join(each.hex() for each in names), ",")).column_valued()
        return columns[0] == any_(func.array(select(func.decode(hexadecimal, "hex")).scalar_subquery()))
    return columns[0] == any_(literal(names, ARRAY(columns[0].type)))


def _rows(columns: Sequence[ColumnClause[Any]], values: Sequence[Sequence[Any]]) -> list[ColumnElement[Any]]:
    """Columns of rows that are given as one value for each column, in PostgreSQL.

    So the statement is the same for any number of them: the driver takes one with hundreds of values apart anew each
    time, and the server prepares it anew.
    """
    arrays = [
        literal(list(each), ARRAY(column.type, dimensions=1)) for each, column in zip(values, columns, strict=True)
    ]
    rows = func.unnest(*arrays).table_valued(*(column.name for column in columns)).render_derived()
    return [rows.c[column.name] for column in columns]


def rows_of(connection: Connection, wanted: Collection[int]) -> Subquery:
    """Numbers as rows with a column `value`, in one value of a statement."""
    if connection.dialect.name == "postgresql":
        numbers = cast(",".join(map(str, sorted(wanted))), Text)
        listed = cast(func.string_to_array(numbers, ","), ARRAY(BigInteger))
        given = func.unnest(listed).table_valued("value").render_derived()
    else:
        given = func.json_each(orjson.dumps(sorted(wanted)).decode()).table_valued("value")
    return select(given.c.value).subquery()


def known_service(connection: Connection, name: str) -> int:
    """`NOTHING` for one that the inventory never heard of."""
    return find(connection, services, (services.c.name,), [name]).get(name, NOTHING)
