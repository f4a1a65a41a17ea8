"""Which operations are for privileged callers: by their names, their scopes, and by whom pages lead to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from setpoint.model.dast import Caller, Operation
from setpoint.scan.dast.checks.access.callers import ranks
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

PRIVILEGED: Final = frozenset(
    {
        *("admin", "admins", "administrator", "administrators", "administration", "superadmin", "superuser"),
        *("sysadmin", "sudo", "staff", "backoffice", "moderator", "moderators", "moderation", "privileged", "auditor"),
    }
)
"""In a path, a name, a tag or a scope: whom it is for."""

_IN_PATHS: Final = frozenset({"internal", "management", "audit", "console", "operator", "verwaltung", "administracion"})
"""The same; elsewhere they speak of a subject (`Order Management`)."""

_ORDINARY: Final = frozenset(
    {"user", "users", "customer", "member", "client", "account", "default", "basic", "standard"}
)
"""Names of roles that say nothing where they stand in a path."""

_WHO: Final = ("admins?", "administrators?", "staff", "moderators?", "operators?", "superusers?")


def meant_for(operation: Operation, caller: Caller) -> bool:
    """Whether the operation speaks of the caller's own role: it may be reserved, and is so to them, too."""
    texts = (operation.path, operation.name, operation.summary, *operation.tags, *operation.scopes)
    role = set(words_of(caller.role)) - _ORDINARY
    return bool(role) and not role.isdisjoint(word for text in texts for word in words_of(text))


def reserved_in(bench: Workbench) -> Callable[[Operation], bool]:
    """Whether an operation is for those of a higher rank than some of the scan's accounts have."""
    roles = {word for higher, _ in ranks(bench) for word in words_of(higher.role)} - _ORDINARY
    lowest = {word for _, lower in ranks(bench) for word in words_of(lower.role)}
    wanted = PRIVILEGED | (roles - lowest)
    only = _only(roles - lowest)

    def is_reserved(operation: Operation) -> bool:
        schemes = (name for names in operation.security or () for name in names)
        texts = (operation.path, operation.name, *operation.tags, *operation.scopes, *schemes)
        words = {word for text in texts for word in words_of(text)}
        return (
            not wanted.isdisjoint(words)
            or not _IN_PATHS.isdisjoint(words_of(operation.path))
            or bool(only.search(operation.summary))
        )

    return is_reserved


def _only(roles: frozenset[str] | set[str]) -> re.Pattern[str]:
    """Finds a sentence that says whom something is for: `managers only`, `requires an administrator`."""
    who = "|".join((*_WHO, *(rf"{re.escape(each)}s?" for each in sorted(roles))))
    return re.compile(
        rf"\b(only|requires?|restricted|must be|reserved|for|as an?)\b.{{0,30}}\b({who})\b"
        rf"|\b({who})[ -](only|access)\b",
        re.IGNORECASE,
    )
