"""Which service something that runs belongs to, and which release it is: by rules, tags and names of images.

Pure. Used by the readers of this folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.globs import matches

MOVING: Final = "latest"
"""A tag of images that is another image tomorrow: it names no release."""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """Whose that is which is called so, whatever its tags say."""

    match: str
    """A glob over `<cluster>/<service or family>/<container>` of ECS, and over the name of a function."""
    service: str


@dataclass(frozen=True, slots=True)
class Owner:
    service: str
    release: str = ""
    """As its tag names it; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Naming:
    owner_tag: str = "service"
    release_tag: str = "release"
    rules: tuple[ServiceRule, ...] = ()
    """The first that matches holds."""
    environment: Callable[[str], str] = lambda _service: ""
    """Where a service runs, as the settings say."""

    def owner(self, name: str, *tags: Mapping[str, str], otherwise: str) -> Owner:
        """By a rule, else by the first of these tags that names one, else as it is called itself.

        What a rule takes out of its surroundings (a sidecar) is no release of theirs.
        """
        ruled = next((rule.service for rule in self.rules if matches(rule.match, name)), "")
        if ruled:
            return Owner(ruled)
        return Owner(_first(self.owner_tag, tags) or otherwise, _first(self.release_tag, tags))


def _first(key: str, tags: tuple[Mapping[str, str], ...]) -> str:
    return next((value for each in tags if (value := each.get(key, "").strip())), "")


def release_of_image(image: str) -> str:
    """`1.4.2` of `registry.example:5000/shop:1.4.2@sha256:…`; empty where its name tells no release."""
    _, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    return "" if tag == MOVING else tag


def digest_of_image(text: str) -> str:
    """The digest in a name of an image, or that is all of the text; empty where there is none."""
    digest = text.rpartition("@")[2]
    return digest if _DIGEST.fullmatch(digest) else ""
