"""Operations that give somebody a role, asked by an account about itself. Called by `functions`.

Such an operation is reserved by what it does, whatever it is called. The account is the scan's own, so it is tried in
the safe profile, too; what counts is the role that the account's own page then shows, and it is set back at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Exchange, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.locked import better_standing, written_like
from setpoint.scan.dast.checks.access.reading_back import Watch, field_name, own_pages, values_named
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_ROLES: Final = frozenset({"role", "roles", "admin", "superuser", "staff", "permissions", "privileges", "group"})


_USUAL: Final = ("employee", "staff", "manager", "moderator", "admin")

REQUESTS: Final = 3 * (1 + len(_USUAL))


def may_assign(bench: Workbench, operation: Operation) -> bool:
    """Whether it takes a role, and may be asked for one: nothing but an own account is named, whatever it is for."""
    is_write = operation.method in {"POST", "PUT", "PATCH"} and operation.body in {BodyForm.JSON, BodyForm.FORM}
    takes_role = is_write and len(_taken(operation)) > 1 and len(_roles(operation)) == 1
    return takes_role and bench.profile is not Profile.PASSIVE and not bench.excludes(operation)


def assigned_itself(bench: Workbench, operation: Operation, below: Holdings, above: Holdings) -> tuple[Exchange, ...]:
    """Before, the write, and after, where the account's own page then shows the role of the higher one."""
    (part,) = _roles(operation)
    named: Values = {
        each: value for each in _taken(operation) if (value := below.identifier_for(operation, each)) is not None
    }
    if set(_taken(operation)) != {part, *named}:
        return ()
    for page in own_pages(bench):
        before = page.read(bench, below.caller)
        was = values_named(before, field_name(part))[:1]
        for wanted in _wanted(part, was[0], above) if was else ():
            sent = ask(bench, operation, {**named, part: wanted}, below.caller)
            if sent.answer is None or sent.answer.status >= 400:
                continue
            after = page.read(bench, below.caller)
            if values_named(after, field_name(part))[:1] == [wanted]:
                _set_back(bench, operation, {**named, part: was[0]}, page, (below, above), part)
                return before, sent, after
        if was:
            return ()
    return ()


def _wanted(part: Part, was: Json, above: Holdings) -> Iterator[Json]:
    """What the higher caller has; then what lies between: the highest role is the one that is guarded best."""
    highest = better_standing(words_of(field_name(part)), was, above)
    if highest is not None:
        yield highest
    if isinstance(was, str):
        usual = (written_like(was, each) for each in _USUAL)
        yield from (each for each in usual if each not in {highest, was})


def _taken(operation: Operation) -> list[Part]:
    return [each for each in operation.parts if each.place is not PartPlace.HEADER]


def _roles(operation: Operation) -> list[Part]:
    free = (each for each in _taken(operation) if each.place is not PartPlace.PATH)
    return [each for each in free if not _ROLES.isdisjoint(words_of(field_name(each)))]


def _set_back(
    bench: Workbench,
    operation: Operation,
    values: Values,
    page: Watch,
    sides: tuple[Holdings, Holdings],
    part: Part,
) -> None:
    """By the account itself, or else by the higher one; people are told where neither works."""
    below, above = sides
    was: Json = values[part]
    for holdings in (below, above):
        ask(bench, operation, values, holdings.caller)
        if values_named(page.read(bench, below.caller), field_name(part))[:1] == [was]:
            return
    bench.told(f"{operation.key}: {field_name(part)} of {below.caller.name} could not be set back")
