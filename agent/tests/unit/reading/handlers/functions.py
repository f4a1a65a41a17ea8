"""Functions, methods, decorators and objects of the application have a say in what goes to `sink`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.unit.reading.handlers.shared import (
    ALLOWED,
    WORD,
    RejectedError,
    Sink,
    checked,
    is_column,
    run,
)


@dataclass
class Filter:
    column: str


def is_plain(text: str) -> bool:
    if "'" in text:
        return False
    return len(text) < 100


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


def safe_own_choice(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t ORDER BY {column_for(value)}")


def safe_try(value: str, sink: Sink) -> None:
    try:
        checked(value)
    except RejectedError:
        return
    sink(f"SELECT * FROM t ORDER BY {value}")


def safe_through_helper(value: str, sink: Sink) -> None:
    if value not in ALLOWED:
        raise RejectedError
    run(f"SELECT * FROM t ORDER BY {value}", sink)


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


def unsafe_through_object(value: str, sink: Sink) -> None:
    chosen = Filter(column=value)
    sink(f"SELECT * FROM t ORDER BY {chosen.column}")


def unsafe_through_helper(value: str, sink: Sink) -> None:
    run("SELECT * FROM t ORDER BY " + value, sink)


def unsafe_in_a_method(value: str, sink: Sink) -> None:
    Repository(sink).plain(value)


def unsafe_caught(value: str, sink: Sink) -> None:
    try:
        checked(value + "x")
    except RejectedError:
        value = value.strip()
    sink(f"SELECT * FROM t ORDER BY {value}")


def matching(text: str, pattern: str = r"[a-z]+") -> None:
    if not re.fullmatch(pattern, text):
        raise RejectedError


class Search:
    def __init__(self, name: str, order: str) -> None:
        if not name.isalnum():
            raise RejectedError
        self.name = name
        self.order = order


def allowing(view: Callable[[dict[str, str], Sink], None]) -> Callable[[dict[str, str], Sink], None]:
    def checking(form: dict[str, str], sink: Sink) -> None:
        if form.get("q") not in ALLOWED:
            raise RejectedError
        view(form, sink)

    return checking


def noticing(view: Callable[[dict[str, str], Sink], None]) -> Callable[[dict[str, str], Sink], None]:
    def checking(form: dict[str, str], sink: Sink) -> None:
        if form.get("q") not in ALLOWED:
            print("unusual")
        view(form, sink)

    return checking


@allowing
def allowed_view(form: dict[str, str], sink: Sink) -> None:
    sink("SELECT * FROM t ORDER BY " + form["q"])


@noticing
def noticed_view(form: dict[str, str], sink: Sink) -> None:
    sink("SELECT * FROM t ORDER BY " + form["q"])


def safe_decorated(value: str, sink: Sink) -> None:
    allowed_view({"q": value}, sink)


def unsafe_decorated_by_what_goes_on(value: str, sink: Sink) -> None:
    noticed_view({"q": value}, sink)


def safe_pattern_by_default(value: str, sink: Sink) -> None:
    matching(value)
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_checked_while_it_was_made(value: str, sink: Sink) -> None:
    search = Search(value, "id")
    sink(f"SELECT * FROM t WHERE name = '{search.name}'")


def unsafe_other_field_was_checked(value: str, sink: Sink) -> None:
    search = Search("id", value)
    sink(f"SELECT * FROM t ORDER BY {search.order}")
