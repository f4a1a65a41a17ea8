"""composer.lock (https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control)."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.intent.sbom.ecosystems.found import Found, Source, with_namespace
from setpoint.intent.sbom.members import a_text, an_object, child, items, text
from setpoint.model.component import Problem


def read_composer_lock(source: Source) -> Iterator[Found | Problem]:
    document = source.json()
    for group in ("packages", "packages-dev"):
        for index, each in enumerate(items(document, group, "")):
            where = f"{group}[{index}]"
            package = an_object(each, where)
            checksum = text(child(package, "dist", where), "shasum", where)
            yield Found(
                with_namespace("composer", text(package, "name", where), text(package, "version", where)),
                f"{source.path}: {where}",
                licences=tuple(a_text(licence, f"{where}.license") for licence in items(package, "license", where)),
                hashes=(("sha-1", checksum),) if checksum else (),
            )
