"""Functions as people write them, each handing a request's value (or what became of it) to `sink`."""

from __future__ import annotations

import html
import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlparse

Sink = Callable[[str], None]

COLUMNS = {"name": "name", "price": "price_in_cents"}
ALLOWED = ["name", "price"]
FOLDER = Path("/srv/files")
WORD = re.compile(r"[A-Za-z0-9_]+")
LOOSE = re.compile(r"[a-z]+")


class RejectedError(Exception):
    pass


class Order(Enum):
    NAME = "name"
    PRICE = "price"


@dataclass
class Filter:
    column: str


# --- safe in SQL, between quotes or not ------------------------------------------------------------------------------


def safe_allow_list(value: str, sink: Sink) -> None:
    if value not in ALLOWED:
        raise RejectedError
    sink(f"SELECT * FROM t ORDER BY {value}")


def safe_allow_list_inside(value: str, sink: Sink) -> None:
    if value in {"name", "price"}:
        sink("SELECT * FROM t ORDER BY " + value)


def safe_default_by_choice(value: str, sink: Sink) -> None:
    column = value if value in ALLOWED else "id"
    sink("SELECT * FROM t ORDER BY %s" % column)  # noqa: UP031


def safe_looked_up(value: str, sink: Sink) -> None:
    column = COLUMNS[value]
    sink(f"SELECT * FROM t ORDER BY {column}")


def safe_looked_up_with_default(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t ORDER BY {COLUMNS.get(value, 'id')}")


def safe_enum(value: str, sink: Sink) -> None:
    order = Order(value)
    sink(f"SELECT * FROM t ORDER BY {order.value}")


def safe_pattern(value: str, sink: Sink) -> None:
    if not WORD.fullmatch(value):
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_pattern_inline(value: str, sink: Sink) -> None:
    if re.match(r"^[a-z0-9]+$", value) is None:
        return
    sink(f"SELECT * FROM {value}")


def safe_predicate(value: str, sink: Sink) -> None:
    assert value.isalnum()
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_quote_rejected(value: str, sink: Sink) -> None:
    if "'" in value:
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_quote_doubled(value: str, sink: Sink) -> None:
    escaped = value.replace("'", "''")
    sink(f"SELECT * FROM t WHERE name = '{escaped}'")


def safe_cleaned(value: str, sink: Sink) -> None:
    value = re.sub(r"[^A-Za-z0-9]", "", value)
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_characters(value: str, sink: Sink) -> None:
    if any(character in "'\";" for character in value):
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_every_character(value: str, sink: Sink) -> None:
    if not all(character.isalnum() or character in "_-" for character in value):
        return
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_kept_characters(value: str, sink: Sink) -> None:
    kept = "".join(character for character in value if character.isalnum())
    sink(f"SELECT * FROM t WHERE name = '{kept}'")


def is_column(text: str) -> bool:
    return text in ALLOWED


def is_plain(text: str) -> bool:
    if "'" in text:
        return False
    return len(text) < 100


def checked(text: str) -> None:
    if text not in ALLOWED:
        raise RejectedError


def cleaned(text: str) -> str:
    return "".join(each for each in text if each.isalnum())


def column_for(text: str) -> str:
    if text in ALLOWED:
        return text
    return "id"


def safe_own_predicate(value: str, sink: Sink) -> None:
    if not is_column(value):
        raise RejectedError
    sink(f"SELECT * FROM t ORDER BY {value}")


def safe_own_rejecting_predicate(value: str, sink: Sink) -> None:
    if not is_plain(value):
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_own_validator(value: str, sink: Sink) -> None:
    checked(value)
    sink(f"SELECT * FROM t ORDER BY {value}")


def safe_own_cleaner(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{cleaned(value)}'")


def safe_own_choice(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t ORDER BY {column_for(value)}")


def safe_match(value: str, sink: Sink) -> None:
    match value:
        case "name" | "price":
            sink(f"SELECT * FROM t ORDER BY {value}")
        case _:
            raise RejectedError


def safe_flag(value: str, sink: Sink) -> None:
    known = value in ALLOWED
    if known:
        sink(f"SELECT * FROM t ORDER BY {value}")


def safe_try(value: str, sink: Sink) -> None:
    try:
        checked(value)
    except RejectedError:
        return
    sink(f"SELECT * FROM t ORDER BY {value}")


def run(statement: str, sink: Sink) -> None:
    sink(statement)


def safe_through_helper(value: str, sink: Sink) -> None:
    if value not in ALLOWED:
        raise RejectedError
    run(f"SELECT * FROM t ORDER BY {value}", sink)


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


class Repository:
    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    def ordered(self, column: str) -> None:
        if column not in ALLOWED:
            raise RejectedError
        self.sink(f"SELECT * FROM t ORDER BY {column}")

    def plain(self, column: str) -> None:
        self.sink(f"SELECT * FROM t ORDER BY {column}")

    def _safe(self, column: str) -> bool:
        return bool(WORD.fullmatch(column))

    def checked(self, column: str) -> None:
        if not self._safe(column):
            raise RejectedError
        self.sink(f"SELECT * FROM t ORDER BY {column}")


def safe_in_a_method(value: str, sink: Sink) -> None:
    Repository(sink).ordered(value)


def safe_checked_by_its_own_method(value: str, sink: Sink) -> None:
    Repository(sink).checked(value)


def safe_before_a_method(value: str, sink: Sink) -> None:
    if value not in ALLOWED:
        raise RejectedError
    Repository(sink).plain(value)


def safe_parsed_number(value: str, sink: Sink) -> None:
    text = "name" if not value.isdigit() else value
    sink(f"SELECT * FROM t ORDER BY {text}")


def safe_early_return_of_two(value: str, sink: Sink) -> None:
    if not value or not value.isidentifier():
        return
    sink("SELECT * FROM t ORDER BY {}".format(value))  # noqa: UP032


def safe_joined_list(value: str, sink: Sink) -> None:
    columns = [each for each in value.split(",") if each in ALLOWED]
    sink("SELECT * FROM t ORDER BY " + ", ".join(columns))


# --- unsafe ----------------------------------------------------------------------------------------------------------


def unsafe_plain(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_stripped(value: str, sink: Sink) -> None:
    value = value.strip()
    statement = "SELECT * FROM t WHERE name = '" + value + "'"
    sink(statement)


def unsafe_wrong_character(value: str, sink: Sink) -> None:
    if "@" in value:
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_loose_pattern(value: str, sink: Sink) -> None:
    if not LOOSE.match(value):
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_length(value: str, sink: Sink) -> None:
    if len(value) > 40:
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_check_of_another(value: str, sink: Sink) -> None:
    other = "price"
    if other not in ALLOWED:
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_check_that_goes_on(value: str, sink: Sink) -> None:
    if value not in ALLOWED:
        print("unknown column")
    sink(f"SELECT * FROM t ORDER BY {value}")


def unsafe_one_branch(value: str, sink: Sink) -> None:
    if len(value) > 10:
        column = "id"
    else:  # on purpose no conditional expression
        column = value
        column = column.strip()
    sink(f"SELECT * FROM t ORDER BY {column}")


def unsafe_through_object(value: str, sink: Sink) -> None:
    chosen = Filter(column=value)
    sink(f"SELECT * FROM t ORDER BY {chosen.column}")


def unsafe_through_helper(value: str, sink: Sink) -> None:
    run("SELECT * FROM t ORDER BY " + value, sink)


def unsafe_html_escape_in_sql(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{html.escape(value, quote=False)}'")


def unsafe_beside_a_number(value: str, sink: Sink) -> None:
    limit = int("10")
    sink(f"SELECT * FROM t WHERE name = '{value}' LIMIT {limit}")


def unsafe_in_a_method(value: str, sink: Sink) -> None:
    Repository(sink).plain(value)


def unsafe_checked_after(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t ORDER BY {value}")
    if value not in ALLOWED:
        raise RejectedError


def unsafe_in_a_list(value: str, sink: Sink) -> None:
    columns = [each.strip() for each in value.split(",")]
    sink("SELECT * FROM t ORDER BY " + ", ".join(columns))


def unsafe_in_a_dict(value: str, sink: Sink) -> None:
    order = {"column": value}
    sink("SELECT * FROM t ORDER BY {column}".format(**order))


def unsafe_decoded(value: str, sink: Sink) -> None:
    text = value.encode().decode("ascii", "ignore")
    sink(f"SELECT * FROM t ORDER BY {text}")


def unsafe_caught(value: str, sink: Sink) -> None:
    try:
        checked(value + "x")
    except RejectedError:
        value = value.strip()
    sink(f"SELECT * FROM t ORDER BY {value}")


# --- paths -----------------------------------------------------------------------------------------------------------


def safe_path_resolved(value: str, sink: Sink) -> None:
    target = (FOLDER / value).resolve()
    if not target.is_relative_to(FOLDER):
        raise RejectedError
    sink(str(target))


def safe_path_real(value: str, sink: Sink) -> None:
    target = os.path.realpath(os.path.join(FOLDER, value))  # noqa: PTH118
    if not target.startswith("/srv/files/"):
        raise RejectedError
    sink(target)


def safe_path_common(value: str, sink: Sink) -> None:
    target = os.path.abspath(f"{FOLDER}/{value}")  # noqa: PTH100
    if os.path.commonpath([str(FOLDER), target]) != str(FOLDER):
        raise RejectedError
    sink(target)


def safe_path_dots(value: str, sink: Sink) -> None:
    if ".." in value or value.startswith("/"):
        raise RejectedError
    sink(f"{FOLDER}/{value}")


def safe_path_name(value: str, sink: Sink) -> None:
    sink(f"{FOLDER}/{Path(value).name}")


def unsafe_path(value: str, sink: Sink) -> None:
    sink(str(FOLDER / value))


def unsafe_path_suffix(value: str, sink: Sink) -> None:
    sink(str(FOLDER / f"{value}.txt"))


# --- addresses -------------------------------------------------------------------------------------------------------


def safe_host(value: str, sink: Sink) -> None:
    parsed = urlparse(value)
    if parsed.scheme != "https" or parsed.netloc not in {"name", "example.com"}:
        raise RejectedError
    sink(value)


def safe_host_by_name(value: str, sink: Sink) -> None:
    host = urlparse(value).hostname
    if host != "example.com":
        raise RejectedError
    sink(value)


def unsafe_scheme_only(value: str, sink: Sink) -> None:
    if urlparse(value).scheme not in {"", "https"}:
        raise RejectedError
    sink(value)
