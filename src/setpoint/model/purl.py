"""Package URLs: the spelling in which bills of materials and advisories name a package.

Read and written by the specification (ECMA-427, https://github.com/package-url/purl-spec) and the rules of its types;
the library `packageurl-python` agrees (a test compares), and takes six times as long for what is done 300 times a bill.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.model.component import PackageName

LONGEST: Final = 4096
"""Characters of a package URL; a download address among its qualifiers takes some hundreds."""

_LOWER_CASE: Final = frozenset(("alpm", "apk", "bitbucket", "composer", "github", "gitlab", "hex", "luarocks", "pypi"))
"""Types whose namespaces and names are lower-case (purl-spec, `types/`)."""
_LOWER_CASE_NAME: Final = frozenset(("bitnami", "npm", "oci", "pub"))
_LOWER_CASE_VERSION: Final = frozenset(("huggingface", "oci"))

_ONE_PACKAGE_IN_ANY_CASE: Final = frozenset(("deb", "golang", "npm", "nuget", "rpm"))
"""purl-spec (for NuGet: its registry) takes no notice of their case either, yet tools write it: the name folds it."""

_VENDORS: Final = {
    "alma": "almalinux",
    "opensuse-leap": "opensuse",
    "opensuse-tumbleweed": "opensuse",
    "rhel": "redhat",
    "rocky-linux": "rocky",
    "sled": "suse",
    "sles": "suse",
}
"""Tools write the vendor of an rpm as it is called, or as os-release(5) calls its system; a name has the former."""

_TYPE: Final = re.compile(r"[A-Za-z.+_-][A-Za-z0-9.+_-]*")
_QUALIFIER: Final = re.compile(r"[a-z._-][a-z0-9._-]*")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~:/-]*")
"""What stands for itself: `/` in versions, qualifiers and subpaths too, as the libraries of all languages have it."""
_ESCAPED: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_TO_ESCAPE: Final = re.compile(rb"[^A-Za-z0-9._~:/-]")
_RUN: Final = re.compile(r"[-_.]+")
_NOT_OF_PUB: Final = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True, order=True)
class Purl:
    """A package URL, taken apart, decoded and normalised: `str` gives the canonical spelling."""

    type: str
    namespace: str
    """With `/` between its segments; empty where there is none."""
    name: str
    version: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    """`arch`, `distro`, `epoch`, `upstream`, …; by name."""
    subpath: str = ""

    @classmethod
    def parse(cls, text: str) -> Purl:
        """Raises `InputError` for what is no package URL."""
        if len(text) > LONGEST:
            raise InputError(f"a package URL has {len(text):,} characters; at most {LONGEST:,} are read")
        scheme, _, rest = text.strip().partition(":")
        if scheme.lower() != "pkg":
            raise _wrong(text, "it does not begin with pkg:")
        rest, _, subpath = rest.partition("#")
        rest, _, qualifiers = rest.partition("?")
        kind, _, path = rest.lstrip("/").partition("/")
        if not _TYPE.fullmatch(kind):
            raise _wrong(text, "its type is missing or misspelt")
        path, version = _without_version(path)
        namespace, _, name = path.strip("/").rpartition("/")
        if not name:
            raise _wrong(text, "it has no name")
        try:
            return cls.of(
                kind,
                decoded(namespace),
                decoded(name),
                decoded(version),
                qualifiers=_qualifiers(text, qualifiers) if qualifiers else {},
                subpath=_subpath(subpath) if subpath else "",
            )
        except UnicodeDecodeError as error:
            raise _wrong(text, "what it escapes is not UTF-8") from error

    @classmethod
    def of(
        cls,
        kind: str,
        namespace: str,
        name: str,
        version: str = "",
        *,
        qualifiers: dict[str, str] | None = None,
        subpath: str = "",
    ) -> Purl:
        """From its parts, as their ecosystem spells them; raises `InputError` where the name is missing."""
        kind, name, version = kind.lower(), name.strip(), version.strip()
        namespace = "/".join([each for part in namespace.split("/") if (each := part.strip())]) if namespace else ""
        if not name:
            raise InputError("a package URL has no name")
        if kind in _LOWER_CASE:
            namespace, name = namespace.lower(), name.lower()
        elif kind in _LOWER_CASE_NAME:
            name = name.lower()
        if kind in _LOWER_CASE_VERSION:
            version = version.lower()
        if kind in ("pypi", "hackage"):
            name = name.replace("_", "-")
        elif kind == "pub":
            name = _NOT_OF_PUB.sub("_", name)
        given = tuple(sorted((key, value) for key, value in qualifiers.items() if value)) if qualifiers else ()
        return cls(kind, namespace, name, version, given, subpath)

    @property
    def package(self) -> PackageName:
        return package_name(self.type, f"{self.namespace}/{self.name}" if self.namespace else self.name)

    def qualifier(self, name: str) -> str:
        """Empty where there is none of that name."""
        return next((value for key, value in self.qualifiers if key == name), "")

    def __str__(self) -> str:
        namespace = f"{_encoded(self.namespace)}/" if self.namespace else ""
        version = f"@{_encoded(self.version)}" if self.version else ""
        given = "&".join([f"{key}={_encoded(value)}" for key, value in self.qualifiers])
        qualifiers = f"?{given}" if given else ""
        subpath = f"#{_encoded(self.subpath)}" if self.subpath else ""
        name = _encoded(self.name).replace("/", "%2F")
        return f"pkg:{self.type}/{namespace}{name}{version}{qualifiers}{subpath}"


def package_name(kind: str, name: str) -> PackageName:
    """The name that a bill and an advisory agree on, from the type and the name with its namespace."""
    if kind == "pypi":
        return PackageName(kind, _RUN.sub("-", name).lower())  # PEP 503, which goes further than purl-spec
    if kind == "rpm":
        vendor, slash, rest = name.lower().partition("/")
        return PackageName(kind, f"{_VENDORS.get(vendor, vendor)}{slash}{rest}")
    if kind in _LOWER_CASE or kind in _LOWER_CASE_NAME or kind in _ONE_PACKAGE_IN_ANY_CASE:
        return PackageName(kind, name.lower())
    return PackageName(kind, name)


def _without_version(path: str) -> tuple[str, str]:
    """An `@` that begins a segment is npm's scope, which some tools do not escape."""
    before, at, after = path.rpartition("@")
    return (before, after) if at and before and not before.endswith("/") else (path, "")


def _qualifiers(text: str, given: str) -> dict[str, str]:
    found = {}
    for pair in given.split("&"):
        key, equals, value = pair.partition("=")
        key = key.strip().lower()
        if not equals or not _QUALIFIER.fullmatch(key):
            raise _wrong(text, "its qualifiers are no list of key=value")
        if key in found:
            raise _wrong(text, f"its qualifier {key} stands twice")
        found[key] = decoded(value)
    return found


def _subpath(given: str) -> str:
    return "/".join(each for each in decoded(given).split("/") if each not in ("", ".", ".."))


def decoded(text: str) -> str:
    """What percent-encoding stands for; UnicodeDecodeError where that is not UTF-8."""
    if "%" not in text:
        return text
    return _ESCAPED.sub(lambda match: bytes.fromhex(match[1].decode()), text.encode()).decode()


def _encoded(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return _TO_ESCAPE.sub(lambda match: b"%%%02X" % match[0][0], text.encode()).decode()


def _wrong(text: str, why: str) -> InputError:
    return InputError(f"{text[:200]!r} is no package URL: {why}", remedy="write it as pkg:TYPE/NAMESPACE/NAME@VERSION")
