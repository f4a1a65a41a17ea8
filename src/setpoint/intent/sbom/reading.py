"""The door to bills of materials that others made: commands, the API and agents' reports hand their octets in here.

What is wrong with the document as a whole is one `InputError`; what is wrong with one of its entries is a `Problem` of
the bill, and the others count.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.intent.sbom.cyclonedx import read_cyclonedx
from setpoint.intent.sbom.cyclonedx_xml import members_of
from setpoint.intent.sbom.markup import xml_root
from setpoint.intent.sbom.octets import MAX_BYTES, plain, strict_json, text_of
from setpoint.intent.sbom.spdx2 import read_spdx2
from setpoint.intent.sbom.spdx3 import read_spdx3
from setpoint.model.component import Sbom

_REMEDY: Final = "give CycloneDX 1.2 to 1.7 as JSON or XML, or SPDX 2.2, 2.3 or 3.0 as JSON"


def read_sbom_file(path: Path) -> Sbom:
    return read_sbom(read_bytes(path, limit=MAX_BYTES), str(path))


def read_sbom(octets: bytes, where: str) -> Sbom:
    """The bill, whatever its format; gzip is undone. Raises `InputError` where it is none or cannot be read."""
    octets = plain(octets, where)
    try:
        return _read(octets, where)
    except InputError as error:
        if error.where:
            raise
        raise InputError(error.what, where=where, remedy=error.remedy) from error


def _read(octets: bytes, where: str) -> Sbom:
    first = octets.lstrip()[:1]
    if first == b"{":
        return _read_json(octets, where)
    if first == b"<":
        members = members_of(xml_root(octets, where))
        if not members:
            raise InputError("this is XML, but no CycloneDX", remedy=_REMEDY)
        return read_cyclonedx(members, "XML")
    if octets.startswith(b"SPDXVersion:"):
        raise InputError("this is SPDX in its tag-value form", remedy="write it as SPDX JSON")
    text_of(octets, where)
    raise InputError("this is neither JSON nor XML", remedy=_REMEDY)


def _read_json(octets: bytes, where: str) -> Sbom:
    document = strict_json(octets, where)
    if document.get("bomFormat") == "CycloneDX":
        return read_cyclonedx(document, "JSON")
    if "spdxVersion" in document:
        return read_spdx2(document)
    if "@context" in document and "@graph" in document:
        return read_spdx3(document)
    raise InputError("this is JSON, but no bill of materials", remedy=_REMEDY)
