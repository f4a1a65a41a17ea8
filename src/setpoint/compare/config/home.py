"""Where a resource lives: what a bare name or id is read in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from setpoint.model.canonical import Json
from setpoint.model.urn import PARTITIONS, Urn


@dataclass(frozen=True, slots=True)
class Home:
    """Where a resource lives: what a bare name or id is read in."""

    partition: str
    account: str
    region: str

    @classmethod
    def of(cls, urn: Urn) -> Home:
        partition, account, region, *_ = (*urn.split(":", 3), "", "", "")
        return cls(partition, account, region) if partition in PARTITIONS else cls("aws", "", "")

    def fill_in(self, default: Json) -> Json:
        """A documented default with this home in its placeholders (KMS documents its default key policy so)."""
        if isinstance(default, list):
            return [self.fill_in(each) for each in default]
        if isinstance(default, Mapping):
            return {name: self.fill_in(each) for name, each in default.items()}
        if not isinstance(default, str):
            return default
        filled = default.replace("<partition>", self.partition).replace("<account-id>", self.account)
        return filled.replace("<region>", self.region)
