"""Whether a recorded change gave an identity a permission, or took it away. Pure; `changes_matching` asks it.

Changes of the identity itself count: its policies, what is attached to it, its trust policy, its boundary, its groups;
and those of the policies and groups by which it is granted what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

OF_POLICIES: Final = ("CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion")
"""Calls that say what a policy says, to whomever it is attached (the same)."""

GIVES: Final = ("Attach", "Add")
TAKES: Final = ("Delete", "Detach", "Remove")
"""Verbs of calls that can only give, or take."""

PROVIDED: Final = ":iam::aws:policy/"
"""In the ARN of a policy of AWS's own, which nobody here changes."""

_STATEMENT: Final = ": Statement["
_THROUGH: Final = ", through "


def grants_match(question: ChangeQuestion, permission: Mapping[str, Json], write: RecordedWrite) -> Match | None:
    """None where it is no call that sets permissions of this kind, or it went the other way."""
    is_granted = question.values is not None and question.values[1] is not None
    event = write.change.event
    if not _sets(event, str(permission.get("aspect"))) or event.startswith(TAKES if is_granted else GIVES):
        return None
    # A call that puts a policy in the place of another says nothing of what it left out.
    parameters = _holding(question, permission, write) if is_granted else ()
    return (Confidence.EXACT, parameters) if parameters else (Confidence.LIKELY, ())


def is_of_granters(question: ChangeQuestion, write: RecordedWrite) -> bool:
    """Whether it was done to a policy, or a group, by which the identity is granted what it is."""
    if write.change.event in OF_POLICIES:
        policies = policies_of(question)
        return any(name in policies for _, name in write.names)
    groups = groups_of(question)
    return "GroupPolicy" in write.change.event and any(kind == "group" and name in groups for kind, name in write.names)


def policies_of(question: ChangeQuestion) -> frozenset[str]:
    """The ARNs of those that grant it and that somebody here may change."""
    return frozenset(each for each in _granters(question) if each.startswith("arn:") and PROVIDED not in each)


def groups_of(question: ChangeQuestion) -> frozenset[str]:
    return frozenset(filter(None, (each.rpartition(_THROUGH)[2] for each in _granted_by(question) if _THROUGH in each)))


def without_older_attaching(found: Iterable[tuple[Match, RecordedWrite]]) -> list[tuple[Match, RecordedWrite]]:
    """Whoever attached a policy gave what it said then: what it says now, whoever changed it afterwards."""
    listed = list(found)
    changed = max((write.change.at for _, write in listed if write.change.event in OF_POLICIES), default=None)
    return [
        ((Confidence.LIKELY, ()), write)
        if changed is not None and write.change.event.startswith(GIVES) and write.change.at < changed
        else (match, write)
        for match, write in listed
    ]


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
    return (each.partition(_STATEMENT)[0] for each in _granted_by(question))


def _granted_by(question: ChangeQuestion) -> Iterator[str]:
    granted = question.values[1] if question.permission is not None and question.values is not None else None
    return (str(each) for each in granted or () if isinstance(granted, list | tuple))


def _texts(permission: Mapping[str, Json]) -> Iterator[str]:
    for name in ("actions", "resources"):
        values = permission.get(name)
        yield from (str(each) for each in values or () if isinstance(values, list | tuple))
