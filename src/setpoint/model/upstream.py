"""The packages by which advisories may name a component: its own, and the source that a distribution built it from.

The inventory finds components by them, and matching compares by them.
"""

from __future__ import annotations

import re
from typing import Final

from setpoint.errors import InputError
from setpoint.model.component import Component, PackageName
from setpoint.model.purl import Purl, package_name

_DISTRIBUTION_TYPES: Final = frozenset(("apk", "deb", "rpm"))
_SOURCE_RPM: Final = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm")


def sources(component: Component) -> tuple[tuple[PackageName, str], ...]:
    """The packages and versions by which advisories may name it: its own, and that of the source it was built from."""
    own = (component.package, component.version)
    if component.package.type not in _DISTRIBUTION_TYPES or not component.purl:
        return (own,)
    purl = purl_of(component)
    epoch = purl.qualifier("epoch") if purl else ""
    version = f"{epoch}:{component.version}" if epoch and ":" not in component.version else component.version
    own = (component.package, version)
    upstream = purl.qualifier("upstream") if purl else ""
    if purl is None or not upstream:
        return (own,)
    name, source_version = _source(upstream)
    source = package_name(purl.type, f"{purl.namespace}/{name}" if purl.namespace else name)
    if epoch and source_version and ":" not in source_version:
        source_version = f"{epoch}:{source_version}"
    return tuple(dict.fromkeys((own, (source, source_version or version))))


def purl_of(component: Component) -> Purl | None:
    """Taken apart; None where it has none that parses."""
    try:
        return Purl.parse(component.purl) if component.purl else None
    except InputError:
        return None


def _source(upstream: str) -> tuple[str, str]:
    """`openssl`, `openssl@3.0.11-1` or `openssl-3.0.7-1.el9.src.rpm`: the name, and the version where it is told."""
    rpm = _SOURCE_RPM.fullmatch(upstream)
    if rpm:
        return rpm[1], rpm[2]
    name, _, version = upstream.partition("@")
    return name, version
