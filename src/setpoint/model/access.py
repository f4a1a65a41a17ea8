"""Who may do what: the scopes of a token, and who a call comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class AccessScope(StrEnum):
    INGEST = "ingest"
    """Write signals, and nothing else."""
    GATE = "gate"
    """Ask for a gate's decision."""
    READ = "read"
    OPERATE = "operate"
    """Approve, reject, undo, pause, waive; includes reading and asking the gate."""
    ADMIN = "admin"
    """Everything, and tokens."""


INCLUDED: Final = {
    AccessScope.INGEST: frozenset({AccessScope.INGEST}),
    AccessScope.GATE: frozenset({AccessScope.GATE}),
    AccessScope.READ: frozenset({AccessScope.READ}),
    AccessScope.OPERATE: frozenset({AccessScope.OPERATE, AccessScope.READ, AccessScope.GATE}),
    AccessScope.ADMIN: frozenset(AccessScope),
}
"""Scope → every scope that it gives."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a call comes from; made by authentication only."""

    name: str
    """As the audit log names it: `token:<name>`, or `oidc:<issuer>#<subject>`."""
    scopes: frozenset[AccessScope]
    service: str | None = None
    """The one service that it may speak for and about; None: any."""

    def may(self, scope: AccessScope) -> bool:
        return any(scope in INCLUDED[each] for each in self.scopes)

    def may_touch(self, service: str) -> bool:
        """Whether something of this service is for its eyes and hands."""
        return self.service is None or self.service == service
