"""The few facts that comparing needs, out of a CloudFormation resource schema (a JSON Schema of some thousand lines).

Called by the catalogue when its cache knows nothing of a type. Pure: a document in, plain JSON out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.paths import element, join
from setpoint.model.schema import Kind

Definition = Mapping[str, Json]
"""One JSON Schema inside a resource schema."""

COMBINATIONS: Final = ("allOf", "anyOf", "oneOf")
"""What any branch allows exists; which branch holds is CloudFormation's to check."""

MAX_NESTING: Final = 1
"""How often a definition is followed inside itself (WAF statements hold statements)."""

_SCALARS: Final[Mapping[str, Kind]] = {
    "string": Kind.STRING,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
}
_CASE_FOLDS: Final = ("$lowercase(", "$uppercase(")
_LOOKUP: Final = re.compile(r"\(\$(\w+) := \$lookup\(\{(.+)\}, (\w+)\);\$\1 \? \$\1 : \$lowercase\(\3\)\)")
_PAIR: Final = re.compile(r"'([^']*)': *'([^']*)'")


@dataclass(slots=True)
class _Facts:
    kinds: dict[str, Kind] = field(default_factory=dict)
    unordered: list[str] = field(default_factory=list)
    keyed: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, Json] = field(default_factory=dict)
    enums: list[str] = field(default_factory=list)


def extract(document: Definition) -> dict[str, Json]:
    """The facts as JSON, under the names of `ResourceSchema`'s fields; every pointer of the schema is a path."""
    facts = _Facts()
    tag_property = document.get("tagging", {}).get("tagProperty") or "/properties/Tags"
    _Walk(document, facts, tag_path=tag_property.removeprefix("/properties/")).root()
    return {
        "kinds": facts.kinds,
        "unordered": facts.unordered,
        "keyed": facts.keyed,
        "defaults": facts.defaults,
        "enums": facts.enums,
        "primary_identifier": _paths(document.get("primaryIdentifier"), facts.kinds),
        "read_only": _paths(document.get("readOnlyProperties"), facts.kinds),
        "write_only": _paths(document.get("writeOnlyProperties"), facts.kinds),
        "create_only": _paths(document.get("createOnlyProperties"), facts.kinds),
        "folded_case": _transformed(document, facts.kinds, _folds_case_only),
        "open_ended": _transformed(document, facts.kinds, _completes_version),
        "key_arns": _transformed(document, facts.kinds, _completes_key),
        "spellings": dict(_spellings(document, facts.kinds)),
    }


class _Walk:
    """Visits every property once under each path that leads to it."""

    def __init__(self, document: Definition, facts: _Facts, *, tag_path: str) -> None:
        self._document = document
        self._facts = facts
        self._tag_path = tag_path

    def root(self) -> None:
        self._properties("", list(self._views(self._document, [])), ())

    def _properties(self, path: str, views: list[Definition], followed: tuple[str, ...]) -> None:
        """All members of the object at `path`, of which `views` are all descriptions."""
        members: dict[str, list[Definition]] = {}
        for view in views:
            for name, definition in view.get("properties", {}).items():
                members.setdefault(join(path, name), []).append(definition)
            for definition in _open_members(view):
                members.setdefault(element(path), []).append(definition)
        for member_path, definitions in members.items():
            self._property(member_path, definitions, followed)

    def _property(self, path: str, definitions: list[Definition], followed: tuple[str, ...]) -> None:
        views: list[Definition] = []
        references = list(followed)
        for definition in definitions:
            views += self._views(definition, references)
        kind = _kind(views)
        self._facts.kinds[path] = kind
        allowed = [value for view in views for value in view.get("enum", ())]
        if allowed:
            self._facts.enums.append(path)
        for view in views:
            if "default" in view:
                self._facts.defaults.setdefault(path, view["default"])
        if len(allowed) == 1:  # what can have no other value needs no choosing
            self._facts.defaults.setdefault(path, allowed[0])
        if kind is Kind.LIST:
            self._list(path, views, tuple(references))
        elif kind is Kind.OBJECT:
            self._properties(path, views, tuple(references))

    def _list(self, path: str, views: list[Definition], followed: tuple[str, ...]) -> None:
        if any(view.get("insertionOrder") is False for view in views):
            self._facts.unordered.append(path)
        items = [view["items"] for view in views if isinstance(view.get("items"), Mapping)]
        if items:
            self._property(element(path), items, followed)
        kinds = self._facts.kinds
        if path == self._tag_path and {join(element(path), "Key"), join(element(path), "Value")} <= kinds.keys():
            self._facts.keyed[path] = "Key"

    def _views(self, definition: Definition, references: list[str]) -> Iterator[Definition]:
        """The definition, what it refers to, and every branch of its combinations.

        `references` grows by what was followed.
        """
        yield definition
        reference = definition.get("$ref")
        if reference and references.count(reference) <= MAX_NESTING:
            references.append(reference)
            yield from self._views(self._resolve(reference), references)
        for combination in COMBINATIONS:
            for branch in definition.get(combination, ()):
                yield from self._views(branch, references)

    def _resolve(self, reference: str) -> Definition:
        target: Json = self._document
        for step in reference.removeprefix("#/").split("/"):
            target = target.get(step, {})
        return target if isinstance(target, Mapping) else {}


def _open_members(view: Definition) -> Iterator[Definition]:
    yield from view.get("patternProperties", {}).values()
    if isinstance(view.get("additionalProperties"), Mapping):
        yield view["additionalProperties"]


def _kind(views: list[Definition]) -> Kind:
    types: set[str] = set()
    for view in views:
        declared = view.get("type", ())
        types |= {declared} if isinstance(declared, str) else set(declared)
    types -= {"null"}
    if "object" in types or not types:
        has_members = any("properties" in view or any(_open_members(view)) for view in views)
        return Kind.OBJECT if has_members and types <= {"object"} else _untyped(views, types)
    if types == {"array"}:
        return Kind.LIST
    if len(types) == 1:
        return _SCALARS.get(types.pop(), Kind.ANY)
    if types == {"integer", "number"}:
        return Kind.NUMBER
    return Kind.STRING if "string" in types and types <= _SCALARS.keys() else Kind.ANY


def _untyped(views: list[Definition], types: set[str]) -> Kind:
    if types:
        return Kind.ANY
    if any("items" in view for view in views):
        return Kind.LIST
    return Kind.STRING if any("enum" in view or "format" in view for view in views) else Kind.ANY


def _paths(pointers: Json, kinds: Mapping[str, Kind]) -> list[str]:
    return [_path(pointer, kinds) for pointer in pointers or ()]


def _path(pointer: str, kinds: Mapping[str, Kind]) -> str:
    """`/properties/Rules/*/Prefix` or `/properties/Rules/Prefix` as `Rules[*].Prefix`."""
    path = ""
    for step in pointer.removeprefix("/properties/").split("/"):
        if step == "*":
            path = element(path)
        else:
            inside_list = kinds.get(path) is Kind.LIST
            path = join(element(path) if inside_list else path, step)
    return path


def _transformed(document: Definition, kinds: Mapping[str, Kind], how: Callable[[str], bool]) -> list[str]:
    """The properties that the provider returns changed, in this way."""
    transforms = document.get("propertyTransform") or {}
    return [_path(pointer, kinds) for pointer, expression in transforms.items() if how(expression)]


def _folds_case_only(expression: str) -> bool:
    """`$lowercase(Name)`, also `$lowercase(Name) $OR $uppercase(Name)` or `$lowercase(Name) $OR Name`."""
    parts = [part.strip() for part in expression.split("$OR")]
    names = {part.removesuffix(")").removeprefix("$lowercase(").removeprefix("$uppercase(") for part in parts}
    one_name = len(names) == 1 and all(character.isalnum() or character in "._" for character in names.copy().pop())
    return one_name and any(part.startswith(_CASE_FOLDS) for part in parts)


def _completes_version(expression: str) -> bool:
    """`$join([$string(EngineVersion), ".*"])`."""
    return expression.startswith("$join([$string(") and expression.endswith('), ".*"])')


def _completes_key(expression: str) -> bool:
    """`$join(["arn:.+?:kms:.+?:.+?:key\\/", KmsKeyId])`."""
    return "$join([" in expression and ":kms:" in expression


def _spellings(document: Definition, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, dict[str, str]]]:
    """`($x := $lookup({'6': 'tcp'}, IpProtocol);$x ? $x : $lowercase(IpProtocol))`: `6` and `TCP` are `tcp`."""
    for pointer, expression in (document.get("propertyTransform") or {}).items():
        lookup = _LOOKUP.fullmatch(expression)
        if lookup and pointer.endswith(f"/{lookup[3]}"):
            yield _path(pointer, kinds), dict(_PAIR.findall(lookup[2]))
