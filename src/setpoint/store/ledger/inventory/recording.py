"""What was concluded of components that services run: its findings and decisions. `writer.py` calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from setpoint.model.decision import Decision, Verdict
from setpoint.model.finding import Finding, FindingChanges, FindingSource
from setpoint.model.urn import Urn
from setpoint.store.ledger import decisions as kept_decisions
from setpoint.store.ledger import findings as kept_findings
from setpoint.store.ledger.audit import Entry

CONCLUDED: Final = frozenset({FindingSource.COMPONENT, FindingSource.GUARDRAIL})
"""What advisories and policies say of components; of a service itself, no other guardrail says anything."""


def record(
    connection: Connection,
    scope: str,
    findings: Mapping[Urn, Sequence[Finding]],
    rules: Sequence[str] | None,
    decisions: Sequence[Decision],
    at: datetime,
    reason: str,
) -> tuple[dict[Urn, FindingChanges], list[Entry]]:
    """What came and went, and what the audit log says about it; without `rules`, of all that services run."""
    if rules is None:
        untold = {(each.subject, each.path) for each in decisions if each.verdict is Verdict.UNKNOWN}

        def stays(finding: Finding) -> bool:
            """What agents saw is concluded elsewhere; what a policy could not tell this time may hold all the same."""
            return finding.source not in CONCLUDED or (finding.urn, f"{finding.path}[{finding.rule}]") in untold

        changes = kept_findings.record(connection, scope, findings, at, stays)
    else:
        changes = kept_findings.record_rules(connection, scope, findings, rules, at)
    written = kept_decisions.append(connection, kept_decisions.together(decisions), at)
    return changes, [*kept_findings.entries(changes, at, reason), *kept_decisions.entries(written, at)]
