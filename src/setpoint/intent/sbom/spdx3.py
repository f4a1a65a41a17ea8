"""SPDX 3.0 as JSON-LD (https://spdx.github.io/spdx-spec/v3.0.1/): a flat `@graph` of elements that name one another.

Its serialisation fixes the context, so that members have the same names in every document: no processor of JSON-LD,
which would fetch things, is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.bill import Bill
from setpoint.intent.sbom.members import Object, a_text, an_object, items, text
from setpoint.model.canonical import Json
from setpoint.model.component import ProblemKind, Sbom

_CONTEXT: Final = re.compile(r"https?://spdx\.org/rdf/([0-9.]{1,20})/spdx-context\.jsonld")
_READ: Final = re.compile(r"3\.0(?:\.\d+)?")
_PACKAGE: Final = "software_Package"
_NOTHING: Final = ("/NoneElement", "/NoAssertionElement", "/NoneLicense", "/NoAssertionLicense")
_LISTED: Final = "https://spdx.org/licenses/"
"""What licences of SPDX's own list are named by."""
_LICENCES: Final = ("hasConcludedLicense", "hasDeclaredLicense")
"""What was concluded goes before what was declared."""


def read_spdx3(document: Object) -> Sbom:
    """Raises `InputError`, without `where`, for a member of the wrong type and for a version that is not known."""
    version = _version(document)
    graph = _Graph([an_object(each, f"@graph[{index}]") for index, each in enumerate(items(document, "@graph", ""))])
    bill = graph.bill
    subject = graph.subject()
    licences = graph.licences()
    purls = dict.fromkeys(graph.elements, "")
    for index, element in graph.of_type(_PACKAGE):
        if element is not subject:
            identity = _identity(element)
            purls[identity] = _add(bill, element, f"@graph[{index}]", licences.get(identity, []))
    for where, origin, targets in graph.relations("dependsOn"):
        for name in (origin, *targets):
            if name not in purls and not name.endswith(_NOTHING):
                bill.problem(ProblemKind.REFERENCE, where, name)
        for name in targets:
            bill.depends(purls.get(origin, ""), purls.get(name, ""))
    return bill.sbom(
        subject=f"{text(subject, 'name', '')} {text(subject, 'software_packageVersion', '')}",
        made_by=graph.tool(),
        form=f"SPDX {version} JSON",
    )


@dataclass(slots=True)
class _Graph:
    listed: list[Object]
    bill: Bill = field(default_factory=Bill)
    elements: dict[str, Object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, element in enumerate(self.listed):
            identity = _identity(element)
            if identity in self.elements:
                self.bill.problem(ProblemKind.DUPLICATE, f"@graph[{index}].spdxId", identity)
            if identity:
                self.elements[identity] = element

    def of_type(self, kind: str) -> Iterator[tuple[int, Object]]:
        return ((index, each) for index, each in enumerate(self.listed) if _type(each) == kind)

    def relations(self, kind: str) -> Iterator[tuple[str, str, list[str]]]:
        """(where, from, to)."""
        for index, element in enumerate(self.listed):
            if element.get("relationshipType") != kind:
                continue
            where = f"@graph[{index}]"
            targets = [a_text(each, f"{where}.to[{at}]") for at, each in enumerate(items(element, "to", where))]
            yield where, text(element, "from", where), targets

    def licences(self) -> dict[str, list[str]]:
        """Of each element, the expressions that were concluded, or else declared."""
        found: dict[str, list[str]] = {}
        for kind in _LICENCES:
            these: dict[str, list[str]] = {}
            for _, origin, targets in self.relations(kind):
                these.setdefault(origin, []).extend(each for name in targets if (each := self._expression(name)))
            found = {**these, **{origin: said for origin, said in found.items() if said}}
        return found

    def subject(self) -> Object:
        """The one package that the document is about, where there are others; otherwise the document itself."""
        documents = [each for _, each in self.of_type("SpdxDocument")]
        boms = [each for kind in ("software_Sbom", "Bom") for _, each in self.of_type(kind)]
        roots = [a_text(name, "rootElement") for each in (*documents, *boms) for name in items(each, "rootElement", "")]
        found = {name: each for name in roots if (each := self.elements.get(name)) and _type(each) == _PACKAGE}
        if len(found) == 1 < sum(1 for _ in self.of_type(_PACKAGE)):
            return next(iter(found.values()))
        return {"name": text(documents[0], "name", "SpdxDocument")} if documents else {}

    def tool(self) -> str:
        return next((text(each, "name", f"@graph[{index}]") for index, each in self.of_type("Tool")), "")

    def _expression(self, name: str) -> str:
        if name.startswith(_LISTED):
            return name.removeprefix(_LISTED)
        element = self.elements.get(name, {})
        for member in ("simplelicensing_licenseExpression", "simplelicensing_licenseText", "name"):
            if said := text(element, member, name):
                return said
        return "NONE" if name.endswith("/NoneLicense") else ""


def _add(bill: Bill, package: Object, where: str, licences: list[str]) -> str:
    return bill.add(
        where,
        name=text(package, "name", where),
        version=text(package, "software_packageVersion", where),
        purl=text(package, "software_packageUrl", where) or next(_purls(package, where), ""),
        licences=licences,
        hashes=list(_hashes(package, where)),
    )


def _purls(package: Object, where: str) -> Iterator[str]:
    for index, each in enumerate(items(package, "externalIdentifier", where)):
        place = f"{where}.externalIdentifier[{index}]"
        identifier = an_object(each, place)
        if text(identifier, "externalIdentifierType", place) == "packageUrl":
            yield text(identifier, "identifier", place)


def _hashes(package: Object, where: str) -> Iterator[tuple[str, str]]:
    for index, each in enumerate(items(package, "verifiedUsing", where)):
        place = f"{where}.verifiedUsing[{index}]"
        method = an_object(each, place)
        if _type(method) == "Hash":
            yield text(method, "algorithm", place), text(method, "hashValue", place)


def _version(document: Object) -> str:
    context: Json = document.get("@context")
    named = context if isinstance(context, list) else [context]
    found = next((match[1] for each in named if isinstance(each, str) and (match := _CONTEXT.fullmatch(each))), "")
    if not _READ.fullmatch(found):
        shown = f"SPDX {found}" if found else "JSON-LD whose @context is none of SPDX"
        raise InputError(f"this is {shown}", remedy="read are SPDX 2.2, 2.3, 3.0 and CycloneDX 1.2 to 1.7")
    return found


def _identity(element: Object) -> str:
    return text(element, "spdxId", "") or text(element, "@id", "")


def _type(element: Object) -> Json:
    return element.get("type") or element.get("@type")
