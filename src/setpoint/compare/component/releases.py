"""Packages of distributions: the release that an advisory holds for, and the source that a binary was built from.

An advisory names a source package and a release (`Debian:12`); a bill names a binary package, and tells the rest in the
qualifiers of its package URL. `matching` calls it.
"""

from __future__ import annotations

import re
from typing import Final

from setpoint.compare.component.versions import LONGEST
from setpoint.errors import InputError
from setpoint.model.component import Component, PackageName
from setpoint.model.ecosystem import ecosystem_of
from setpoint.model.purl import Purl, package_name

_DISTRIBUTION_TYPES: Final = frozenset(("apk", "deb", "rpm"))

_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_SERVICE_PACK: Final = re.compile(r"(\d+)[ -]SP(\d+)", re.ASCII | re.IGNORECASE)
_SOURCE_RPM: Final = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm")
_RED_HAT_ITSELF: Final = ("enterprise_linux:", "rhel_")
"""How the streams of the distribution itself begin; others are products on top of it, with releases of their own."""

_CODE_NAMES: Final = {
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "trusty": "14.04",
    "xenial": "16.04",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
    "resolute": "26.04",
}
"""Debian's and Ubuntu's releases that are looked after (distro-info-data); some tools write these, and no numbers."""

_ROLLING: Final = frozenset(("edge", "sid", "stream", "tumbleweed", "rawhide"))


def sources(component: Component) -> tuple[tuple[PackageName, str], ...]:
    """The packages and versions by which advisories may name it: its own, and that of the source it was built from."""
    own = (component.package, component.version)
    if component.package.type not in _DISTRIBUTION_TYPES or not component.purl:
        return (own,)
    purl = _purl(component.purl)
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


def is_of_release(component: Component, ecosystem: str) -> bool | None:
    """Whether what an advisory says for `ecosystem` holds for it; None where one of the two does not say enough."""
    _, _, suffix = ecosystem.partition(":")
    if not suffix or not ecosystem_of(ecosystem).has_releases:
        return True
    if "FIPS" in suffix.upper() and "fips" not in component.version.lower():
        return False  # builds of their own, which have it in their versions
    wanted = _release(suffix if not ecosystem.startswith("Red Hat:") else _red_hat(suffix))
    purl = _purl(component.purl) if component.purl else None
    given = _release(purl.qualifier("distro")) if purl else ()
    if not wanted or not given:
        return None
    if given[: len(wanted)] == wanted:
        return True
    return None if wanted[: len(given)] == given else False


def _release(text: str) -> tuple[str, ...]:
    """`v3.19`, `alpine-3.19.1`, `22.04:LTS`, `Leap 15.5`, `Server 15 SP5`, `bookworm`: its parts, from the first."""
    text = _SERVICE_PACK.sub(r"\1.\2", text[:LONGEST])
    numbers = _NUMBERS.search(text)
    if numbers:
        return tuple(numbers[0].split("."))
    words = re.split(r"[^a-z]+", text.lower())
    named = next((_CODE_NAMES[word] for word in words if word in _CODE_NAMES), "")
    return tuple(named.split(".")) if named else tuple(word for word in words if word in _ROLLING)


def _red_hat(stream: str) -> str:
    return stream if stream.startswith(_RED_HAT_ITSELF) else ""


def _source(upstream: str) -> tuple[str, str]:
    """`openssl`, `openssl@3.0.11-1` or `openssl-3.0.7-1.el9.src.rpm`: the name, and the version where it is told."""
    rpm = _SOURCE_RPM.fullmatch(upstream)
    if rpm:
        return rpm[1], rpm[2]
    name, _, version = upstream.partition("@")
    return name, version


def _purl(text: str) -> Purl | None:
    try:
        return Purl.parse(text)
    except InputError:
        return None
