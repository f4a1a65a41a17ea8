"""Functions of Lambda: the versions of each that can be expected to be invoked, with the digests of what they run.

These are `$LATEST`, every version that an alias leads to, and the newest published one, which what calls versions by
their numbers mostly calls. AWS Lambda API Reference, ListFunctions, ListAliases and GetFunction.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from setpoint.model.inventory import Instance, InstanceSource
from setpoint.observe.aws.instances.naming import Naming, digest_of_image, release_of_image
from setpoint.observe.aws.instances.reading import TAGS, Found, tags_of
from setpoint.observe.aws.reader import Place

FUNCTIONS, ALIASES, CODE = "lambda:ListFunctions", "lambda:ListAliases", "lambda:GetFunction"
PERMISSIONS: Final = (FUNCTIONS, ALIASES, CODE, TAGS)

ALIASES_HOLD: Final = 600.0
"""Seconds: aliases are asked for function by function, of calls that an account has fifteen a second of (AWS Lambda
Developer Guide, *Lambda quotas*), and mostly move when a version is published, which is seen at once."""

LATEST: Final = "$LATEST"
GONE: Final = "ResourceNotFoundException"
NEVER_INVOKED: Final = frozenset({"Failed", "Deleting"})
"""States in which nothing of a function runs (the same reference, FunctionConfiguration)."""


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of a function, as the listing tells of it."""

    arn: str
    number: str
    is_image: bool
    code: str
    """What tells it from other code, as AWS spells it."""

    @classmethod
    def of(cls, listed: Mapping[str, Any]) -> _Version:
        is_image = listed.get("PackageType") == "Image"
        return cls(listed["FunctionArn"], listed["Version"], is_image, str(listed.get("CodeSha256", "")))


@dataclass(frozen=True, slots=True)
class _Aliases:
    """The versions that aliases of a function led to."""

    versions: frozenset[str]
    published: tuple[str, ...]
    """The versions that there were then."""
    asked_at: float


class FunctionReader:
    """Implements `reading.InstanceReader`."""

    def __init__(self, place: Place, naming: Naming, *, tick: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._naming = naming
        self._tick = tick
        self._aliases: dict[str, _Aliases] = {}
        self._images: dict[tuple[str, str], str] = {}
        """ARN and code of a version → the image that it runs, which does not change without them."""

    @property
    def prefix(self) -> str:
        return f"arn:{self._place.partition}:lambda:{self._place.region}:{self._place.account}:function:"

    def read(self, found: Found, *, briefly: bool = False) -> None:
        functions = self._listed(found, briefly=briefly)
        tags: Mapping[str, Mapping[str, str]] = {}
        with found.part(TAGS):
            tags = self._tags() if functions else {}
        aliases, images = self._aliases, self._images
        self._aliases, self._images = {}, {}  # what is there no more is not remembered
        for name, versions in functions.items():
            with found.part(ALIASES, gone=GONE):
                self._aliases[name] = self._aliases_of(name, versions, aliases.get(name))
            leading = self._aliases[name].versions if name in self._aliases else frozenset()
            for instance in self._instances(name, versions, leading, tags, images, found):
                found.add(instance)

    def _listed(self, found: Found, *, briefly: bool) -> Mapping[str, Sequence[_Version]]:
        functions: defaultdict[str, list[_Version]] = defaultdict(list)
        for page in self._place.client("lambda").get_paginator("list_functions").paginate(FunctionVersion="ALL"):
            found.is_answered = True
            for each in page["Functions"]:
                if each.get("State") not in NEVER_INVOKED:
                    functions[each["FunctionName"]].append(_Version.of(each))
                if briefly and functions:
                    return functions
        return functions

    def _tags(self) -> Mapping[str, Mapping[str, str]]:
        """ARN of a function → its tags."""
        return dict(tags_of(self._place, "lambda:function", self._naming.owner_tag, self._naming.release_tag))

    def _aliases_of(self, name: str, versions: Sequence[_Version], known: _Aliases | None) -> _Aliases:
        """Asked for where some version was published. Raises botocore's errors."""
        published, now = tuple(each.number for each in versions), self._tick()
        if known is not None and known.published == published and now - known.asked_at < ALIASES_HOLD:
            return known
        if published == (LATEST,):
            return _Aliases(frozenset(), published, now)
        pages = self._place.client("lambda").get_paginator("list_aliases").paginate(FunctionName=name)
        leading = (version for page in pages for each in page["Aliases"] for version in _led_to(each))
        return _Aliases(frozenset(leading), published, now)

    def _instances(
        self,
        name: str,
        versions: Sequence[_Version],
        leading: frozenset[str],
        tags: Mapping[str, Mapping[str, str]],
        images: Mapping[tuple[str, str], str],
        found: Found,
    ) -> Iterator[Instance]:
        owner = self._naming.owner(name, tags.get(f"{self.prefix}{name}", {}), otherwise=name)
        latest = next((each.code for each in versions if each.number == LATEST), "")
        invoked = leading | {LATEST, _newest(versions)}
        for version in versions:
            if version.number not in invoked:
                continue
            image = self._image(name, version, images, found) if version.is_image else ""
            # A tag is of the function, and so speaks of the code that it has now.
            release = owner.release if version.code == latest else ""
            yield Instance(
                owner.service,
                version.arn,
                release or release_of_image(image),
                self._naming.environment(owner.service),
                digest_of_image(image) if version.is_image else _digest_of_code(version.code),
                source=InstanceSource.LAMBDA.told_by,
                container=f"lambda:{self._place.region}:{name}:{version.number}",
            )

    def _image(self, name: str, version: _Version, images: Mapping[tuple[str, str], str], found: Found) -> str:
        """Its name with its digest; empty where that cannot be told."""
        place = (version.arn, version.code)
        if place in images:
            self._images[place] = images[place]
        else:
            with found.part(CODE, gone=GONE):
                code = self._place.client("lambda").get_function(FunctionName=name, Qualifier=version.number)["Code"]
                tagged = str(code.get("ImageUri", "")).partition("@")[0]
                self._images[place] = f"{tagged}@{str(code.get('ResolvedImageUri', '')).rpartition('@')[2]}"
        return self._images.get(place, "")


def _led_to(alias: Mapping[str, Any]) -> Iterator[str]:
    """The versions that an alias divides its calls between."""
    yield alias["FunctionVersion"]
    yield from (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


def _newest(versions: Sequence[_Version]) -> str:
    return max((each.number for each in versions if each.number.isdigit()), key=int, default=LATEST)


def _digest_of_code(code: str) -> str:
    """The SHA-256 of a package, which AWS writes in base64, as digests of images are written."""
    try:
        octets = base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f"sha256:{octets.hex()}" if len(octets) == 32 else ""
