"""Whether a recorded change gave an identity a permission, or took it away. Pure; `changes_matching` asks it.

Changes of the identity itself count: its policies, what is attached to it, its trust policy, its boundary, its groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.attribution import ChangeQuestion, Confidence, RecordedWrite
from setpoint.model.canonical import Json
from setpoint.observe.cloudtrail.changes_named import digest_of

Match = tuple[Confidence, tuple[str, ...]]
"""How sure it is, and the parameters that hold the value."""

_POLICIES: Final = ("Policy", "Policies", "UserToGroup", "UserFromGroup")
_TRUST: Final = ("AssumeRolePolicy", "CreateRole")
_BOUNDARY: Final = ("PermissionsBoundary", "CreateRole", "CreateUser")

CALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "may": _POLICIES,
    "may not": _POLICIES,
    "trusts": _TRUST,
    "trusts not": _TRUST,
    "limit": _BOUNDARY,
}
"""What a permission says → what is in the names of the calls that set it (AWS IAM API Reference)."""

TAKES: Final = ("Delete", "Detach", "Remove")


def grants_match(question: ChangeQuestion, permission: Mapping[str, Json], write: RecordedWrite) -> Match | None:
    """None where it is no call that sets permissions of this kind, or it went the other way."""
    is_granted = question.values is not None and question.values[1] is not None
    event = write.change.event
    if not _sets(event, str(permission.get("aspect"))) or (is_granted and event.startswith(TAKES)):
        return None
    # A call that puts a policy in the place of another says nothing of what it left out.
    parameters = _holding(question, permission, write) if is_granted else ()
    return (Confidence.EXACT, parameters) if parameters else (Confidence.LIKELY, ())


def _sets(event: str, aspect: str) -> bool:
    if aspect.startswith("may") and any(each in event for each in ("AssumeRolePolicy", "PermissionsBoundary")):
        return False
    return any(each in event for each in CALLS.get(aspect, ()))


def _holding(question: ChangeQuestion, permission: Mapping[str, Json], write: RecordedWrite) -> tuple[str, ...]:
    """The parameters that hold the policy which grants it, or all that it says; none where they do not."""
    held = {digest: path for path, digest in reversed(write.parameters)}
    granters = [held[each] for each in map(digest_of, _granters(question)) if each in held]
    if granters and write.change.event.startswith("Attach"):
        return tuple(dict.fromkeys(granters))
    wanted = [digest_of(each) for each in _texts(permission)]
    return tuple(dict.fromkeys(held[each] for each in wanted)) if all(each in held for each in wanted) else ()


def _granters(question: ChangeQuestion) -> Iterator[str]:
    """The policies that grant it: `arn:aws:iam::aws:policy/ReadOnlyAccess: Statement[0]`."""
    granted = question.values[1] if question.values is not None else None
    for each in granted if isinstance(granted, list | tuple) else ():
        yield str(each).partition(": Statement[")[0]


def _texts(permission: Mapping[str, Json]) -> Iterator[str]:
    for name in ("actions", "resources"):
        values = permission.get(name)
        yield from (str(each) for each in values or () if isinstance(values, list | tuple))
