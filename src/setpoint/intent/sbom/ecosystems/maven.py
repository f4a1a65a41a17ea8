"""Maven's pom.xml (https://maven.apache.org/pom.html): what is declared, with the properties of the file itself.

A pom.xml is no lockfile: what its dependencies need in turn is not in it, nor what a parent or a list of versions says
that is kept elsewhere. That is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source, unresolved
from setpoint.intent.sbom.markup import child_of, listed, text_in, xml_root
from setpoint.model.component import Problem
from setpoint.model.purl import Purl

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PROPERTY: Final = re.compile(r"\$\{([^${}]+)\}")
_DEEPEST: Final = 10
"""Properties that name properties; one that names itself ends here."""
_LONGEST: Final = 1000
"""Characters of a value: properties may double one another."""
_RANGE: Final = ("[", "(")


def read_pom(source: Source) -> Iterator[Found | Problem]:
    root = xml_root(source.octets, source.path)
    if root.tag.rpartition("}")[2] != "project":
        raise InputError("this is XML, but no pom.xml")
    project = _Project.of(root)
    yield unresolved(source.path, "a pom.xml lists what is needed directly, not what that needs in turn")
    if project.parent:
        yield unresolved(source.path, f"its parent {project.parent}")
    managed = child_of(root, "dependencyManagement")
    versions = {}
    for each in [] if managed is None else listed(managed, "dependencies", "dependency"):
        name = project.name_of(each)
        versions[name] = project.value(text_in(each, "version"))
        if text_in(each, "scope") == "import":
            yield unresolved(source.path, f"versions imported from {'/'.join(name)}@{versions[name]}")
    for each in listed(root, "dependencies", "dependency"):
        yield _found(source, project, each, versions)


def _found(source: Source, project: _Project, each: Element, versions: dict[tuple[str, str], str]) -> Found | Problem:
    group, artifact = name = project.name_of(each)
    declared = project.value(text_in(each, "version")) or versions.get(name, "")
    where = f"{source.path}: {group}:{artifact}"
    if not group or not artifact or _PROPERTY.search(group + artifact):
        return unresolved(where, f"{group}:{artifact}:{declared}")
    is_open = _PROPERTY.search(declared) is not None or declared.startswith(_RANGE)
    return Found(Purl.of("maven", group, artifact, "" if is_open else declared), where)


@dataclass(frozen=True, slots=True)
class _Project:
    properties: dict[str, str]
    parent: str
    """`group:artifact:version`; empty where there is none."""

    @classmethod
    def of(cls, root: Element) -> _Project:
        parent = child_of(root, "parent")
        inherited = (
            {} if parent is None else {key: text_in(parent, key) for key in ("groupId", "artifactId", "version")}
        )
        properties = {f"project.parent.{key}": value for key, value in inherited.items()}
        for key in ("groupId", "artifactId", "version"):
            properties[f"project.{key}"] = text_in(root, key) or inherited.get(key, "")
        declared = child_of(root, "properties")
        for each in [] if declared is None else declared:
            properties[str(each.tag).rpartition("}")[2]] = (each.text or "").strip()
        return cls(properties, ":".join(inherited.values()))

    def name_of(self, dependency: Element) -> tuple[str, str]:
        return self.value(text_in(dependency, "groupId")), self.value(text_in(dependency, "artifactId"))

    def value(self, text: str) -> str:
        """With its properties in place; those that the file does not hold stay as `${…}`."""
        for _ in range(_DEEPEST):
            text, count = _PROPERTY.subn(self._property, text[:_LONGEST])
            if not count:
                break
        return text[:_LONGEST]

    def _property(self, match: re.Match[str]) -> str:
        return self.properties.get(match[1], match[0])[:_LONGEST]
