"""CycloneDX as XML (https://cyclonedx.org/docs/1.6/xml/), brought into the members of its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from setpoint.intent.sbom.markup import child_of, listed, named
from setpoint.intent.sbom.members import Object
from setpoint.model.canonical import Json

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NAMESPACE: Final = "{http://cyclonedx.org/schema/bom/"


def members_of(root: Element) -> Object:
    """The document as its JSON form has it; empty where it is no CycloneDX."""
    space, _, name = root.tag.partition("}")
    if name != "bom" or not space.startswith(_NAMESPACE):
        return {}
    metadata = child_of(root, "metadata")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": space.removeprefix(_NAMESPACE),
        "metadata": {} if metadata is None else _metadata(metadata),
        "components": _components(root),
        "services": _services(root),
        "dependencies": [
            {"ref": each.get("ref"), "dependsOn": [on.get("ref", "") for on in named(each, "dependency")]}
            for each in listed(root, "dependencies", "dependency")
        ],
    }


def _metadata(metadata: Element) -> Object:
    subject = child_of(metadata, "component")
    tools = child_of(metadata, "tools")
    plain = listed(metadata, "tools", "tool")
    return {
        "component": None if subject is None else _component(subject),
        "tools": [_texts(each, "name", "version") for each in plain] or ([] if tools is None else _components(tools)),
    }


def _components(parent: Element) -> list[Json]:
    return [_component(each) for each in listed(parent, "components", "component")]


def _component(element: Element) -> Object:
    return {
        **_texts(element, "group", "name", "version", "purl"),
        "type": element.get("type"),
        "bom-ref": element.get("bom-ref"),
        "licenses": _licences(element),
        "hashes": [{"alg": each.get("alg"), "content": each.text} for each in listed(element, "hashes", "hash")],
        "components": _components(element),
    }


def _licences(element: Element) -> list[Json]:
    return [
        *({"license": _texts(each, "id", "name")} for each in listed(element, "licenses", "license")),
        *({"expression": each.text} for each in listed(element, "licenses", "expression")),
    ]


def _services(parent: Element) -> list[Json]:
    return [
        {"bom-ref": each.get("bom-ref"), "services": _services(each)} for each in listed(parent, "services", "service")
    ]


def _texts(element: Element, *names: str) -> dict[str, Json]:
    found = ((name, child_of(element, name)) for name in names)
    return {name: (each.text or "").strip() for name, each in found if each is not None}
