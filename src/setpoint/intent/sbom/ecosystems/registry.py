"""Which file is read by whom: by its name, or by where it lies."""

from __future__ import annotations

import re
from typing import Final

from setpoint.intent.sbom.ecosystems.apk import read_apk
from setpoint.intent.sbom.ecosystems.archives import read_archive
from setpoint.intent.sbom.ecosystems.bundler import read_gemfile_lock
from setpoint.intent.sbom.ecosystems.cargo import read_cargo_lock
from setpoint.intent.sbom.ecosystems.composer import read_composer_lock
from setpoint.intent.sbom.ecosystems.dpkg import read_dpkg
from setpoint.intent.sbom.ecosystems.found import Reader
from setpoint.intent.sbom.ecosystems.go import read_go_mod, read_go_sum
from setpoint.intent.sbom.ecosystems.gradle import read_gradle_lockfile
from setpoint.intent.sbom.ecosystems.maven import read_pom
from setpoint.intent.sbom.ecosystems.npm import read_installed, read_package_lock
from setpoint.intent.sbom.ecosystems.nuget import read_deps, read_packages_lock
from setpoint.intent.sbom.ecosystems.pnpm import read_pnpm_lock
from setpoint.intent.sbom.ecosystems.python_installed import read_metadata
from setpoint.intent.sbom.ecosystems.python_locks import read_packages, read_pipfile_lock, read_pylock
from setpoint.intent.sbom.ecosystems.python_requirements import read_requirements
from setpoint.intent.sbom.ecosystems.rpm import read_rpm_packages, read_rpm_sqlite
from setpoint.intent.sbom.ecosystems.yarn import read_yarn_lock

_BY_NAME: Final[dict[str, Reader]] = {
    "Cargo.lock": read_cargo_lock,
    "Gemfile.lock": read_gemfile_lock,
    "Pipfile.lock": read_pipfile_lock,
    "composer.lock": read_composer_lock,
    "go.mod": read_go_mod,
    "go.sum": read_go_sum,
    "gradle.lockfile": read_gradle_lockfile,
    "npm-shrinkwrap.json": read_package_lock,
    "package-lock.json": read_package_lock,
    "packages.lock.json": read_packages_lock,
    "pdm.lock": read_packages,
    "pnpm-lock.yaml": read_pnpm_lock,
    "poetry.lock": read_packages,
    "pom.xml": read_pom,
    "pylock.toml": read_pylock,
    "rpmdb.sqlite": read_rpm_sqlite,
    "uv.lock": read_packages,
    "yarn.lock": read_yarn_lock,
}

_BY_PATH: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = (
    (re.compile(r"(?:.*/)?[^/]+\.dist-info/METADATA"), read_metadata),
    (re.compile(r"(?:.*/)?[^/]+\.egg-info(?:/PKG-INFO)?"), read_metadata),
    (re.compile(r"(?:.*/)?[\w.-]*requirements[\w.-]*\.txt"), read_requirements),
    (re.compile(r"(?:.*/)?requirements/[\w.-]+\.txt"), read_requirements),
    (re.compile(r"(?:.*/)?pylock\.[\w-]+\.toml"), read_pylock),
    (re.compile(r"(?:.*/)?node_modules/(?:@[^/]+/)?[^/]+/package\.json"), read_installed),
    (re.compile(r"(?:.*/)?[^/]+\.deps\.json"), read_deps),
    (re.compile(r"(?:.*/)?var/lib/dpkg/status(?:\.d/(?!.*\.md5sums$)[^/]+)?"), read_dpkg),
    (re.compile(r"(?:.*/)?lib/apk/db/installed"), read_apk),
    (re.compile(r"(?:.*/)?(?:var/lib/rpm|sysimage/rpm)/Packages(?:\.db)?"), read_rpm_packages),
    (re.compile(r"(?:.*/)?[^/]+\.(?:jar|war|ear)"), read_archive),
)

_MAY_MATCH: Final = re.compile(
    r"METADATA|PKG-INFO|installed|status|Packages(\.db)?|package\.json|.*\.(egg-info|txt|toml|deps\.json|jar|war|ear)"
)
"""Names for which the paths are looked at at all: an image has a hundred thousand files."""

_DPKG_PARTS: Final = "/dpkg/status.d/"

IN_PLACE_OF: Final = {"go.sum": "go.mod", "package-lock.json": "npm-shrinkwrap.json"}
"""A file → the one beside it that counts alone: what Go builds in is in go.mod, and npm looks at a shrinkwrap first."""


def reader_of(path: str) -> Reader | None:
    """`path` has `/` between its parts."""
    name = path.rpartition("/")[2]
    if reader := _BY_NAME.get(name):
        return reader
    if not _MAY_MATCH.fullmatch(name) and _DPKG_PARTS not in path:
        return None
    return next((reader for pattern, reader in _BY_PATH if pattern.fullmatch(path)), None)
