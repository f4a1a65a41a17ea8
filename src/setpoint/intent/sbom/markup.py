"""XML without its traps, and its elements by name, whatever their namespace.

Declarations of document types are refused whole: neither entities that multiply nor ones that point elsewhere are ever
looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from setpoint.errors import InputError
from setpoint.files import MAX_DEPTH
from setpoint.intent.sbom.libraries import missing
from setpoint.intent.sbom.octets import check_values

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def xml_root(octets: bytes, where: str) -> Element:
    """The parsed document; `InputError` where it is none, or declares a document type."""
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring
    except ImportError as error:
        raise missing("defusedxml") from error
    check_values(octets, b"<", where)
    try:
        root: Element = fromstring(octets, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InputError(
            "this XML declares a document type or entities, which are not read",
            where=where,
            remedy="write it without <!DOCTYPE>",
        ) from error
    except ParseError as error:
        line, column = error.position
        message = str(error.msg).rpartition(": ")[0] or str(error.msg)
        raise InputError(f"this is not XML ({message})", where=f"{where}:{line}:{column + 1}") from error
    except (ValueError, LookupError) as error:
        raise InputError("this XML is in an encoding that is not read", where=where, remedy="use UTF-8") from error
    _check_depth(root, where)
    return root


def text_in(parent: Element, name: str) -> str:
    """Of its child of that name; empty where there is none."""
    found = child_of(parent, name)
    return "" if found is None else (found.text or "").strip()


def listed(parent: Element, group: str, name: str) -> list[Element]:
    """`<group><name/>…</group>`."""
    found = child_of(parent, group)
    return [] if found is None else list(named(found, name))


def child_of(parent: Element, name: str) -> Element | None:
    return next(named(parent, name), None)


def named(parent: Element, name: str) -> Iterator[Element]:
    return (each for each in parent if isinstance(each.tag, str) and each.tag.rpartition("}")[2] == name)


def _check_depth(root: Element, where: str) -> None:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [each for parent in level for each in parent]
        if not level:
            return
    raise InputError(f"the document is nested more than {MAX_DEPTH} levels deep", where=where)
