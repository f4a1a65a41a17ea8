"""What the code itself holds, chosen by a value, goes to `sink`; or a number, or one of an Enum."""

from __future__ import annotations

import uuid
from contextlib import suppress
from types import MappingProxyType

from tests.unit.reading.handlers.shared import (
    COLUMNS,
    Order,
    Sink,
    run,
)


def safe_looked_up(value: str, sink: Sink) -> None:
    column = COLUMNS[value]
    sink(f"SELECT * FROM t ORDER BY {column}")


def safe_looked_up_with_default(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t ORDER BY {COLUMNS.get(value, 'id')}")


def safe_enum(value: str, sink: Sink) -> None:
    order = Order(value)
    sink(f"SELECT * FROM t ORDER BY {order.value}")


def safe_constant_in_place(value: str, sink: Sink) -> None:
    del value
    column = "name"
    sink(f"SELECT * FROM t ORDER BY {column}")


def safe_part_of_constant(value: str, sink: Sink) -> None:
    del value
    sink("SELECT name FROM t")


def safe_uuid(value: str, sink: Sink) -> None:
    key = uuid.uuid5(uuid.NAMESPACE_DNS, value)
    sink(f"SELECT * FROM t WHERE id = '{key}' AND kind = 'name'")


def chosen(text: str) -> str:
    """Whatever it is given, it answers with a word of its own."""
    return "name" if len(text) < 40 else "price"


def safe_constant_of_a_function(value: str, sink: Sink) -> None:
    column = chosen(value)
    sink(f"SELECT * FROM t ORDER BY {column}")


def unsafe_beside_a_number(value: str, sink: Sink) -> None:
    limit = int("10")
    sink(f"SELECT * FROM t WHERE name = '{value}' LIMIT {limit}")


def unsafe_in_a_dict(value: str, sink: Sink) -> None:
    order = {"column": value}
    sink("SELECT * FROM t ORDER BY {column}".format(**order))


SORTS = MappingProxyType({"name": "name", "price": "price_in_cents"})


def safe_looked_up_in_what_cannot_change(value: str, sink: Sink) -> None:
    sink("SELECT * FROM t ORDER BY " + SORTS[value])


def safe_looked_up_inline(value: str, sink: Sink) -> None:
    sink("SELECT * FROM t ORDER BY " + {"name": "name", "price": "price"}.get(value, "id"))


def safe_member_by_name(value: str, sink: Sink) -> None:
    sink(f"SELECT {Order[value.upper()].value} FROM t")


def safe_member_was_asked_for(value: str, sink: Sink) -> None:
    try:
        Order(value)
    except ValueError:
        return
    sink(f"SELECT * FROM t ORDER BY {value}")


def unsafe_member_was_tried(value: str, sink: Sink) -> None:
    with suppress(ValueError):
        Order(value.upper())
    sink(f"SELECT * FROM t ORDER BY {value}")


def unsafe_part_was_read(value: str, sink: Sink) -> None:
    int(value[4:] or "0")
    sink(f"SELECT * FROM t ORDER BY {value}")


def safe_constant_handed_to_a_function(value: str, sink: Sink) -> None:
    run("SELECT * FROM t ORDER BY " + ("NAME" if value == "name" else "ID"), lambda text: sink(text.lower()))
