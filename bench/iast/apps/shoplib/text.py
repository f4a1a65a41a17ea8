"""Small helpers on text that every team of the shop uses."""

import base64
import html
import string
import unicodedata
import urllib.parse
from dataclasses import dataclass


def tidy(value: str) -> str:
    """Without blanks at its ends, and with single ones inside."""
    return " ".join(value.split())


def unpercent(value: str) -> str:
    return urllib.parse.unquote_plus(value)


def unbase64(value: str) -> str:
    return base64.b64decode(value).decode("utf-8")


def unescape(value: str) -> str:
    return html.unescape(value)


def normal(value: str) -> str:
    return unicodedata.normalize("NFKC", value)


def fill(template: str, **values: str) -> str:
    return string.Template(template).substitute(values)


def is_plain(value: str) -> bool:
    """Whether it has letters, digits, blanks, dashes and underscores only."""
    return all(each.isalnum() or each in " -_" for each in value)


@dataclass
class Search:
    """What somebody looks for."""

    term: str
    field: str = "name"

    @property
    def pattern(self) -> str:
        return f"%{self.term}%"


class Builder:
    """A text in parts."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, part: str) -> "Builder":
        self._parts.append(part)
        return self

    def build(self) -> str:
        return " ".join(self._parts)
