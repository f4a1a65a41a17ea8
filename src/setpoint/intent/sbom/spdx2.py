"""SPDX 2.2 and 2.3 as JSON (https://spdx.github.io/spdx-spec/v2.3/)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.bill import Bill
from setpoint.intent.sbom.licences import NOTHING_SAID
from setpoint.intent.sbom.members import Object, a_text, an_object, items, text
from setpoint.model.canonical import Json
from setpoint.model.component import ProblemKind, Sbom

VERSIONS: Final = ("SPDX-2.2", "SPDX-2.3")

DOCUMENT: Final = "SPDXRef-DOCUMENT"
_NOTHING: Final = frozenset(("NONE", "NOASSERTION"))
_OF: Final = "_DEPENDENCY_OF"
"""How the names of relationships end that point from what is needed to what needs it."""


def read_spdx2(document: Object) -> Sbom:
    """Raises `InputError`, without `where`, for a member of the wrong type and for a version that is not known."""
    version = text(document, "spdxVersion", "")
    if version not in VERSIONS:
        raise InputError(f"this is {version[:20]}", remedy="read are SPDX 2.2, 2.3, 3.0 and CycloneDX 1.2 to 1.7")
    bill = Bill()
    packages = [an_object(each, f"packages[{index}]") for index, each in enumerate(items(document, "packages", ""))]
    relationships = list(_relationships(document))
    subject = _subject(document, packages, relationships)
    references = _known_elements(document)
    for index, package in enumerate(packages):
        where = f"packages[{index}]"
        identity = text(package, "SPDXID", where)
        if identity in references:
            bill.problem(ProblemKind.DUPLICATE, f"{where}.SPDXID", identity)
        references[identity] = "" if package is subject else _add(bill, package, where)
    for where, element, kind, related in relationships:
        _relate(bill, references, where, (element, kind, related))
    return bill.sbom(
        subject=f"{text(subject, 'name', '')} {text(subject, 'versionInfo', '')}",
        made_by=_tool(document),
        form=f"SPDX {version.removeprefix('SPDX-')} JSON",
    )


def _add(bill: Bill, package: Object, where: str) -> str:
    purls = list(_purls(package, where)) or [""]
    licence = text(package, "licenseConcluded", where)
    if licence in NOTHING_SAID:
        licence = text(package, "licenseDeclared", where)
    hashes = list(_checksums(package, where))
    added = [
        bill.add(
            where,
            name=text(package, "name", where),
            version=text(package, "versionInfo", where),
            purl=purl,
            licences=(licence,),
            hashes=hashes,
        )
        for purl in purls
    ]
    return added[0]


def _purls(package: Object, where: str) -> Iterator[str]:
    for index, each in enumerate(items(package, "externalRefs", where)):
        place = f"{where}.externalRefs[{index}]"
        reference = an_object(each, place)
        if text(reference, "referenceType", place).rpartition("/")[2] == "purl":
            yield text(reference, "referenceLocator", place)


def _checksums(package: Object, where: str) -> Iterator[tuple[str, str]]:
    for index, each in enumerate(items(package, "checksums", where)):
        place = f"{where}.checksums[{index}]"
        checksum = an_object(each, place)
        yield text(checksum, "algorithm", place), text(checksum, "checksumValue", place)


def _relationships(document: Object) -> Iterator[tuple[str, str, str, str]]:
    for index, each in enumerate(items(document, "relationships", "")):
        where = f"relationships[{index}]"
        one = an_object(each, where)
        ends = text(one, "spdxElementId", where), text(one, "relatedSpdxElement", where)
        yield where, ends[0], text(one, "relationshipType", where), ends[1]


def _relate(bill: Bill, references: dict[str, str], where: str, relationship: tuple[str, str, str]) -> None:
    element, kind, related = relationship
    ends = []
    for member, name in (("spdxElementId", element), ("relatedSpdxElement", related)):
        if name not in references and name not in _NOTHING and not name.startswith("DocumentRef-"):
            bill.problem(ProblemKind.REFERENCE, f"{where}.{member}", name)
        ends.append(references.get(name, ""))
    if kind == "DEPENDS_ON":
        bill.depends(ends[0], ends[1])
    elif kind.endswith(_OF) or kind == _OF[1:]:
        bill.depends(ends[1], ends[0])


def _known_elements(document: Object) -> dict[str, str]:
    """What a relationship may name beside the packages."""
    found = {DOCUMENT: ""}
    for group in ("files", "snippets"):
        for index, each in enumerate(items(document, group, "")):
            where = f"{group}[{index}]"
            found[text(an_object(each, where), "SPDXID", where)] = ""
    return found


def _subject(document: Object, packages: list[Object], relationships: list[tuple[str, str, str, str]]) -> Object:
    """The one package that the document describes, where there are others; otherwise the document itself."""
    described = {
        *(a_text(each, "documentDescribes") for each in items(document, "documentDescribes", "")),
        *(related for _, element, kind, related in relationships if (element, kind) == (DOCUMENT, "DESCRIBES")),
        *(element for _, element, kind, related in relationships if (related, kind) == (DOCUMENT, "DESCRIBED_BY")),
    }
    found = [each for index, each in enumerate(packages) if text(each, "SPDXID", f"packages[{index}]") in described]
    return found[0] if len(found) == 1 < len(packages) else {"name": text(document, "name", "")}


def _tool(document: Object) -> str:
    creation: Json = document.get("creationInfo")
    creators = items(an_object(creation, "creationInfo"), "creators", "creationInfo") if creation is not None else []
    texts = [a_text(each, f"creationInfo.creators[{index}]") for index, each in enumerate(creators)]
    return next((each.removeprefix("Tool:") for each in texts if each.startswith("Tool:")), "")
