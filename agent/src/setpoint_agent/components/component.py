"""One component, as CycloneDX 1.6 lists it (https://cyclonedx.org/docs/1.6/json/)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from setpoint_agent.room import LONGEST_FILE, cut

LIBRARY, FILE, PLATFORM, SYSTEM = "library", "file", "platform", "operating-system"

PROPERTIES: Final = "setpoint:"
"""Begins the name of each fact of our own (https://github.com/CycloneDX/cyclonedx-property-taxonomy)."""
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(slots=True)
class Component:
    kind: str
    name: str
    version: str = ""
    purl: str = ""
    licences: tuple[str, ...] = ()
    """Expressions of SPDX first, then names."""
    has_expression: bool = False
    """Whether the one licence is an expression."""
    sha256: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    """Our own: `loaded`, `loaded-by`, `modified`, `unowned`, …"""

    @property
    def reference(self) -> str:
        """What tells it from the others of a bill."""
        return self.purl or f"{self.kind}:{self.name}"

    def as_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": self.kind,
            "bom-ref": cut(self.reference, LONGEST_FILE),
            "name": cut(self.name, LONGEST_FILE),
        }
        if self.version:
            document["version"] = cut(self.version)
        if self.purl:
            document["purl"] = cut(self.purl, LONGEST_FILE)
        if self.licences:
            document["licenses"] = (
                [{"expression": cut(self.licences[0])}]
                if self.has_expression
                else [{"license": {"name": cut(each)}} for each in self.licences]
            )
        if self.sha256:
            document["hashes"] = [{"alg": "SHA-256", "content": self.sha256}]
        if self.facts:
            document["properties"] = [
                {"name": f"{PROPERTIES}{name}", "value": cut(text, LONGEST_FILE)}
                for name, text in sorted(self.facts.items())
            ]
        return document


def purl(
    kind: str, name: str, version: str, *, namespace: str = "", qualifiers: Mapping[str, str] | None = None
) -> str:
    """A package URL in its canonical spelling (https://github.com/package-url/purl-spec)."""
    parts = [_encoded(each) for each in (kind, namespace, name) if each]
    given = "&".join(f"{key}={_encoded(text)}" for key, text in sorted((qualifiers or {}).items()) if text)
    return f"pkg:{'/'.join(parts)}{f'@{_encoded(version)}' if version else ''}{f'?{given}' if given else ''}"


def _encoded(text: str) -> str:
    # Not by `urllib.parse`, which the application may not have imported.
    return "".join(
        chr(each) if chr(each) in _UNRESERVED or each == 0x3A else f"%{each:02X}"
        for each in text.encode("utf-8", "replace")
    )
