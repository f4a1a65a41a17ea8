"""Functions as people write them, each handing a request's value (or what became of it) to `sink`."""

from __future__ import annotations

import html
import os
import re
import string
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
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


# --- checks beside the value, around it and before it ---------------------------------------------------------------

SORTS = MappingProxyType({"name": "name", "price": "price_in_cents"})
QUOTES = str.maketrans({"'": "''"})
MARKUP = str.maketrans("", "", "<>")
ESCAPES = {"'": "''", "\\": "\\\\"}


def doubled(text: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in text)


def number_or(text: str, default: int = 0) -> int | str:
    try:
        return int(text)
    except ValueError:
        return default


def matching(text: str, pattern: str = r"[a-z]+") -> None:
    if not re.fullmatch(pattern, text):
        raise RejectedError


def quoted(text: str) -> str:
    if "'" not in text:
        return f"'{text}'"
    return f'"{text}"'


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


def safe_translated(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{value.translate(QUOTES)}'")


def unsafe_translated_for_another_language(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{value.translate(MARKUP)}'")


def safe_escaped_by_a_table(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{doubled(value)}'")


def safe_replaced_one_by_one(value: str, sink: Sink) -> None:
    for mark in "'\"\\;":
        value = value.replace(mark, "")
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_replaced_others_one_by_one(value: str, sink: Sink) -> None:
    for mark in "<>":
        value = value.replace(mark, "")
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_filtered(value: str, sink: Sink) -> None:
    sink("SELECT * FROM t WHERE name = '{}'".format("".join(filter(str.isalnum, value))))


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


def safe_pattern_by_default(value: str, sink: Sink) -> None:
    matching(value)
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_quoted_the_way_that_was_taken(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = {quoted(value)}")


def safe_checked_while_it_was_made(value: str, sink: Sink) -> None:
    search = Search(value, "id")
    sink(f"SELECT * FROM t WHERE name = '{search.name}'")


def unsafe_other_field_was_checked(value: str, sink: Sink) -> None:
    search = Search("id", value)
    sink(f"SELECT * FROM t ORDER BY {search.order}")


def safe_constant_handed_to_a_function(value: str, sink: Sink) -> None:
    run("SELECT * FROM t ORDER BY " + ("NAME" if value == "name" else "ID"), lambda text: sink(text.lower()))


def unsafe_check_whose_outcome_is_dropped(value: str, sink: Sink) -> None:
    is_column(value)
    re.fullmatch("[a-z]+", value)
    value.replace("'", "''")
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_other_name(value: str, sink: Sink) -> None:
    safe = value.replace("'", "''")
    assert safe
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_either(value: str, sink: Sink) -> None:
    if value in ALLOWED or len(value) < 100:
        sink(f"SELECT * FROM t ORDER BY {value}")


def safe_path_among_parents(value: str, sink: Sink) -> None:
    target = (FOLDER / value).resolve()
    if FOLDER not in target.parents:
        raise RejectedError
    sink(str(target))


def safe_path_relative(value: str, sink: Sink) -> None:
    target = (FOLDER / value).resolve()
    try:
        target.relative_to(FOLDER)
    except ValueError:
        return
    sink(str(target))


def unsafe_path_relative_unresolved(value: str, sink: Sink) -> None:
    target = FOLDER / value
    target.relative_to(FOLDER)
    sink(str(target))


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


def safe_host_with_a_dot(value: str, sink: Sink) -> None:
    host = urlparse(value).hostname or ""
    if host != "example.org" and not host.endswith(".com"):
        raise RejectedError
    sink(value)


def unsafe_host_without_a_dot(value: str, sink: Sink) -> None:
    if not urlparse(value).netloc.endswith("example.com"):
        raise RejectedError
    sink(value)


def safe_no_host(value: str, sink: Sink) -> None:
    parts = urlparse(value.removeprefix("https:"))
    if parts.netloc == "elsewhere" or not parts.scheme:
        sink("/" + value.lstrip("/"))


def safe_public_host(value: str, sink: Sink) -> None:
    for found in resolved(urlparse(value).hostname):
        if ip_address(found).is_private:
            raise RejectedError
    sink(value)


def unsafe_loopback_only_host(value: str, sink: Sink) -> None:
    for found in resolved(urlparse(value).hostname):
        if ip_address(found).is_loopback:
            raise RejectedError
    sink(value)


def unsafe_scheme_by_name(value: str, sink: Sink) -> None:
    scheme = urlparse(value).scheme
    if scheme not in ("http", "https"):
        raise RejectedError
    sink(value)


def resolved(host: str | None) -> list[str]:
    return ["9.9.9.9"] if host else []


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


def safe_substituted_by_function(value: str, sink: Sink) -> None:
    escaped = re.sub(r"['\"\\]", lambda mark: f"\\{mark[0]}", value)
    sink(f"SELECT * FROM t WHERE a = '{escaped}'")


def unsafe_substituted_by_function(value: str, sink: Sink) -> None:
    shouted = re.sub(r"[!?]", lambda mark: mark[0] * 2, value)
    sink(f"SELECT * FROM t WHERE a = '{shouted}'")


def safe_replaced_by_pairs(value: str, sink: Sink) -> None:
    for mark, escaped in (("\\", "\\\\"), ("'", "''")):
        value = value.replace(mark, escaped)
    sink(f"SELECT * FROM t WHERE a = '{value}'")
