"""Whether an account sets the password of another: two accounts are made for it, and who then logs in decides.

Made only where `auth.yaml` allows registrations: a password is nothing to try on an account that somebody uses. A
server that changes the caller's own password instead, or nothing at all, is right about whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest
from setpoint.scan.dast.accounts.cookies import with_credentials
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.object_faults import object_fault, open_write_fault
from setpoint.scan.dast.checks.access.references import PEOPLE, part_reference
from setpoint.scan.dast.checks.authentication.logins import (
    LOGIN,
    REQUESTS,
    RESET,
    code_part,
    is_old_password,
    may_register,
    naming_user,
    password_parts,
    registrations,
    said,
    takes_user,
)
from setpoint.scan.dast.checks.authentication.newcomers import Newcomer, newcomer, strong_password
from setpoint.scan.dast.checks.authentication.profiles import MOST_PROFILES, profiles
from setpoint.scan.dast.identifiers import identifier
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of
from setpoint.scan.dast.new_accounts import is_registration
from setpoint.scan.dast.shown_objects import shown_object

MOST_OPERATIONS: Final = 3


class OthersPasswords:
    """Passwords that another account sets.

    Of two accounts that are made for it, one asks to change the other's password; told where the new one logs in.
    """

    name = "others-passwords"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in _settable(bench) if bench.accounts.callers else ():
            yield PlannedRequest(operation.key, self.name, "", 4 + 6 * REQUESTS + MOST_PROFILES, 10)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        operations = list(_settable(bench))
        caller = next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)
        if caller is None or not operations:
            return
        other = _made(bench, caller)
        for operation in operations:
            if other is not None and _logs_in(bench, caller, other, other.password) is None:
                other = _made(bench, caller)  # the operation before changed the caller's own
            victim = _made(bench, caller) if other is not None else None
            if other is None or victim is None:
                bench.told(f"{self.name}: needs two accounts of its own, and none that was registered logs in")
                return
            yield from _tried(bench, caller, operation, victim, other)


def _settable(bench: Workbench) -> Iterator[Operation]:
    """What sets a password and says whose; no login, no registration, nothing that a code of a mail opens."""
    if may_register(bench):
        found = (each for each in bench.surface.operations if not bench.excludes(each) and _sets_somebodys(each))
        yield from islice(found, MOST_OPERATIONS)


def _sets_somebodys(operation: Operation) -> bool:
    fresh = [each for each in password_parts(operation) if not is_old_password(each)]
    if not fresh or operation.method not in {"POST", "PUT", "PATCH"} or is_registration(operation):
        return False
    is_other = bool(said(operation) & (LOGIN | RESET)) or code_part(operation) is not None
    named = [each for each in operation.parts if each.place is PartPlace.PATH]
    return not is_other and all(_names_somebody(operation, each) for each in named) and bool(_naming(operation))


def _naming(operation: Operation) -> list[Part]:
    """The parts that say whose it is: of the path, else of the body."""
    in_path = [each for each in operation.parts if each.place is PartPlace.PATH]
    return in_path or list(naming_user(operation, "@"))


def _names_somebody(operation: Operation, part: Part) -> bool:
    reference = part_reference(operation, part)
    return reference is not None and reference[0] in PEOPLE


def _made(bench: Workbench, caller: Caller) -> Newcomer | None:
    user = bench.accounts.user(caller)
    made = (newcomer(bench, caller, each) for each in registrations(bench) if takes_user(each, user))
    return next(filter(None, made), None)


def _tried(
    bench: Workbench, caller: Caller, operation: Operation, victim: Newcomer, other: Newcomer
) -> Iterator[Fault]:
    """Without credentials first: what nobody is asked for is worse, and told alone."""
    named = _named(bench, caller, operation, victim)
    if named is None:
        return
    for credentials in ((), other.credentials):
        wanted = strong_password()
        fresh = {each: other.password if is_old_password(each) else wanted for each in password_parts(operation)}
        request = bench.build(operation, {**named, **fresh})
        sent = bench.sender.send(with_credentials(request, credentials, "") if credentials else request)
        if sent.answer is None or sent.answer.status >= 400:
            continue
        login = _logs_in(bench, caller, victim, wanted)
        if login is not None and _logs_in(bench, caller, victim, victim.password) is None:
            yield _fault(operation, (sent, login), is_anybody=not credentials)
            return


def _named(bench: Workbench, caller: Caller, operation: Operation, victim: Newcomer) -> dict[Part, Json] | None:
    """The victim, as each part of the operation names it; None where that is not known."""
    values: dict[Part, Json] = {}
    for part in _naming(operation):
        reference = part_reference(operation, part)
        is_number = part.schema.get("type") == "integer" or part.schema.get("format") == "uuid"
        is_identifier = (
            reference is not None and reference[1] in {"id", "uuid", "guid"} and part.place is PartPlace.PATH
        )
        value: Json = victim.user
        if is_number or is_identifier:
            told = _identifier(bench, caller, operation, part, victim)
            value = told if told is not None or is_number else victim.user
        if value is None:
            return None
        values[part] = value
    return {**naming_user(operation, victim.user), **values}


def _identifier(bench: Workbench, caller: Caller, operation: Operation, part: Part, victim: Newcomer) -> Json:
    """By what its registration was answered, or its own page says."""
    answers = [victim.made, *(victim.reads(bench, each) for each, _ in profiles(bench, caller))]
    for exchange in answers:
        members = shown_object(json_of(exchange.answer)) if exchange.answer is not None and is_success(exchange) else {}
        value = identifier(members, part.name, noun_of(operation.path.partition(f"{{{part.name}}}")[0]))
        if value is not None:
            return value
    return None


def _logs_in(bench: Workbench, caller: Caller, account: Newcomer, password: str) -> Exchange | None:
    login = bench.accounts.attempt(caller, password, user=account.user)
    return login.exchanges[-1] if login is not None and login.credentials and login.exchanges else None


def _fault(operation: Operation, proof: tuple[Exchange, ...], *, is_anybody: bool) -> Fault:
    named = _naming(operation)[0]
    part = f"{named.place.value}:{named.name}"
    difference = "the account then logs in with the password that was set for it, and no longer with its own"
    if not is_anybody:
        message = "one account sets the password of another by naming it; change that of the session's account alone"
        return object_fault(operation, part, Caller(""), proof, message=message, difference=difference)
    message = "nobody is asked for credentials before this sets an account's password; check them first"
    return open_write_fault(operation, proof, message=message, difference=difference, part=part)
