"""Values on their way to AWS: the JSON types that it takes, what is kept of the actual value, and tags. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.paths import element, join
from setpoint.model.schema import Kind, ResourceSchema


def unknowns(value: Json) -> Iterator[Unknown]:
    """Everything in a declared value that could not be worked out."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from unknowns(child)
    elif isinstance(value, list):
        for child in value:
            yield from unknowns(child)


def typed(value: Json, path: str, schema: ResourceSchema | None) -> Json:
    """A declared value in the JSON types of the schema: templates may spell numbers and booleans as text."""
    if schema is None:
        return value
    if isinstance(value, Mapping) and schema.kind(path) is not Kind.DOCUMENT:
        return {name: typed(child, join(path, name), schema) for name, child in value.items()}
    if isinstance(value, list):
        return [typed(child, element(path), schema) for child in value]
    return _typed_scalar(value, schema.kind(path))


def _typed_scalar(value: Json, kind: Kind | None) -> Json:
    if kind is Kind.BOOLEAN and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    if kind is Kind.INTEGER and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if kind is Kind.STRING and isinstance(value, (bool, int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def as_text(document: Json) -> str:
    """A policy document as the JSON text that AWS takes."""
    return document if isinstance(document, str) else canonical_bytes(document).decode()


def with_members(before: Json, after: Json) -> Json:
    """The declared members over those that are there: a member that nobody declared stays as it is."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return {**before, **after}
    return after


def with_elements(key: str) -> Callable[[Json, Json], Json]:
    """The same for a list whose elements are named by `key`."""

    def overlay(before: Json, after: Json) -> Json:
        if not isinstance(after, list):
            return after
        declared = {each.get(key) for each in after}
        kept = [each for each in before or [] if each.get(key) not in declared]
        return sorted([*after, *kept], key=lambda each: str(each.get(key)))

    return overlay


@dataclass(frozen=True, slots=True)
class TagChanges:
    put: tuple[dict[str, str], ...]
    """Each as {"Key": …, "Value": …}."""
    removed: tuple[str, ...]
    """Keys."""


def tag_changes(before: Json, after: Json) -> TagChanges:
    """What leads from one list of tags to the other."""
    old = {tag["Key"]: tag.get("Value", "") for tag in before or []}
    new = {tag["Key"]: tag.get("Value", "") for tag in after or []}
    put = tuple({"Key": key, "Value": value} for key, value in sorted(new.items()) if old.get(key) != value)
    return TagChanges(put, tuple(sorted(old.keys() - new.keys())))
