"""A template as it stands: read, its form checked, nothing worked out yet.

`reader` loads it; `parameters`, `evaluator` and `resolution` give it meaning. The names are those of the CloudFormation
User Guide, "Template anatomy", "Resource attributes" and "Intrinsic function reference".
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.files import Document, parse_yaml
from setpoint.model.canonical import Json
from setpoint.model.paths import join

SECTIONS: Final = frozenset(
    {
        "AWSTemplateFormatVersion", "Conditions", "Description", "Hooks", "Mappings", "Metadata", "Outputs",
        "Parameters", "Resources", "Rules", "Transform",
    }
)  # fmt: skip

RESOURCE_ATTRIBUTES: Final = frozenset(
    {
        "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy",
        "UpdateReplacePolicy", "Version",
    }
)  # fmt: skip

FUNCTIONS: Final = frozenset(
    {
        "Ref", "Condition", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs",
        "Fn::GetAtt", "Fn::GetStackOutput", "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length", "Fn::Not", "Fn::Or",
        "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::ToJsonString", "Fn::Transform",
        "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll",
    }
)  # fmt: skip
"""The last line is for the section `Rules` only ("Rule-specific intrinsic functions")."""

LOOP: Final = "Fn::ForEach::"
TRANSFORM: Final = "Fn::Transform"

LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"
"""Changes nothing but the functions that a template may use; those are worked out (or told) one by one."""

EXTENSIONS: Final = frozenset({"Fn::Length", "Fn::ToJsonString"})
"""The functions that there are under that transform only ("AWS::LanguageExtensions transform")."""


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A function written as a YAML tag: `!Ref Name`."""

    function: str
    """Its full name: `Ref`, `Fn::GetAtt`."""
    argument: Json


@dataclass(frozen=True, slots=True)
class Call:
    """A function call in either form."""

    function: str
    argument: Json
    path: str
    """Of the argument, for messages."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One entry of the section `Resources`."""

    logical_id: str
    type: str
    properties: Json
    condition: str | None
    depends_on: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"Resources.{self.logical_id}"

    @property
    def properties_path(self) -> str:
        return f"{self.path}.Properties"


@dataclass(frozen=True, slots=True)
class Template:
    document: Document
    parameters: Mapping[str, Mapping[str, Json]]
    mappings: Mapping[str, Json]
    conditions: Mapping[str, Json]
    resources: Mapping[str, Declaration]
    transforms: tuple[str, ...]
    """The names in the section `Transform`."""
    generators: Mapping[str, Json]
    """Entries of `Resources` that stand for resources of another spelling: loops and included files."""

    @property
    def macros(self) -> tuple[str, ...]:
        """Macros over the whole template that may change anything in it."""
        return tuple(name for name in self.transforms if name != LANGUAGE_EXTENSIONS)

    def where(self, path: str = "") -> str:
        """`file:line` of the value at `path`."""
        return self.document.where(path)

    def call(self, value: Json, path: str) -> Call | None:
        """The function call that `value` is; None where it is plain data."""
        short = isinstance(value, ShortForm)
        name = value.function if short else self._called(value, path) if isinstance(value, Mapping) else None
        if name is None:
            return None
        if name in EXTENSIONS and LANGUAGE_EXTENSIONS not in self.transforms:
            raise InputError(
                f"{name} is used without the transform that brings it",
                where=self.where(path),
                remedy=f"add `Transform: {LANGUAGE_EXTENSIONS}`",
            )
        return Call(name, value.argument, path) if short else Call(name, value[name], join(path, name))

    def _called(self, value: Mapping[str, Json], path: str) -> str | None:
        names = [key for key in value if key.startswith("Fn::") or (key == "Ref" and len(value) == 1)]
        generator = next((name for name in names if name == TRANSFORM or name.startswith(LOOP)), None)
        if generator or not names:
            return generator
        name = names[0]
        if name not in FUNCTIONS:
            raise InputError(
                f"{name} is not an intrinsic function", where=self.where(path), remedy=nearest(name, FUNCTIONS)
            )
        if len(value) > 1:
            raise InputError(
                f"{name} stands beside other keys",
                where=self.where(path),
                remedy="give the function an object of its own",
            )
        return name


def parse_template(data: bytes, name: str) -> Template:
    """Raises `InputError` with file:line where `data` is no template."""
    document = parse_yaml(data, name, tags=_TAGS)
    root = document.value
    if root is None:
        raise InputError("the file is empty; a CloudFormation template was expected", where=name)
    if not isinstance(root, Mapping):
        raise InputError("this is not a CloudFormation template: an object was expected", where=document.where())
    transforms = _transforms(document, root.get("Transform"))
    may_change = any(name != LANGUAGE_EXTENSIONS for name in transforms)
    if not may_change:
        _check_keys(document, "", root, SECTIONS, "a section of a template")
    entries = _section(document, root, "Resources")
    if not entries:
        raise InputError("the template declares no Resources", where=document.where("Resources"))
    generators = {key: value for key, value in entries.items() if key == TRANSFORM or key.startswith(LOOP)}
    resources = {
        key: _declaration(document, key, value, strict=not may_change)
        for key, value in entries.items()
        if key not in generators
    }
    if not may_change and not generators:
        _check_dependencies(document, resources)
    return Template(
        document,
        parameters=_objects(document, root, "Parameters"),
        mappings=_section(document, root, "Mappings"),
        conditions=_section(document, root, "Conditions"),
        resources=resources,
        transforms=transforms,
        generators=generators,
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """The remedy for a name that is not known: the one probably meant, or all that there are if they are few."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(names)}" if 0 < len(names) <= 12 else ""


def _declaration(document: Document, logical_id: str, value: Json, *, strict: bool) -> Declaration:
    path = f"Resources.{logical_id}"
    if not isinstance(value, Mapping):
        raise InputError(f"the resource {logical_id} is not an object", where=document.where(path))
    if not isinstance(value.get("Type"), str):
        raise InputError(f"the resource {logical_id} has no Type", where=document.where(path))
    if strict:
        _check_keys(document, path, value, RESOURCE_ATTRIBUTES, "an attribute of a resource")
    condition = value.get("Condition")
    if condition is not None and not isinstance(condition, str):
        raise InputError("a resource's Condition is a name", where=document.where(f"{path}.Condition"))
    properties = value.get("Properties")
    if properties is not None and not isinstance(properties, Mapping | ShortForm):
        raise InputError("Properties is not an object", where=document.where(f"{path}.Properties"))
    depends_on = _names(document, f"{path}.DependsOn", value.get("DependsOn")) if strict else ()
    return Declaration(logical_id, value["Type"], {} if properties is None else properties, condition, depends_on)


def _names(document: Document, path: str, value: Json) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(name, str) for name in names):
        raise InputError("DependsOn takes the name of a resource, or a list of names", where=document.where(path))
    return tuple(names)


def _check_dependencies(document: Document, resources: Mapping[str, Declaration]) -> None:
    for declaration in resources.values():
        for name in declaration.depends_on:
            if name not in resources:
                raise InputError(
                    f"{declaration.logical_id} depends on {name}, which the template does not declare",
                    where=document.where(f"{declaration.path}.DependsOn"),
                    remedy=nearest(name, resources),
                )


def _section(document: Document, root: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    section = root.get(name)
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        raise InputError(f"the section {name} is not an object", where=document.where(name))
    return section


def _objects(document: Document, root: Mapping[str, Json], name: str) -> Mapping[str, Mapping[str, Json]]:
    section = _section(document, root, name)
    for key, value in section.items():
        if not isinstance(value, Mapping):
            raise InputError(f"{name}.{key} is not an object", where=document.where(f"{name}.{key}"))
    return section


def _transforms(document: Document, transform: Json) -> tuple[str, ...]:
    """The names there; an object is a macro with parameters (`AWS::Include`)."""
    entries = transform if isinstance(transform, list) else [] if transform is None else [transform]
    names: list[str] = []
    for entry in entries:
        name = entry.get("Name") if isinstance(entry, Mapping) else entry
        if not isinstance(name, str):
            raise InputError("the section Transform names macros", where=document.where("Transform"))
        names.append(name)
    return tuple(names)


def _check_keys(document: Document, path: str, value: Mapping[str, Json], known: frozenset[str], what: str) -> None:
    for key in value:
        if key not in known:
            raise InputError(f"{key} is not {what}", where=document.where(join(path, key)), remedy=nearest(key, known))


def _short_form(tag: str, argument: Json, _where: str) -> ShortForm:
    name = tag.removeprefix("!")
    return ShortForm(name if name in ("Ref", "Condition") else f"Fn::{name}", argument)


_TAGS: Final = {f"!{name.removeprefix('Fn::')}": _short_form for name in FUNCTIONS}
