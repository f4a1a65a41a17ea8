"""A role that an account gives to itself by an operation that is not for it, and that is taken back at once.

Called by `functions`, for operations on the account's own record that take nothing more harmless.
"""

from __future__ import annotations

from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.checks.access.holdings import Values
from setpoint.scan.dast.checks.access.reading_back import Watch, field_name, values_named
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.checks.access.writing import Watched
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_ROLES: Final = frozenset({"role", "admin", "group", "level", "tier", "plan", "verified", "approved"})


def promoted_itself(
    bench: Workbench, operation: Operation, own: Values, lower: Caller, watched: Watched
) -> tuple[Exchange, ...]:
    """Before, the write, and after, where the lower caller's own record then holds another role."""
    for part in operation.parts:
        if part.place is not PartPlace.BODY or _ROLES.isdisjoint(words_of(field_name(part))):
            continue
        for watch, before in zip(watched.places, watched.before, strict=True):
            was = values_named(before, field_name(part)) if watch.is_of_object else []
            wanted = _another(part, was[0], watched.reader) if was else None
            if wanted is not None:
                return _tried(bench, operation, own, (part, was[0], wanted), lower, (watch, before, watched.reader))
    return ()


def _tried(
    bench: Workbench,
    operation: Operation,
    own: Values,
    change: tuple[Part, Json, Json],
    lower: Caller,
    watched: tuple[Watch, Exchange, Caller],
) -> tuple[Exchange, ...]:
    part, was, wanted = change
    watch, before, higher = watched
    sent = ask(bench, operation, {**own, part: wanted}, lower)
    if sent.answer is None or sent.answer.status >= 400:
        return ()
    after = watch.read(bench, higher)
    if values_named(after, field_name(part))[:1] != [wanted]:
        return ()
    ask(bench, operation, {**own, part: was}, higher)
    if values_named(watch.read(bench, higher), field_name(part))[:1] != [was]:
        bench.told(f"{operation.key}: {field_name(part)} of {lower.name} could not be set back")
    return before, sent, after


def _another(part: Part, was: Json, higher: Caller) -> Json:
    """Of the choices that the document gives, one that it is not; else the role that the higher caller has."""
    if isinstance(was, bool):
        return not was
    choices = part.schema.get("enum")
    if isinstance(choices, list):
        return next((each for each in choices if each != was), None)
    return higher.role if isinstance(was, str) and higher.role and higher.role != was else None
