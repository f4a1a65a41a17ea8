"""A value that is compared, listed or matched before it goes to `sink`, in ways that suffice or do not."""

from __future__ import annotations

import re
import string

from tests.unit.reading.handlers.shared import (
    ALLOWED,
    WORD,
    RejectedError,
    Sink,
    is_column,
)

LOOSE = re.compile(r"[a-z]+")


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


def safe_characters(value: str, sink: Sink) -> None:
    if any(character in "'\";" for character in value):
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_every_character(value: str, sink: Sink) -> None:
    if not all(character.isalnum() or character in "_-" for character in value):
        return
    sink(f"SELECT * FROM t WHERE name = '{value}'")


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


def unsafe_checked_after(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t ORDER BY {value}")
    if value not in ALLOWED:
        raise RejectedError


def unsafe_in_a_list(value: str, sink: Sink) -> None:
    columns = [each.strip() for each in value.split(",")]
    sink("SELECT * FROM t ORDER BY " + ", ".join(columns))


def safe_asked_for_twice(value: str, sink: Sink) -> None:
    form = {"q": value}
    if form["q"] not in ALLOWED:
        raise RejectedError
    sink("SELECT * FROM t ORDER BY " + form["q"])


def unsafe_another_was_asked_for(value: str, sink: Sink) -> None:
    form = {"q": value, "other": "price"}
    if form["other"] not in ALLOWED:
        raise RejectedError
    sink("SELECT * FROM t ORDER BY " + form["q"])


def safe_nothing_else_in_it(value: str, sink: Sink) -> None:
    if set(value) - set(string.ascii_letters + string.digits):
        raise RejectedError
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_collected(value: str, sink: Sink) -> None:
    columns = []
    for column in value.split(","):
        if column in ALLOWED:
            columns.append(column)  # noqa: PERF401
    sink(f"SELECT {', '.join(columns)} FROM t")


def unsafe_collected(value: str, sink: Sink) -> None:
    columns = []
    for column in value.split(","):
        columns.append(column.strip())  # noqa: PERF401
    sink(f"SELECT {', '.join(columns)} FROM t")


def safe_one_of_those_listed(value: str, sink: Sink) -> None:
    if not any(value == each for each in ALLOWED):
        raise RejectedError
    sink(f"SELECT * FROM t ORDER BY {value}")


def unsafe_check_whose_outcome_is_dropped(value: str, sink: Sink) -> None:
    is_column(value)
    re.fullmatch("[a-z]+", value)
    value.replace("'", "''")
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_either(value: str, sink: Sink) -> None:
    if value in ALLOWED or len(value) < 100:
        sink(f"SELECT * FROM t ORDER BY {value}")


def safe_unless_empty(value: str, sink: Sink) -> None:
    if value and value not in ALLOWED:
        raise RejectedError
    sink(f"SELECT * FROM t ORDER BY {value}")


def safe_unless_missing(value: str | None, sink: Sink) -> None:
    if value is not None and not value.isalpha():
        raise RejectedError
    sink(f"SELECT * FROM t ORDER BY {value}")


def unsafe_unless_strict(value: str, sink: Sink, strict: bool = False) -> None:
    if strict and value not in ALLOWED:
        raise RejectedError
    sink(f"SELECT * FROM t ORDER BY {value}")


def unsafe_where_a_flag_says_so(value: str, sink: Sink) -> None:
    known = value.startswith("x")
    if known and value not in ALLOWED:
        raise RejectedError
    sink(f"SELECT * FROM t ORDER BY {value}")
