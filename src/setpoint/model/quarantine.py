"""A quarantine: what is put on a user or a role so that nothing is allowed to it any more, and taken off again.

It is an entity of its own, of which a plan sets the parts; so it goes through the states of a remediation.
`observe/aws/quarantine` reads it, `act/revert/iam_quarantine` sets it, `loop/quarantine` leads it from step to step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from setpoint.model.canonical import Json, digest
from setpoint.model.remediation import Change, Plan, Remediation, RemediationState
from setpoint.model.resource import Resource
from setpoint.model.urn import GLOBAL, Urn

QUARANTINE: Final = "Setpoint::Identity::Quarantine"

DENY_POLICY: Final = "DenyPolicy"
"""The property for the inline policy that denies everything."""
SESSION_POLICY: Final = "SessionPolicy"
"""The same for the one that ends sessions: it keeps doing so for as long as it is there, whatever else is lifted."""
ACCESS_KEYS: Final = "AccessKeys"
"""Key id → `Active` or `Inactive`; of a user alone."""

POLICY_NAMES: Final = {DENY_POLICY: "SetpointQuarantine", SESSION_POLICY: "SetpointRevokedSessions"}

DENY_ALL: Final[Json] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "SetpointQuarantine", "Effect": "Deny", "Action": "*", "Resource": "*"}],
}

ACTIVE: Final = "Active"
INACTIVE: Final = "Inactive"


LIFTABLE: Final = frozenset({RemediationState.VERIFIED, RemediationState.FAILED})
"""One that failed, too: what was made of it is to be taken back."""


def quarantine_urn(arn: str) -> Urn:
    """Of the user's or role's, by its ARN."""
    _, partition, _, _, account, resource = arn.split(":", 5)
    return Urn.aws(partition, account, GLOBAL, QUARANTINE, resource)


def arn_of(urn: Urn) -> str:
    """Whose quarantine it is."""
    return f"arn:{urn.split(':', 1)[0]}:iam::{urn.account}:{urn.identifier}"


def holder_of(urn: Urn) -> tuple[str, str]:
    """(`User` or `Role`, name): what IAM's calls take, which know no path."""
    kind, _, rest = urn.identifier.partition("/")
    return kind.capitalize(), rest.rpartition("/")[2]


def revoke_sessions(before: datetime) -> Json:
    """A policy that denies everything to sessions that began before then (IAM User Guide, "Revoke IAM role temporary
    security credentials")."""
    moment = before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    statement = {
        "Sid": "SetpointRevokedSessions",
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": moment}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def quarantine_plan(seen: Resource, now: datetime, permissions: tuple[str, ...], was: Plan | None = None) -> Plan:
    """First nothing is allowed any more, then sessions end, then keys that are active are not.

    `was` is an earlier one that was made in part: what it found is what a lift goes back to.
    """
    found = {change.path: change.before for change in was.changes} if was else {}
    keys: Mapping[str, str] = {**(seen.properties.get(ACCESS_KEYS) or {}), **(found.get(ACCESS_KEYS) or {})}
    changes = [
        Change(name, found[name] if name in found else seen.properties.get(name), document)
        for name, document in ((DENY_POLICY, DENY_ALL), (SESSION_POLICY, revoke_sessions(now)))
    ]
    if ACTIVE in keys.values():
        changes.append(Change(ACCESS_KEYS, dict(keys), dict.fromkeys(keys, INACTIVE)))
    return Plan(seen.urn, tuple(changes), seen.digest(), permissions)


def made_in_part(remediations: Sequence[Remediation]) -> Plan | None:
    """What may be made of the newest quarantine though it failed; None where it ended otherwise. Oldest come first."""
    begun = [each for each in remediations if each.attempts]
    return begun[-1].plan if begun and begun[-1].state is RemediationState.FAILED else None


def still_to_do(plan: Plan, seen: Resource) -> Iterator[Change]:
    """What of it is not seen to be made. A key that was deleted needs nothing more, one that is new was not meant."""
    for change in plan.changes:
        found = seen.properties.get(change.path)
        if change.path == ACCESS_KEYS:
            found = {key: status for key, status in (found or {}).items() if key in change.after}
            wanted = {key: status for key, status in change.after.items() if key in found}
        else:
            wanted = change.after
        if digest(found) != digest(wanted):
            yield change
