"""Packages of distributions: the release that an advisory holds for, and the source that a binary was built from.

An advisory names a source package and a release (`Debian:12`); a bill names a binary package, and tells the rest in the
qualifiers of its package URL. `matching` calls it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from setpoint.compare.component.versions import LONGEST
from setpoint.model.component import Component, PackageName
from setpoint.model.ecosystem import ecosystem_of
from setpoint.model.upstream import distribution_purl, named_by

_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_SERVICE_PACK: Final = re.compile(r"(\d+)[ -]SP(\d+)", re.ASCII | re.IGNORECASE)
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

_ROLLING: Final = frozenset(("edge", "sid", "stream", "tumbleweed"))
"""Releases without a number (OSV schema, "Defined ecosystems")."""


@dataclass(frozen=True, slots=True)
class Named:
    """A component as advisories may speak of it, worked out once for all of them."""

    names: tuple[tuple[PackageName, str], ...]
    """Package and version: its own, and those of the source that it was built from."""
    release: tuple[str, ...]
    """The parts of the distribution's release, from the first; empty where nobody says."""
    is_for_fips: bool
    """Builds of their own, which have it in their versions."""

    @classmethod
    def of(cls, component: Component) -> Named:
        purl = distribution_purl(component)
        return cls(
            named_by(component, purl),
            _release(purl.qualifier("distro")) if purl else (),
            "fips" in component.version.lower(),
        )

    def is_of_release(self, ecosystem: str) -> bool | None:
        """Whether what an advisory says for `ecosystem` holds for it; None where one of the two does not say enough."""
        if not has_release(ecosystem):
            return True
        if "FIPS" in ecosystem.upper() and not self.is_for_fips:
            return False
        wanted = _wanted(ecosystem)
        if not wanted or not self.release:
            return None
        if self.release[: len(wanted)] == wanted:
            return True
        return None if wanted[: len(self.release)] == self.release else False


def has_release(ecosystem: str) -> bool:
    """`Debian:12` has one; what stands behind `Maven:` is a registry's address."""
    return ":" in ecosystem and ecosystem_of(ecosystem).has_releases


@lru_cache(maxsize=1024)
def _wanted(ecosystem: str) -> tuple[str, ...]:
    base, _, suffix = ecosystem.partition(":")
    if base == "Red Hat" and not suffix.startswith(_RED_HAT_ITSELF):
        return ()
    return _release(suffix)


def _release(text: str) -> tuple[str, ...]:
    """`v3.19`, `alpine-3.19.1`, `22.04:LTS`, `Leap 15.5`, `Server 15 SP5`, `bookworm`: its parts, from the first."""
    words = re.split(r"[^a-z]+", text[:LONGEST].lower())
    for word in words:
        if word in _CODE_NAMES:
            return tuple(_CODE_NAMES[word].split("."))
    rolling = next((word for word in words if word in _ROLLING), "")
    if rolling:
        return (rolling,)  # numbers beside it are of a snapshot: tumbleweed-20261120
    numbers = _NUMBERS.search(_SERVICE_PACK.sub(r"\1.\2", text[:LONGEST]))
    return tuple(numbers[0].split(".")) if numbers else ()
