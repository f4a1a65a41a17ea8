"""Projections: exactly what a policy declares to read of a resource, total and typed, so that expressions stay short.

What is absent is null, a list that is read element by element is there even when it is empty, and so is every object
on the way. Values are of the type that the schema says ("true" is true, "22" is 22); policy documents are in canonical
form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from setpoint.errors import CouldNotTellError
from setpoint.model.canonical import Json, Unknown
from setpoint.model.documents import DOCUMENT_KINDS, canonical_document
from setpoint.model.paths import ANY, covers, element, join, split
from setpoint.model.resource import Resource
from setpoint.model.schema import Kind, ResourceSchema
from setpoint.model.urn import Urn

_Read = Callable[[Json, str], Json]
"""(value, AWS partition) → its projection; raises `CouldNotTellError` where the value cannot be told."""

_SCALARS: Final = (str, bool, int, float)

TRUTH: Final = {"true": True, "false": False}


class Projector:
    """Projects the resources of one type on one set of paths; its readers are put together once."""

    def __init__(self, schema: ResourceSchema, reads: Sequence[str]) -> None:
        self.reads = tuple(reads)
        tree: dict[str, Any] = {}
        for path in reads:
            branch = tree
            for step in split(path):
                branch = branch.setdefault(step, {})
        self._read = _object(tree, "", schema)

    def project(self, resource: Resource) -> Json:
        """Raises `CouldNotTellError` where something was not read this time, or could not be worked out."""
        if resource.unread:
            refuse_unread(self.reads, resource)
        return self._read(resource.properties, partition_of(resource.urn))


def refuse_unread(reads: Sequence[str], resource: Resource) -> None:
    """Raise `CouldNotTellError` if any of these paths was not read this time."""
    for unread, reason in resource.unread.items():
        if any(covers(unread, path) or covers(path, unread) for path in reads):
            raise CouldNotTellError(f"{unread} could not be read: {reason}")


def refuse_unknown(value: Json, path: str) -> None:
    """Raise `CouldNotTellError` if there is an `Unknown` anywhere in `value`."""
    if isinstance(value, Unknown):
        raise CouldNotTellError(f"{path} is not known: {value.reason}")
    for child in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        refuse_unknown(child, path)


def partition_of(urn: Urn) -> str:
    return urn.split(":", 1)[0]


def _reader(tree: Mapping[str, Any], path: str, schema: ResourceSchema) -> _Read:
    kind = schema.kind(path)
    if kind is Kind.DOCUMENT:
        return _document(tree, path, schema)
    if not tree:
        return _leaf(path, kind)
    if ANY not in tree:
        return _object(tree, path, schema)
    member = _reader(tree[ANY], element(path), schema)
    return _map(member, path) if kind is Kind.OBJECT else _list(member, path)


def _object(tree: Mapping[str, Any], path: str, schema: ResourceSchema) -> _Read:
    members = tuple((name, _reader(branch, join(path, name), schema)) for name, branch in tree.items())

    def read(value: Json, partition: str) -> Json:
        if value is None:
            value = {}
        elif not isinstance(value, Mapping):
            raise _unclear(value, path, "an object")
        return {name: member(value.get(name), partition) for name, member in members}

    return read


def _list(member: _Read, path: str) -> _Read:
    def read(value: Json, partition: str) -> Json:
        if value is None:
            return []
        if isinstance(value, Unknown):
            raise _unclear(value, path, "a list")
        # A template may give a list of one as the one.
        return [member(each, partition) for each in (value if isinstance(value, list) else [value])]

    return read


def _map(member: _Read, path: str) -> _Read:
    def read(value: Json, partition: str) -> Json:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise _unclear(value, path, "an object")
        return {key: member(each, partition) for key, each in value.items()}

    return read


def _document(tree: Mapping[str, Any], path: str, schema: ResourceSchema) -> _Read:
    below = ResourceSchema(
        schema.type,
        schema.version,
        (),
        {path: Kind.OBJECT} | {join(path, name): k for name, k in DOCUMENT_KINDS.items()},
    )
    read_form = _object(tree, path, below) if tree else _leaf(path, Kind.OBJECT)
    absent = read_form(None, "")

    def read(value: Json, partition: str) -> Json:
        if value is None:
            return absent
        document = canonical_document(value, partition)
        if not isinstance(document, Mapping) or not isinstance(document.get("Statement"), list):
            raise _unclear(value, path, "a policy document")
        return read_form(document, partition)

    return read


def _leaf(path: str, kind: Kind | None) -> _Read:
    typed = _TYPED.get(kind) if kind else None

    def read(value: Json, _partition: str) -> Json:
        if isinstance(value, _SCALARS):
            return typed(value) if typed else value
        refuse_unknown(value, path)
        return value

    return read


def _unclear(value: Json, path: str, expected: str) -> CouldNotTellError:
    if isinstance(value, Unknown):
        return CouldNotTellError(f"{path} is not known: {value.reason}")
    return CouldNotTellError(f"{path} is not {expected}")


def _boolean(value: Json) -> Json:
    return TRUTH.get(value.lower(), value) if isinstance(value, str) else value


def _number(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return value


def _string(value: Json) -> Json:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


_TYPED: Final[Mapping[Kind, Callable[[Json], Json]]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.STRING: _string,
    Kind.LIST: lambda value: [value],
}
"""What a value is where the source wrote it as another JSON type; what cannot be converted stays as it stands."""
