"""A template as it stands: read, its form checked, nothing worked out yet.

`reader` loads it; `transforms` puts loops and included files in place; `parameters`, `evaluator` and `resolution` give
it meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from setpoint.errors import InputError
from setpoint.files import Document, parse_yaml
from setpoint.intent.cloudformation.anatomy import (
    EXTENSIONS,
    FUNCTIONS,
    LANGUAGE_EXTENSIONS,
    SECTIONS,
    TRANSFORM,
    check_keys,
    is_generator,
    listed,
    nearest,
)
from setpoint.intent.cloudformation.declarations import Declaration, check_dependencies, read_declaration
from setpoint.intent.cloudformation.values import Call, NotRun, ShortForm
from setpoint.model.canonical import Json
from setpoint.model.paths import join

__all__ = [
    "Call",
    "Declaration",
    "Template",
    "frame_of",
    "parse_document",
    "parse_template",
    "template_of",
    "without_transform",
]


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
    outputs: Mapping[str, Json]
    rules: Mapping[str, Json]

    @property
    def macros(self) -> tuple[str, ...]:
        """Macros over the whole template that may change anything in it."""
        return tuple(name for name in self.transforms if name != LANGUAGE_EXTENSIONS)

    @property
    def extended(self) -> bool:
        """Whether the language extensions may be used."""
        return LANGUAGE_EXTENSIONS in self.transforms

    def where(self, path: str = "") -> str:
        """`file:line` of the value at `path`."""
        return self.document.where(path)

    def call(self, value: Json, path: str) -> Call | None:
        """The function call that `value` is; None where it is plain data."""
        short = isinstance(value, ShortForm)
        name = value.function if short else self._called(value, path) if isinstance(value, Mapping) else None
        if name is None:
            return None
        if name in EXTENSIONS and not self.extended:
            raise InputError(
                f"{name} is used without the transform that brings it",
                where=self.where(path),
                remedy=f"add `Transform: {LANGUAGE_EXTENSIONS}`",
            )
        return Call(name, value.argument, path) if short else Call(name, value[name], join(path, name))

    def _called(self, value: Mapping[str, Json], path: str) -> str | None:
        names = [key for key in value if key.startswith("Fn::") or (key == "Ref" and len(value) == 1)]
        generator = next((name for name in names if is_generator(name)), None)
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
    return template_of(parse_document(data, name))


def parse_document(data: bytes, name: str) -> Document:
    """`data` with every short form in place; `InputError` with file:line where it is neither YAML nor JSON."""
    document = parse_yaml(data, name, tags=_TAGS)
    if document.value is None:
        raise InputError("the file is empty; a CloudFormation template was expected", where=name)
    return document


def template_of(document: Document) -> Template:
    """The document as a template; `InputError` with file:line where it is none."""
    frame = frame_of(document)
    if not frame.macros:
        check_keys(document, "", document.value, SECTIONS, "a section of a template")
    entries = _section(document, document.value, "Resources")
    if not entries:
        raise InputError("the template declares no Resources", where=document.where("Resources"))
    generators = {key: value for key, value in entries.items() if is_generator(key)}
    resources = {
        key: read_declaration(document, key, value, strict=not frame.macros)
        for key, value in entries.items()
        if key not in generators
    }
    if not frame.macros and not generators:
        check_dependencies(document, resources)
    return replace(frame, resources=resources, generators=generators)


def frame_of(document: Document) -> Template:
    """The template without its resources: what is to be known before loops and included files are put in place."""
    root = document.value
    if not isinstance(root, Mapping):
        raise InputError("this is not a CloudFormation template: an object was expected", where=document.where())
    return Template(
        document,
        parameters=_objects(document, root, "Parameters"),
        mappings=_section(document, root, "Mappings"),
        conditions=_section(document, root, "Conditions"),
        resources={},
        transforms=_transforms(document, root),
        generators={},
        outputs=_section(document, root, "Outputs"),
        rules=_section(document, root, "Rules"),
    )


def without_transform(document: Document, done: str) -> Document:
    """The document without the name of this transform, whose work is done."""
    named = listed(document.value.get("Transform"))
    left = [each for each in named if (each.get("Name") if isinstance(each, Mapping) else each) != done]
    rest = {key: value for key, value in document.value.items() if key != "Transform"}
    return replace(document, value={**rest, **({"Transform": left} if left else {})})


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


def _transforms(document: Document, root: Mapping[str, Json]) -> tuple[str, ...]:
    """The macros over the whole template; an object is one with parameters (`AWS::Include`)."""
    names: list[str] = []
    for entry in (*listed(root.get("Transform")), *listed(root.get(TRANSFORM))):
        called = entry.argument if isinstance(entry, NotRun) else entry
        name = called.get("Name") if isinstance(called, Mapping) else called
        if not isinstance(name, str):
            raise InputError("the section Transform names macros", where=document.where("Transform"))
        names.append(name)
    return tuple(names)


def _short_form(tag: str, argument: Json, _where: str) -> ShortForm:
    name = tag.removeprefix("!")
    return ShortForm(name if name in ("Ref", "Condition") else f"Fn::{name}", argument)


_TAGS: Final = {f"!{name.removeprefix('Fn::')}": _short_form for name in FUNCTIONS}
