"""Members of a JSON document from outside, asked for by name and type. `reading` and `exploited` call it.

What is of another type, missing or too much is an `InputError` that names the member: `affected[2].ranges[0].type`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.paths import element, join

LONGEST_TEXT: Final = 4096
"""Characters of any one text that is kept."""

MOST: Final = 100_000
"""Entries of any one list: many times the versions of the package that has most."""


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object, with its place in its document."""

    value: dict[str, Json]
    path: str
    """Empty for the document itself."""
    where: str
    """`file:line`."""

    @classmethod
    def of(cls, value: Json, path: str, where: str) -> Members:
        if not isinstance(value, dict):
            raise InputError(f"{path or 'the document'} is no object", where=where)
        return cls(value, path, where)

    def text(self, name: str, *, default: str | None = None) -> str:
        value = self.value.get(name, default)
        if value is None:
            raise self.wrong(name, "is missing")
        return self._text(value, name)

    def time(self, name: str) -> datetime | None:
        """RFC 3339; None where there is none."""
        value = self.value.get(name)
        if value is None:
            return None
        try:
            at = datetime.fromisoformat(self._text(value, name))
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError) as error:
            raise self.wrong(name, "is no time as RFC 3339 writes it") from error

    def texts(self, name: str) -> tuple[str, ...]:
        """Empty where there is no such list."""
        return tuple(self._text(each, element(name, index)) for index, each in enumerate(self._list(name)))

    def objects(self, name: str) -> Iterator[Members]:
        """None where there is no such list."""
        for index, each in enumerate(self._list(name)):
            yield Members.of(each, element(join(self.path, name), index), self.where)

    def object(self, name: str) -> Members:
        """An empty one where there is none."""
        value = self.value.get(name)
        return Members.of({} if value is None else value, join(self.path, name), self.where)

    def wrong(self, name: str, what: str) -> InputError:
        return InputError(f"{join(self.path, name)} {what}", where=self.where)

    def _list(self, name: str) -> list[Json]:
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(name, "is no list")
        if len(value) > MOST:
            raise self.wrong(name, f"has {len(value):,} entries; at most {MOST:,} are read")
        return value

    def _text(self, value: Json, name: str) -> str:
        if not isinstance(value, str):
            raise self.wrong(name, "is no text")
        if len(value) > LONGEST_TEXT:
            raise self.wrong(name, f"has {len(value):,} characters; at most {LONGEST_TEXT:,} are read")
        return value
