"""Strict reading of a mapping out of a YAML document: every key is asked for, known, of the right type, or refused.

Settings and policy files are read through it, so that a misspelt key gets the same answer everywhere: where it stands
and which key was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, TypeVar

from setpoint.errors import InputError
from setpoint.files import Document
from setpoint.model.canonical import Json
from setpoint.model.paths import element, join

Choice = TypeVar("Choice", bound=StrEnum)

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}

LONGEST: Final = 3660 * 86400.0
"""Seconds: ten years, longer than anybody means, and short enough to be added to any date."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'interval'?`, or the known words where none is near."""
    choices = sorted(known)
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(choices)}"


def seconds_of(text: str) -> float | None:
    """`500ms`, `30s`, `5m`, `12h`, `7d` or `2w` in seconds; None for any other text."""
    match = _DURATION.fullmatch(text.strip())
    return float(match[1]) * _SECONDS[match[2]] if match else None


class Fields:
    """One mapping of a document. Ask for every key, then call `done`, which refuses what nobody asked for."""

    def __init__(self, document: Document, path: str = "", value: Json = None) -> None:
        self.document = document
        self.path = path
        found = document.value if not path and value is None else value
        if not isinstance(found, Mapping):
            shown = "nothing" if found is None else f"a {_kind(found)}"
            what = f"{path or 'the document'} holds {shown}; a mapping of keys was expected"
            raise InputError(what, where=self.where())
        self._value: Mapping[str, Json] = found
        self._asked: set[str] = set()

    def where(self, key: str = "") -> str:
        """`file:line` of a key, or of the mapping itself."""
        return self.document.where(join(self.path, key) if key else self.path)

    def names(self) -> Iterator[str]:
        """Every key, for a mapping whose keys are names that the user chose."""
        self._asked.update(self._value)
        return iter(self._value)

    def has(self, key: str) -> bool:
        self._asked.add(key)
        return self._value.get(key) is not None

    def raw(self, key: str) -> Json:
        """The value as it stands; None where there is none."""
        self._asked.add(key)
        return self._value.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._require(key, default)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)) or not _is_text(str(value)):
            raise self.wrong(key, "text")
        return str(value)

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else None

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._require(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def number(self, key: str, default: float | None = None, *, least: float = 0.0, most: float = 1e9) -> float:
        value = self._require(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise self.wrong(key, f"a number from {least:g} to {most:g}")
        return float(value)

    def seconds(self, key: str, default: float | None = None, *, least: float = 0.0, most: float = LONGEST) -> float:
        """A duration: a number of seconds, or `500ms`, `30s`, `5m`, `12h`, `7d`, `2w`."""
        value = self._require(key, default)
        if isinstance(value, str):
            value = seconds_of(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            limits = f"at least {least:g} s and at most {most / 86400:g} d"
            raise self.wrong(key, f"a duration of {limits}, such as 30s, 5m, 12h or 7d")
        return float(value)

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        value = self._require(key, default)
        try:
            return choices(value)
        except ValueError as error:
            remedy = did_you_mean(str(value), [str(each) for each in choices])
            raise InputError(f"{join(self.path, key)} is {value!r}", where=self.where(key), remedy=remedy) from error

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        value = self._require(key, None if required else [])
        if not isinstance(value, list) or not all(isinstance(each, str) and _is_text(each) for each in value):
            raise self.wrong(key, "a list of texts")
        if required and not value:
            raise self.wrong(key, "a list with at least one entry")
        return tuple(value)

    def choices(self, key: str, choices: type[Choice], *, required: bool = False) -> frozenset[Choice]:
        """A list, each of which is one of these."""
        chosen = self.texts(key, required=required)
        for each in chosen:
            if each not in list(choices):
                remedy = did_you_mean(each, [str(known) for known in choices])
                raise InputError(f"{join(self.path, key)} names {each!r}", where=self.where(key), remedy=remedy)
        return frozenset(map(choices, chosen))

    def section(self, key: str) -> Fields:
        """A mapping below this one; an empty one where the key is missing."""
        value = self.raw(key)
        return Fields(self.document, join(self.path, key), {} if value is None else value)

    def sections(self, key: str) -> list[Fields]:
        """A list of mappings below this one."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(key, "a list")
        path = join(self.path, key)
        return [Fields(self.document, element(path, index), each) for index, each in enumerate(value)]

    def done(self) -> None:
        """Raises `InputError` for the first key that nobody asked for."""
        for key in self._value:
            if key not in self._asked:
                what = f"unknown key {key!r}" + (f" in {self.path}" if self.path else "")
                raise InputError(what, where=self.where(key), remedy=did_you_mean(key, self._asked))

    def wrong(self, key: str, expected: str) -> InputError:
        """The error for a value that will not do."""
        value = self._value.get(key)
        shown = f"a {_kind(value)}" if isinstance(value, (list, Mapping)) else repr(value)
        return InputError(f"{join(self.path, key)} is {shown}; {expected} was expected", where=self.where(key))

    def _require(self, key: str, default: Json) -> Json:
        value = self.raw(key)
        if value is None:
            value = default
        if value is None:
            raise InputError(f"{join(self.path, key)} is missing", where=self.where(), remedy=f"add the key {key!r}")
        return value


def _is_text(value: str) -> bool:
    """Not empty, and without the character that no path of a file may hold."""
    return value != "" and "\0" not in value


def _kind(value: Json) -> str:
    return {list: "list", dict: "mapping", str: "text", bool: "truth value"}.get(type(value), "number")
