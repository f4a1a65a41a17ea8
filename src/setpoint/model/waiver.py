"""A waiver: somebody answers for a known problem, for a while. One kind for findings, gates and remediation alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from setpoint.errors import InputError
from setpoint.model.globs import matches
from setpoint.model.paths import schema_path

LONGEST: Final = timedelta(days=366)
"""A waiver is for a year at most: longer ones are forgotten by everyone but the ledger."""

ANNOUNCED_BEFORE: Final = timedelta(days=7)
"""An expiring waiver is announced this long before."""

IDLE_AFTER: Final = timedelta(days=30)
"""A waiver that matched nothing for so long is reported."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """What is waived, by whom, why, and until when."""

    id: str
    """Short, given by whoever keeps it: `w12` from the ledger, `setpoint.yaml:40` from a file."""

    scope: str
    """A glob over URNs: `*` for any run of characters, `?` for one."""

    policy: str
    """A glob over rules: policy ids (`exposure/*`) and kinds of drift (`drift/changed`)."""

    path: str
    """A glob over property paths, with indexes and keys widened to `[*]`; `*` for all."""

    reason: str
    owner: str
    ticket: str
    created_at: datetime
    expires_at: datetime
    """From this second on it counts nowhere."""

    actor: str = ""
    """Who entered it."""

    last_matched: datetime | None = field(default=None, compare=False)
    """When it last kept something from counting; None where it never did."""

    def is_active(self, now: datetime) -> bool:
        return self.created_at <= now < self.expires_at

    @property
    def is_of_everything(self) -> bool:
        """Whether nothing at all counts while it is active."""
        return self.scope == self.policy == self.path == "*"

    def is_about(self, urn: str) -> bool:
        return matches(self.scope, urn)

    def covers(self, urn: str, rule: str, path: str) -> bool:
        """Whether a problem of this rule, at this path of this entity, is waived (while the waiver is active)."""
        return self.is_about(urn) and matches(self.policy, rule) and matches(self.path, schema_path(path))


def check(waiver: Waiver, *, where: str = "") -> None:
    """Raises `InputError` for a waiver that nobody should be able to enter."""
    for name, text in (("scope", waiver.scope), ("reason", waiver.reason), ("owner", waiver.owner)):
        if not text.strip():
            raise InputError(f"a waiver needs a {name}", where=where, remedy=f"give the {name}")
    if waiver.expires_at <= waiver.created_at:
        raise InputError("the waiver would have expired already", where=where, remedy="give a later expiry")
    if waiver.expires_at - waiver.created_at > LONGEST:
        raise InputError(
            "the waiver would hold for more than a year", where=where, remedy="give an earlier expiry, and renew it"
        )
