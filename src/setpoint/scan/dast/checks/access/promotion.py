"""What an account gives to itself by an operation that is not for it, and that is taken back at once.

Called by `functions`, for operations on the account's own record that take nothing more harmless: a role, a limit, a
discount.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.reading_back import Watch, field_name, own_pages, values_named
from setpoint.scan.dast.checks.access.references import part_reference
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.checks.access.reserved_fields import gained
from setpoint.scan.dast.checks.access.writing import Watched
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_ROLES: Final = frozenset({"role", "admin", "group", "level", "tier", "plan", "verified", "approved"})

Sides = tuple[Holdings, Holdings]
"""Who does what it may not, and whoever may."""

Reading = tuple[Watch, Exchange, Caller]
"""A page, what it showed before, and to whom."""


def promoted_itself(
    bench: Workbench, operation: Operation, own: Values, sides: Sides, watched: Watched
) -> tuple[Exchange, ...]:
    """Before, the write, and after, where the lower caller's own record then holds something else."""
    readings = list(_readings(bench, sides[0].caller, watched))
    for part in operation.parts:
        is_value = part.place is PartPlace.BODY and part_reference(operation, part) is None
        for watch, before, reader in readings if is_value else ():
            was = values_named(before, field_name(part))
            wanted = _another(part, was[0], sides[1].caller) if was else None
            if wanted is not None:
                return _tried(bench, operation, own, (part, was[0], wanted), sides, (watch, before, reader))
    return ()


def _readings(bench: Workbench, lower: Caller, watched: Watched) -> Iterator[Reading]:
    """What shows the account's record to the higher caller; and its own pages, to itself."""
    for watch, before in zip(watched.places, watched.before, strict=True):
        if watch.is_of_object:
            yield watch, before, watched.reader
    for page in own_pages(bench):
        yield page, page.read(bench, lower), lower


def _tried(
    bench: Workbench, operation: Operation, own: Values, change: tuple[Part, Json, Json], sides: Sides, seen: Reading
) -> tuple[Exchange, ...]:
    part, was, wanted = change
    watch, before, reader = seen
    lower, higher = (each.caller for each in sides)
    sent = ask(bench, operation, {**own, part: wanted}, lower)
    if sent.answer is None or sent.answer.status >= 400:
        return ()
    after = watch.read(bench, reader)
    if values_named(after, field_name(part))[:1] != [wanted]:
        return ()
    ask(bench, operation, {**own, part: was}, higher)
    if values_named(watch.read(bench, reader), field_name(part))[:1] != [was]:
        bench.told(f"{operation.key}: {field_name(part)} of {lower.name} could not be set back")
    return before, sent, after


def _another(part: Part, was: Json, higher: Caller) -> Json:
    """Another that the document lets it be; else, for a role, the one that the higher caller has."""
    other = gained(part, was)
    if other is not None or isinstance(part.schema.get("enum"), list) or not isinstance(was, str):
        return other
    is_role = not _ROLES.isdisjoint(words_of(field_name(part)))
    return higher.role if is_role and higher.role and higher.role != was else None
