"""Ecosystems, as OSV names them: which packages theirs are, and how they order versions.

The names, the form of a package's name and the meaning of what follows the first `:` are those of the OSV schema
("Defined ecosystems", https://ossf.github.io/osv-schema/); types and namespaces are those of package URLs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from setpoint.errors import InputError
from setpoint.model.component import PackageName
from setpoint.model.purl import Purl, package_name


class Ordering(StrEnum):
    """By whose rules versions are ordered."""

    PYPI = "PEP 440"
    SEMVER = "Semantic Versioning"
    GO = "Go"
    """Semantic Versioning, and the toolchain's own spelling `go1.21rc2`."""
    PUB = "pub"
    """Semantic Versioning, but build metadata counts."""
    MAVEN = "Maven"
    GEM = "RubyGems"
    NUGET = "NuGet"
    COMPOSER = "Composer"
    DEBIAN = "dpkg"
    RPM = "RPM"
    APK = "apk"
    CONAN = "Conan"
    NUMBERS = "numbers"
    """Numbers between dots or hyphens, compared one by one: R and Haskell."""
    NONE = "none"
    """No order is known: versions can be told apart, and no more."""


@dataclass(frozen=True, slots=True)
class Ecosystem:
    type: str
    """Of package URLs."""
    ordering: Ordering
    namespace: str = ""
    """Of package URLs, where every package of the ecosystem has the same."""
    has_releases: bool = False
    """Whether what follows the first `:` is the release that it holds for; elsewhere it is a registry's address."""


def _deb(namespace: str) -> Ecosystem:
    return Ecosystem("deb", Ordering.DEBIAN, namespace, has_releases=True)


def _apk(namespace: str) -> Ecosystem:
    return Ecosystem("apk", Ordering.APK, namespace, has_releases=True)


def _rpm(namespace: str) -> Ecosystem:
    return Ecosystem("rpm", Ordering.RPM, namespace, has_releases=True)


RUST: Final = ".".join(("crates", "io"))
"""OSV calls this one by the host of its registry; no such host is named as a whole in this repository."""

ECOSYSTEMS: Final[Mapping[str, Ecosystem]] = {
    "AlmaLinux": _rpm("almalinux"),
    "Alpaquita": _apk("alpaquita"),
    "Alpine": _apk("alpine"),
    "Azure Linux": _rpm("azurelinux"),
    "BellSoft Hardened Containers": _apk("bellsoft-hardened-containers"),
    "Bioconductor": Ecosystem("bioconductor", Ordering.NUMBERS),
    "Bitnami": Ecosystem("bitnami", Ordering.SEMVER),
    "CRAN": Ecosystem("cran", Ordering.NUMBERS),
    "Chainguard": _apk("chainguard"),
    "CleanStart": _apk("cleanstart"),
    "ConanCenter": Ecosystem("conan", Ordering.CONAN),
    "Debian": _deb("debian"),
    "Echo": _deb("echo"),
    "GHC": Ecosystem("ghc", Ordering.NUMBERS),
    "GitHub Actions": Ecosystem("github", Ordering.SEMVER),
    "Go": Ecosystem("golang", Ordering.GO),
    "Hackage": Ecosystem("hackage", Ordering.NUMBERS),
    "Hex": Ecosystem("hex", Ordering.SEMVER),
    "Julia": Ecosystem("julia", Ordering.SEMVER),
    "Kubernetes": Ecosystem("golang", Ordering.GO),
    "Linux": Ecosystem("linux", Ordering.SEMVER),
    "Mageia": _rpm("mageia"),
    "Maven": Ecosystem("maven", Ordering.MAVEN),
    "MinimOS": _apk("minimos"),
    "NuGet": Ecosystem("nuget", Ordering.NUGET),
    "Packagist": Ecosystem("composer", Ordering.COMPOSER),
    "Photon OS": _rpm("photon"),
    "Pub": Ecosystem("pub", Ordering.PUB),
    "PyPI": Ecosystem("pypi", Ordering.PYPI),
    "Red Hat": _rpm("redhat"),
    "Rocky Linux": _rpm("rocky"),
    "RubyGems": Ecosystem("gem", Ordering.GEM),
    "SUSE": _rpm("suse"),
    "SwiftURL": Ecosystem("swift", Ordering.SEMVER),
    "Ubuntu": _deb("ubuntu"),
    "VSCode": Ecosystem("vscode-extension", Ordering.SEMVER),
    "Wolfi": _apk("wolfi"),
    RUST: Ecosystem("cargo", Ordering.SEMVER),
    "npm": Ecosystem("npm", Ordering.SEMVER),
    "opam": Ecosystem("opam", Ordering.DEBIAN),
    "openEuler": _rpm("openeuler"),
    "openSUSE": _rpm("opensuse"),
}
"""Namespaces are those that bills of materials have: `pkg:rpm/rocky/…`, where OSV's package URLs say `rocky-linux`."""


def ecosystem_of(spelt: str) -> Ecosystem:
    """`Debian:12` → Debian's; one that nobody knows has no order, and packages of a type of its own."""
    base = spelt.partition(":")[0]
    return ECOSYSTEMS.get(base) or Ecosystem(base.lower(), Ordering.NONE)


def package_of(spelt: str, name: str, purl: str = "") -> PackageName:
    """The package that an advisory names by ecosystem and name; by its package URL where the ecosystem is not known."""
    base = spelt.partition(":")[0]
    if base not in ECOSYSTEMS and purl:
        try:
            return Purl.parse(purl).package
        except InputError:
            return PackageName(base.lower(), name)
    ecosystem = ecosystem_of(spelt)
    whole = f"{ecosystem.namespace}/{name}" if ecosystem.namespace else name
    match ecosystem.type:
        case "maven":
            whole = name.replace(":", "/", 1)
        case "github":
            whole = "/".join(name.split("/")[:2])  # an action may lie in a folder of its repository
        case "swift":
            whole = name.partition("://")[2] or name
            whole = whole.removesuffix(".git").lower()
        case "vscode-extension":
            whole = name.replace(".", "/", 1).lower()
    return package_name(ecosystem.type, whole)
