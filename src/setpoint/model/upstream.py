"""The packages by which advisories may name a component: its own, and the source that a distribution built it from.

The inventory finds components by them; matching compares by them.
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
    """The packages and versions by which advisories may name it: whoever looks up advisories looks up all of them."""
    return named_by(component, distribution_purl(component))


def distribution_purl(component: Component) -> Purl | None:
    """Of a package of a distribution, taken apart; None for any other, and where it does not parse."""
    if component.package.type not in _DISTRIBUTION_TYPES:
        return None
    try:
        return Purl.parse(component.purl)
    except InputError:
        return None


def named_by(component: Component, purl: Purl | None) -> tuple[tuple[PackageName, str], ...]:
    """As `sources`, by its `distribution_purl`."""
    if purl is None:
        return ((component.package, component.version),)
    epoch, upstream = purl.qualifier("epoch"), purl.qualifier("upstream")
    version = _with_epoch(component.version, epoch)
    own = (component.package, version)
    if not upstream:
        return (own,)
    name, source_version = _source(upstream)
    package = package_name(purl.type, f"{purl.namespace}/{name}" if purl.namespace else name)
    return tuple(dict.fromkeys((own, (package, _with_epoch(source_version, epoch) or version))))


def _with_epoch(version: str, epoch: str) -> str:
    return f"{epoch}:{version}" if epoch and version and ":" not in version else version


def _source(upstream: str) -> tuple[str, str]:
    """`openssl`, `openssl@3.0.11-1` or `openssl-3.0.7-1.el9.src.rpm`: the name, and the version where it is told."""
    rpm = _SOURCE_RPM.fullmatch(upstream)
    if rpm:
        return rpm[1], rpm[2]
    name, _, version = upstream.partition("@")
    return name, version
