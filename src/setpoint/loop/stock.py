"""Taking stock: what people, pipelines and observers say of bills and instances. For commands and the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from setpoint.errors import InputError, NotKnownError
from setpoint.loop.instructions import time_of
from setpoint.model.component import Problem, Sbom
from setpoint.model.inventory import Instance
from setpoint.model.service import Release, check_release
from setpoint.store.interface import InventoryReader, LedgerReader, LedgerWriter, Reported


@dataclass(frozen=True, slots=True)
class TakenBill:
    """What was understood of a bill, but for its components, of which there may be many thousands."""

    digest: str
    subject: str
    made_by: str
    format: str
    kinds: Mapping[str, int]
    """Type of package, empty for none → how many components."""
    problems: tuple[Problem, ...]
    is_new: bool
    """False where a bill of the same components was known."""

    @classmethod
    def of(cls, sbom: Sbom, *, is_new: bool) -> TakenBill:
        kinds = Counter(each.package.type for each in sbom.components)
        return cls(sbom.digest, sbom.subject, sbom.made_by, sbom.format, dict(kinds), sbom.problems, is_new)


def take_bill(
    sbom: Sbom, release: Release | None, image: str, actor: str, ledger: LedgerReader, writer: LedgerWriter
) -> TakenBill:
    """Of what was built as a release, or is in an image, or both; the loop draws its conclusions a moment later."""
    if release is None and not image:
        raise InputError(
            "a bill of materials is of a release or of an image, and none is named",
            remedy="name one: --release SERVICE@VERSION or --image sha256:…",
        )
    if release is not None:
        check_release(release)
    if not sbom.components:
        raise InputError("this bill lists no components", remedy="see how it was made: nothing is made of nothing")
    now, inventory = time_of(ledger), writer.inventory()
    with writer.transaction():
        is_new = inventory.add_sbom(sbom, now)
        if release is not None:
            inventory.set_release_sbom(release.service, release.version, sbom.digest, now, actor)
        if image:
            inventory.set_image_sbom(image, sbom.digest, now, actor)
    return TakenBill.of(sbom, is_new=is_new)


def report_instances(
    instances: Sequence[Instance], source: str, ledger: LedgerReader, writer: LedgerWriter
) -> Reported:
    """They run now; `source` is who says so, where they do not say it themselves."""
    named = [each if each.source else replace(each, source=source) for each in instances]
    with writer.transaction():
        return writer.inventory().report_instances(named, time_of(ledger))


def bill_of_release(inventory: InventoryReader, release: Release) -> Sbom:
    """What was built; `NotKnownError` where nobody said."""
    digest = inventory.sbom_of_release(release.service, release.version)
    sbom = inventory.sbom(digest) if digest else None
    if sbom is None:
        name = f"{release.service}@{release.version}"
        raise NotKnownError(
            f"no bill of materials of {name} is known", remedy=f"add it: setpoint sbom add FILE --release {name}"
        )
    return sbom


def release_of(text: str) -> Release:
    """`payments@1.4.2`; `InputError` for anything else."""
    service, at, version = text.rpartition("@")
    if not at or not service.strip() or not version.strip():
        raise InputError(f"{text!r} names no release", remedy="write SERVICE@VERSION, as in payments@1.4.2")
    return Release(service, version)
