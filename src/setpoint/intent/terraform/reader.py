"""Reads one Terraform file: a state, or what `terraform show -json` says of a state or a plan.

`wiring` makes a reader for each Terraform source of the settings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import parse_json, read_bytes
from setpoint.intent.terraform.instance import expect
from setpoint.intent.terraform.mapping import MappedType
from setpoint.intent.terraform.show import show_instances
from setpoint.intent.terraform.state import state_instances
from setpoint.intent.terraform.translate import MAPPED, Place, translate
from setpoint.model.canonical import DIGEST_BYTES, digest
from setpoint.model.snapshot import Snapshot

_ZIP: Final = b"PK\x03\x04"
"""How a saved plan begins: Terraform packs it as a ZIP archive."""


class TerraformReader:
    """An `IntentReader` of one file. The place is that of resources whose attributes do not say where they live."""

    def __init__(
        self, path: Path, *, partition: str, account: str, region: str, types: Sequence[MappedType] = MAPPED
    ) -> None:
        """`types` are those that are read of it."""
        self._path = path
        self._types = types
        self._place = Place(partition, account, region)

    def fingerprint(self) -> str:
        content = hashlib.blake2b(read_bytes(self._path), digest_size=DIGEST_BYTES).hexdigest()
        return digest(str(self._path), self._place.partition, self._place.account, self._place.region, content)

    def busy(self) -> str:
        """The lock file that Terraform's local backend keeps beside a state while it works on it."""
        lock = self._path.with_name(f".{self._path.name}.lock.info")
        return f"{lock} is there: Terraform works on this state" if lock.exists() else ""

    def read(self) -> Snapshot:
        where = str(self._path)
        data = read_bytes(self._path)
        if data.startswith(_ZIP):
            raise InputError(
                "this is a saved plan in Terraform's own format", where=where, remedy="give terraform show -json of it"
            )
        document = parse_json(data, where)
        document = expect(document, dict, "the document", where)
        if "format_version" in document:
            return translate(show_instances(document, where), where, self._place, self._types)
        if "version" in document:
            return translate(state_instances(document, where), where, self._place, self._types)
        raise InputError(
            "this is neither a Terraform state nor the JSON of terraform show",
            where=where,
            remedy="give what terraform state pull or terraform show -json writes",
        )
