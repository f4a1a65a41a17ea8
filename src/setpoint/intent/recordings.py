"""Recordings of resources, one JSON object a line: what was declared, what was live, and what was known around it.

`setpoint drift replay` and the benches read them. The format is that of the golden corpus of cdk-real-drift; what is
beside the fields below is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from setpoint.errors import InputError
from setpoint.files import check_depth, read_lines
from setpoint.intent.schemas.recorded import LISTED, STATED
from setpoint.model.canonical import Json, Unknown
from setpoint.model.resource import Resource
from setpoint.model.surroundings import Surroundings
from setpoint.model.urn import GLOBAL, Urn

_MARKER: Final = re.compile(r"__\w*unresolved\w*__")
"""Stands for what the recorder could not resolve."""

_DYNAMIC: Final = re.compile(r"\{\{resolve:[a-z-]+:.*?\}\}")
"""A dynamic reference (CloudFormation User Guide, "Get values stored in other services using dynamic references")."""

_PARTITIONS: Final = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """One resource at one moment."""

    case: str
    where: str
    """`file:line`."""
    intended: Resource
    actual: Resource | None
    """None where it did not exist."""
    schema: Mapping[str, Json]
    """What the line itself says of the type."""


def read_recordings(path: Path) -> Iterator[Recording]:
    """Every line of the file; `InputError` with its file:line for the first that is none, and where none is there."""
    is_empty = True
    for where, line in read_lines(path):
        is_empty = False
        yield _recording(_Line(where, _parsed(line, where)))
    if is_empty:
        raise InputError("there is no recording in it", where=str(path), remedy="write one JSON object a line")


@dataclass(frozen=True, slots=True)
class _Line:
    where: str
    value: Json

    def mapping(self, *path: str, required: bool = False) -> Mapping[str, Json]:
        found = self._at(path)
        if found is None and not required:
            return {}
        if not isinstance(found, Mapping):
            raise self._wrong(path, "an object")
        return found

    def text(self, *path: str, required: bool = False) -> str:
        found = self._at(path)
        if found is None and not required:
            return ""
        if not isinstance(found, str) or not (found or not required):
            raise self._wrong(path, "text")
        return found

    def texts(self, *path: str) -> Sequence[str]:
        found = self._at(path)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
            raise self._wrong(path, "a list of texts")
        return found

    def _at(self, path: tuple[str, ...]) -> Any:
        found = self.value
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def _wrong(self, path: tuple[str, ...], expected: str) -> InputError:
        what = "is missing" if self._at(path) is None else f"is not {expected}"
        return InputError(f"{'.'.join(path) or 'the line'} {what}", where=self.where, remedy=f"{expected} was expected")


def _parsed(line: bytes, where: str) -> Json:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"this is not JSON ({error.msg})", where=where) from error
    check_depth(value, where)
    return value


def _recording(line: _Line) -> Recording:
    line.mapping(required=True)
    case = line.text("case", required=True)
    urn = _urn(line)
    surroundings = _surroundings(line)
    declared = {name: resolved(value) for name, value in line.mapping("resource", "declared", required=True).items()}
    live = line.mapping("live", required=True) if "live" not in line.value or line.value["live"] is not None else None
    return Recording(
        case,
        line.where,
        Resource(urn, declared, line.where, surroundings=surroundings),
        Resource(urn, live, line.where) if live is not None else None,
        _schema(line),
    )


def _schema(line: _Line) -> Mapping[str, Json]:
    """What the line says of the type, which decides what is compared: refused where it is of another form."""
    for name in LISTED:
        line.texts("schema", name)
    for name in STATED:
        line.mapping("schema", name)
    return line.mapping("schema")


def _urn(line: _Line) -> Urn:
    account, region = line.text("context", "accountId"), line.text("context", "region")
    partition = next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")
    identifier = line.text("resource", "physicalId") or line.text("resource", "logicalId") or line.text("case")
    type_name = line.text("resource", "resourceType", required=True)
    return Urn.aws(partition, account, region or GLOBAL, type_name, identifier)


def _surroundings(line: _Line) -> Surroundings:
    siblings = line.value["resource"].get("siblingPolicyNames")
    return Surroundings(
        logical_id=line.text("resource", "logicalId"),
        physical_id=line.text("resource", "physicalId"),
        stack_tags=_texts(line.mapping("context", "stackTags")),
        key_aliases=_texts(line.mapping("context", "kmsAliasTargets")),
        related=tuple(_related(line)),
        attached=frozenset(_attached(line)),
        sibling_policies=tuple(each for each in siblings if isinstance(each, str))
        if isinstance(siblings, list)
        else (),
    )


def _related(line: _Line) -> Iterator[Mapping[str, Json]]:
    """Models in the context that stand under the physical id: of what this resource belongs to, or is a copy of."""
    identifier = line.text("resource", "physicalId")
    for fact in line.mapping("context").values():
        model = fact.get(identifier) if isinstance(fact, Mapping) else None
        if isinstance(model, Mapping):
            yield model


def _attached(line: _Line) -> Iterator[str]:
    """Every text under a context key that is about siblings."""
    for name, fact in line.mapping("context").items():
        if name.startswith("sibling"):
            yield from _texts_in(fact)


def _texts_in(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for member in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _texts_in(member)


def resolved(value: Json) -> Json:
    """`value` with an `Unknown` for whatever was left of an expression."""
    if isinstance(value, Mapping):
        name = next(iter(value)) if len(value) == 1 else ""
        if name == "Ref" or name.startswith("Fn::"):
            return Unknown(f"{name} was not resolved")
        return {key: resolved(member) for key, member in value.items()}
    if isinstance(value, list):
        return [resolved(member) for member in value]
    if isinstance(value, str) and _MARKER.search(value):
        return Unknown("an expression was not resolved")
    if isinstance(value, str) and _DYNAMIC.search(value):
        return Unknown("a dynamic reference is never resolved")
    return value


def _texts(value: Mapping[str, Json]) -> dict[str, str]:
    return {name: each for name, each in value.items() if isinstance(each, str)}
