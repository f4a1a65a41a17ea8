"""A value that is escaped, or from which characters are taken, before it goes to `sink`."""

from __future__ import annotations

import html
import re

from tests.unit.reading.handlers.shared import (
    Sink,
)


def safe_quote_doubled(value: str, sink: Sink) -> None:
    escaped = value.replace("'", "''")
    sink(f"SELECT * FROM t WHERE name = '{escaped}'")


def safe_cleaned(value: str, sink: Sink) -> None:
    value = re.sub(r"[^A-Za-z0-9]", "", value)
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def safe_kept_characters(value: str, sink: Sink) -> None:
    kept = "".join(character for character in value if character.isalnum())
    sink(f"SELECT * FROM t WHERE name = '{kept}'")


def cleaned(text: str) -> str:
    return "".join(each for each in text if each.isalnum())


def safe_own_cleaner(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{cleaned(value)}'")


def unsafe_plain(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{value}'")


def unsafe_stripped(value: str, sink: Sink) -> None:
    value = value.strip()
    statement = "SELECT * FROM t WHERE name = '" + value + "'"
    sink(statement)


def unsafe_html_escape_in_sql(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = '{html.escape(value, quote=False)}'")


def unsafe_decoded(value: str, sink: Sink) -> None:
    text = value.encode().decode("ascii", "ignore")
    sink(f"SELECT * FROM t ORDER BY {text}")


QUOTES = str.maketrans({"'": "''"})
MARKUP = str.maketrans("", "", "<>")
ESCAPES = {"'": "''", "\\": "\\\\"}


def doubled(text: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in text)


def quoted(text: str) -> str:
    if "'" not in text:
        return f"'{text}'"
    return f'"{text}"'


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


def safe_quoted_the_way_that_was_taken(value: str, sink: Sink) -> None:
    sink(f"SELECT * FROM t WHERE name = {quoted(value)}")


def unsafe_other_name(value: str, sink: Sink) -> None:
    safe = value.replace("'", "''")
    assert safe
    sink(f"SELECT * FROM t WHERE name = '{value}'")


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
