"""The door to VEX documents: `setpoint vex add` hands their octets in here."""

from __future__ import annotations

from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.members import an_object
from setpoint.intent.sbom.octets import plain, strict_json
from setpoint.intent.vex.cyclonedx import read_cyclonedx
from setpoint.intent.vex.openvex import CONTEXT, read_openvex
from setpoint.model.vex import VexStatement

MOST: Final = 10_000
"""Statements of one document; those of a whole distribution come in one for each package."""

REMEDY: Final = "give OpenVEX, or CycloneDX with vulnerabilities, as JSON"


def read_vex(octets: bytes, where: str) -> tuple[VexStatement, ...]:
    """Its statements, in its order; gzip is undone. Raises `InputError` where it is none, or makes none."""
    try:
        found = _read(plain(octets, where), where)
    except InputError as error:
        if error.where:
            raise
        raise InputError(error.what, where=where, remedy=error.remedy) from error
    if len(found) > MOST:
        raise InputError(f"it makes {len(found):,} statements; at most {MOST:,} are read", where=where)
    if not found:
        raise InputError("it states nothing of any flaw", where=where, remedy=REMEDY)
    return found


def _read(octets: bytes, where: str) -> tuple[VexStatement, ...]:
    document = an_object(strict_json(octets, where), "the document")
    if document.get("bomFormat") == "CycloneDX":
        return tuple(read_cyclonedx(document, where))
    if str(document.get("@context", "")).startswith(CONTEXT):
        return tuple(read_openvex(document, where))
    raise InputError("this is JSON, but no VEX document", remedy=REMEDY)
