"""A finding: something that is wrong with an entity of a service, until it is seen to be right again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from setpoint.model.attribution import Attribution, Untold
from setpoint.model.canonical import Json, digest
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn


class FindingSource(StrEnum):
    DRIFT = "drift"
    GUARDRAIL = "guardrail"
    RUNTIME = "runtime"
    """Seen inside of the running application, by an agent."""
    COMPONENT = "component"
    """A component that it runs, as an advisory says."""
    IDENTITY = "identity"
    """What a principal may do, against what was intended and what it uses."""
    CODE = "code"
    """A weakness in the source of a release, as scanners tell."""
    DAST = "dast"
    """A fault of the running service, as a scan of it from outside tells."""
    GATE = "gate"
    """How a release got past the gate."""


OF_SCANS: Final = frozenset({FindingSource.CODE, FindingSource.DAST})
"""What scans of a release tell, of its source and of it running: kept and judged alike."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place; its id is the same whenever the same problem is found again."""

    urn: Urn
    service: str
    """The owning service; empty where no tag names one."""
    source: FindingSource
    rule: str
    """What found it: `drift/changed`, the guardrail's id, or `runtime/<kind of weakness>`."""
    path: str
    """The property at fault, or the place in the code; empty for the whole entity."""
    severity: Severity
    title: str
    evidence: Mapping[str, Json] = field(default_factory=dict)
    """What was seen: `intended`, `actual`, and for guardrails what the expression read."""
    policies: tuple[str, ...] = ()
    """Guardrails that this difference broke."""
    accepted_by: str = ""
    """The id of the waiver, or `baseline`, that keeps it from counting; empty where it counts."""

    @property
    def id(self) -> str:
        return finding_id(self.urn, self.rule, self.path)

    @property
    def lasting(self) -> str:
        """What stays of its path where its file is renamed; empty for what lies in no file of the source."""
        return self.path.rpartition("#")[2] if self.source is FindingSource.CODE else ""


@lru_cache(maxsize=32_768)
def finding_id(urn: Urn, rule: str, path: str) -> str:
    """Of the problem that this rule finds there."""
    return digest(urn, rule, path)


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A finding as the ledger remembers it."""

    finding: Finding
    first_seen: datetime
    opened_at: datetime
    """When it was opened, or reopened, last."""
    last_changed: datetime
    """When it was opened, reopened, changed or closed last."""
    closed_at: datetime | None
    """Since when it counts no more: it was seen to be right, or it was accepted as it is."""
    times_opened: int
    """More than once: what was put right came back. Never: it was accepted before it ever counted."""
    has_counted: bool = True
    """Since it was last found; not where it was accepted already when it came."""
    attribution: Attribution | Untold | None = None
    """Who made it so, by an audit trail; None where there is none, or that was not asked yet."""

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_accepted(self) -> bool:
        """It is still there, and does not count."""
        return self.finding.accepted_by != ""


@dataclass(frozen=True, slots=True)
class FindingChanges:
    """What recording a conclusion did to the findings of one entity."""

    opened: tuple[Finding, ...] = ()
    reopened: tuple[Finding, ...] = ()
    closed: tuple[Finding, ...] = ()
    accepted: tuple[Finding, ...] = ()
    """They were open, are still there, and do not count any more."""
    resumed: tuple[Finding, ...] = ()
    """They were open, then accepted, and count again: nothing happened in production."""
    moved: tuple[Finding, ...] = ()
    """They were open, and are still, in a file that is called otherwise now: nothing came, and nothing went."""
