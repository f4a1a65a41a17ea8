"""CycloneDX (https://cyclonedx.org/docs/1.6/json/) as JSON; `cyclonedx_xml` brings XML into the same members.

Only what a `Sbom` holds is looked at: building the library's whole tree of objects takes forty times as long, and a
hundred bills a second have to be taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.bill import Bill
from setpoint.intent.sbom.members import Object, a_text, an_object, child, items, text, wrong
from setpoint.model.canonical import Json
from setpoint.model.component import ProblemKind, Sbom

VERSIONS: Final = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
"""In all of them what is read here has the same shape; before 1.2 there was no JSON."""

_WITHOUT_VERSION: Final = frozenset(("file", "data", "cryptographic-asset", "device", "platform", "operating-system"))
"""Types of components that are no packages, and of which no version is expected."""

_ELSEWHERE: Final = "urn:cdx:"
"""How a reference into another document begins (https://cyclonedx.org/capabilities/bomlink/)."""


def read_cyclonedx(document: Object, syntax: str) -> Sbom:
    """Raises `InputError`, without `where`, for a member of the wrong type and for a version that is not known."""
    version = text(document, "specVersion", "")
    if version not in VERSIONS:
        shown = f"CycloneDX {version[:20]}" if version else "CycloneDX without its specVersion"
        raise InputError(f"this is {shown}", remedy=f"read are CycloneDX {', '.join(VERSIONS)} and SPDX 2.2, 2.3, 3.0")
    reader = _Reader()
    metadata = child(document, "metadata", "")
    subject = child(metadata, "component", "metadata")
    if subject:
        reader.name(text(subject, "bom-ref", "metadata.component"), "", "metadata.component")
        reader.components(items(subject, "components", "metadata.component"), "metadata.component.components")
    reader.components(items(document, "components", ""), "components")
    reader.services(items(document, "services", ""), "services")
    reader.dependencies(items(document, "dependencies", ""))
    return reader.bill.sbom(
        subject=f"{_full_name(subject, 'metadata.component')} {text(subject, 'version', 'metadata.component')}",
        made_by=_tool(metadata.get("tools")),
        form=f"CycloneDX {version} {syntax}",
    )


@dataclass(slots=True)
class _Reader:
    bill: Bill = field(default_factory=Bill)
    references: dict[str, str] = field(default_factory=dict)
    """`bom-ref` → purl, empty for what has none."""

    def components(self, entries: list[Json], path: str) -> None:
        for index, entry in enumerate(entries):
            where = f"{path}[{index}]"
            self._component(an_object(entry, where), where)

    def services(self, entries: list[Json], path: str) -> None:
        """They are no components, yet others may depend on them."""
        for index, entry in enumerate(entries):
            where = f"{path}[{index}]"
            service = an_object(entry, where)
            self.name(text(service, "bom-ref", where), "", where)
            self.services(items(service, "services", where), f"{where}.services")

    def name(self, reference: str, purl: str, where: str) -> None:
        if not reference:
            return
        if reference in self.references:
            self.bill.problem(ProblemKind.DUPLICATE, f"{where}.bom-ref", reference)
        self.references[reference] = purl

    def dependencies(self, entries: list[Json]) -> None:
        for index, entry in enumerate(entries):
            where = f"dependencies[{index}]"
            dependency = an_object(entry, where)
            purl = self._referred(text(dependency, "ref", where), where)
            for each in items(dependency, "dependsOn", where):
                self.bill.depends(purl, self._referred(each if type(each) is str else a_text(each, where), where))

    def _component(self, entry: Object, path: str) -> None:
        canonical = self.bill.add(
            path,
            name=_full_name(entry, path),
            version=text(entry, "version", path),
            purl=text(entry, "purl", path),
            licences=_licences(items(entry, "licenses", path), path) if "licenses" in entry else (),
            hashes=_hashes(items(entry, "hashes", path), path) if "hashes" in entry else (),
            versioned=text(entry, "type", path) not in _WITHOUT_VERSION,
        )
        self.name(text(entry, "bom-ref", path), canonical, path)
        if "components" in entry:
            self.components(items(entry, "components", path), f"{path}.components")

    def _referred(self, reference: str, where: str) -> str:
        purl = self.references.get(reference)
        if purl is None:
            if not reference.startswith(_ELSEWHERE):
                self.bill.problem(ProblemKind.REFERENCE, where, reference)
            return ""
        return purl


def _full_name(entry: Object, path: str) -> str:
    group, name = text(entry, "group", path), text(entry, "name", path)
    return f"{group}/{name}" if group and name else name


def _licences(entries: list[Json], path: str) -> Iterator[str]:
    for index, entry in enumerate(entries):
        where = f"{path}.licenses[{index}]"
        choice = an_object(entry, where)
        licence = child(choice, "license", where)
        yield text(choice, "expression", where) or text(licence, "id", where) or text(licence, "name", where)


def _hashes(entries: list[Json], path: str) -> Iterator[tuple[str, str]]:
    for index, entry in enumerate(entries):
        where = f"{path}.hashes[{index}]"
        one = an_object(entry, where)
        yield text(one, "alg", where), text(one, "content", where)


def _tool(tools: Json) -> str:
    """The first one: a list until 1.4, an object with components since."""
    named = items(tools, "components", "metadata.tools") if isinstance(tools, dict) else tools
    if named is None:
        return ""
    if not isinstance(named, list):
        raise wrong(named, "metadata.tools", "a list or an object")
    return _first(an_object(each, f"metadata.tools[{index}]") for index, each in enumerate(named))


def _first(tools: Iterable[Object]) -> str:
    for tool in tools:
        return f"{text(tool, 'name', 'metadata.tools[0]')} {text(tool, 'version', 'metadata.tools[0]')}"
    return ""
