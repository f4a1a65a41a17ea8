"""Statements of VEX (https://www.cisa.gov/sbom): what somebody says of a flaw in a product. `loop.vex` acts on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class VexStatus(StrEnum):
    NOT_AFFECTED = "not affected"
    FIXED = "fixed"
    AFFECTED = "affected"
    UNDER_INVESTIGATION = "under investigation"

    @property
    def waives(self) -> bool:
        """Whether it says that the flaw does not count."""
        return self in (VexStatus.NOT_AFFECTED, VexStatus.FIXED)


@dataclass(frozen=True, slots=True)
class VexStatement:
    """What a document says of one flaw in one place."""

    names: tuple[str, ...]
    """Of the flaw: its id, then its aliases."""
    status: VexStatus
    said: str
    """The status in the document's own word: `false_positive`, `resolved`."""
    reason: str
    """Why it does not count; empty where the document does not say."""
    product: str
    """What the component is part of, as the document names it: `service:payments`; empty where it stands for itself."""
    component: str
    """A package URL, without a version for all of them; empty where the whole product is meant."""
    where: str
    """`file: statements[3]`."""
    at: datetime | None = None
    """When it was made: of two about the same, the later one holds."""

    @property
    def about(self) -> str:
        """As people are told of it."""
        return " in ".join(each for each in (self.component, self.product) if each) or "nothing that it names"
