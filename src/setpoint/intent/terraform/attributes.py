"""Typed access to the attributes of an instance or of a nested block; the service modules read through it.

Every reader gives None for what is *not set*: null, and the empty text, list or object that Terraform writes instead.
An `Unknown` passes through, out of a list too: a list with an unknown element is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from setpoint.files import parse_json
from setpoint.intent.terraform.instance import expect
from setpoint.model.canonical import Json, Unknown

Expected = TypeVar("Expected")


@dataclass(frozen=True, slots=True)
class Attributes:
    values: Mapping[str, Json]
    where: str
    """The file and the address, for errors."""

    def text(self, name: str) -> Json:
        return self._read(name, str)

    def flag(self, name: str) -> Json:
        return self._read(name, bool)

    def number(self, name: str) -> Json:
        return self._read(name, int)

    def positive(self, name: str) -> Json:
        """A number that Terraform holds as 0 when it is not set."""
        return self.number(name) or None

    def numeral(self, name: str) -> Json:
        """A number that CloudFormation holds as text."""
        value = self.number(name)
        return str(value) if isinstance(value, int) else value

    def numeral_or_number(self, name: str) -> Json:
        """A number that older versions of the provider hold as text."""
        value = self._value(name)
        return int(value) if isinstance(value, str) and value.isdecimal() else self.number(name)

    def texts(self, name: str) -> Json:
        """A set of texts, or a single one, as a sorted list."""
        value = self._value(name)
        if value is None or isinstance(value, Unknown):
            return value
        elements = [value] if isinstance(value, str) else expect(value, list, f"'{name}'", self.where)
        return first_unknown(elements) or sorted(
            expect(each, str, f"an element of '{name}'", self.where) for each in elements
        )

    def document(self, name: str) -> Json:
        """A policy document, which Terraform holds as JSON in a text."""
        value = self.text(name)
        if not isinstance(value, str):
            return value
        where = f"{self.where}: {name}"
        return expect(parse_json(value.encode(), where), dict, "the document", where)

    def parsed(self, name: str) -> Json:
        """Any JSON, which Terraform holds in a text."""
        value = self.text(name)
        return parse_json(value.encode(), f"{self.where}: {name}") if isinstance(value, str) else value

    def each(self, name: str, make: Callable[[Attributes], Json]) -> Json:
        """What `make` gives for each of the nested blocks `name`."""
        value = self._value(name)
        if value is None or isinstance(value, Unknown):
            return value
        blocks = expect(value, list, f"'{name}'", self.where)
        return first_unknown(blocks) or [make(self._nested(name, block)) for block in blocks]

    def one(self, name: str, make: Callable[[Attributes], Json]) -> Json:
        """What `make` gives for the nested block `name`, of which there is at most one."""
        made = self.each(name, make)
        return made[0] if isinstance(made, list) else made

    def tags(self, name: str) -> Json:
        """Tags in CloudFormation's shape: with the provider's default tags, without those that AWS itself sets."""
        with_defaults = f"{name}_all"
        name = name if self._value(with_defaults) is None else with_defaults
        value = self._value(name)
        if value is None or isinstance(value, Unknown):
            return value
        tags = expect(value, dict, f"'{name}'", self.where)
        own = {key: tag for key, tag in tags.items() if tag is not None and not key.startswith("aws:")}
        return [{"Key": key, "Value": own[key]} for key in sorted(own)] or None

    def _nested(self, name: str, block: Json) -> Attributes:
        # A block in which nothing is set may stand as null.
        values = {} if block is None else expect(block, dict, f"a block '{name}'", self.where)
        return Attributes(values, f"{self.where}: {name}")

    def _read(self, name: str, kind: type[Expected]) -> Expected | Unknown | None:
        value = self._value(name)
        if value is None or isinstance(value, Unknown):
            return value
        return expect(value, kind, f"'{name}'", self.where)

    def _value(self, name: str) -> Json:
        value = self.values.get(name)
        return None if value in ("", [], {}) else value


def first_unknown(values: Iterable[Json]) -> Unknown | None:
    return next((value for value in values if isinstance(value, Unknown)), None)
