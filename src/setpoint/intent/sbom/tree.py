"""What `making` asks of a folder and of an image alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol

from setpoint.intent.sbom.ecosystems.found import Distro

OS_RELEASE: Final = ("etc/os-release", "usr/lib/os-release")
"""The first that is there counts (os-release(5))."""

_ASSIGNED: Final = re.compile(r"""(ID|VERSION_ID)=(["']?)([A-Za-z0-9._-]*)\2""")


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """A file or a part that was found and could not be read: what it holds is unknown."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class Tree(Protocol):
    """Files with their places, as far as somebody reads them (`ecosystems/registry`)."""

    subject: str
    distro: Distro
    unread: list[Unread]

    def paths(self) -> list[str]:
        """In order, `/` between their parts."""
        ...

    def octets(self, path: str) -> bytes:
        """Raises `InputError` where the file cannot be read."""
        ...


def distro_of(os_release: bytes) -> Distro:
    lines = (_ASSIGNED.fullmatch(line.strip()) for line in os_release.decode(errors="replace").splitlines())
    said = {match[1]: match[3] for match in lines if match}
    return Distro(said.get("ID", ""), said.get("VERSION_ID", ""))
