"""Cargo.lock (https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html)."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.intent.sbom.members import a_text, an_object, items, text
from setpoint.model.component import Problem
from setpoint.model.purl import Purl, package_name


def read_cargo_lock(source: Source) -> Iterator[Found | Problem]:
    """What has no source is a crate of the project itself."""
    for index, each in enumerate(items(source.toml(), "package", "")):
        where = f"package[{index}]"
        package = an_object(each, where)
        if not (origin := text(package, "source", where)):
            continue
        checksum = text(package, "checksum", where)
        vcs = {"vcs_url": origin} if origin.startswith("git+") else {}
        needs = (a_text(need, where).partition(" ")[0] for need in items(package, "dependencies", where))
        yield Found(
            Purl.of("cargo", "", text(package, "name", where), text(package, "version", where), qualifiers=vcs),
            f"{source.path}: {where}",
            hashes=(("sha-256", checksum),) if checksum else (),
            needs=tuple(package_name("cargo", name) for name in needs),
        )
