"""Registrations that let an account choose what it may do: a role, a balance, a mark of being verified (CWE-915).

Two accounts are made, one as anybody makes it, one with more fields. What counts is what the second then reads of
itself, or of what is reserved to others, and the first does not. Made only where `auth.yaml` allows registrations.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Certainty, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import Credentials, with_credentials
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.callers import ranks
from setpoint.scan.dast.checks.access.locked import MOST_FIELDS, Locked, Wish, holds, locked_fields
from setpoint.scan.dast.checks.access.marks import shows_the_same
from setpoint.scan.dast.checks.access.reading_back import field_name
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.checks.authentication.enumeration import nobody_like
from setpoint.scan.dast.checks.authentication.guarded import readable, says_no
from setpoint.scan.dast.checks.authentication.logins import (
    REQUESTS,
    may_register,
    registering,
    registrations,
    takes_user,
)
from setpoint.scan.dast.checks.authentication.profiles import MOST_PROFILES, profiles
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

MOST_GATES: Final = 2
"""Reserved operations by which an account that may do more is known."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An account that was made for the check."""

    made: Exchange
    credentials: Credentials

    def reads(self, bench: Workbench, operation: Operation) -> Exchange:
        return bench.sender.send(with_credentials(bench.build(operation, {}), self.credentials, ""))


class PrivilegedRegistrations:
    name = "privileged-registrations"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        about = (3 + MOST_FIELDS) * (1 + REQUESTS + MOST_PROFILES + MOST_GATES)
        for each in registrations(bench) if may_register(bench) and bench.accounts.callers else ():
            yield PlannedRequest(each.key, self.name, "", about)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if not may_register(bench):
            bench.told(f"{self.name}: makes accounts, which is not allowed (registration: true in auth.yaml)")
            return
        caller = next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)
        for operation in registrations(bench) if caller is not None else ():
            is_document = operation.body in {BodyForm.JSON, BodyForm.FORM}
            if caller is not None and is_document and takes_user(operation, bench.accounts.user(caller)):
                yield from _tried(bench, caller, operation)


def _tried(bench: Workbench, caller: Caller, operation: Operation) -> Iterator[Fault]:
    plain = _newcomer(bench, caller, operation, {})
    if plain is None:
        return
    shown = [(each, plain.reads(bench, each)) for each, _ in profiles(bench, caller)]
    gates = [(each, granted) for each, granted in _gates(bench) if not _opens(bench, plain, each, granted)]
    role = next((higher.role for higher, _ in ranks(bench) if higher.role), "admin")
    wish = Wish(role, None)
    locked = list({each.part: each for _, read in shown for each in locked_fields(operation, read, wish)}.values())
    guessed = _guessed(operation, locked, role) if gates else []
    for fields in _together_and_alone(locked, guessed):
        promoted = _newcomer(bench, caller, operation, {each.part: each.wanted for each in fields})
        if promoted is None:
            continue
        found = _held(bench, promoted, shown, fields) or _let_in(bench, promoted, gates, fields)
        if found is not None:
            held, proof = found
            yield _fault(operation, held, (plain.made, promoted.made, *proof))
        return


def _newcomer(bench: Workbench, caller: Caller, operation: Operation, more: Mapping[Part, Json]) -> Newcomer | None:
    """A new account that is logged in; None where it was not made, or may not log in at once."""
    user, password = nobody_like(bench.accounts.user(caller)), f"Aa1!{secrets.token_urlsafe(12)}"
    made = bench.sender.send(bench.build(operation, {**registering(operation, user, password), **more}))
    if made.answer is None or made.answer.status >= 400 or (is_success(made) and says_no(made.answer)):
        return None
    login = bench.accounts.attempt(caller, password, user=user)
    return Newcomer(made, login.credentials) if login is not None and login.credentials else None


def _gates(bench: Workbench) -> list[tuple[Operation, Exchange]]:
    """Reserved operations, with what whoever may do most is given by them."""
    higher = next((higher for higher, _ in ranks(bench)), None)
    is_reserved = reserved_in(bench)
    found: list[tuple[Operation, Exchange]] = []
    for operation in readable(bench) if higher is not None else ():
        if higher is not None and "{" not in operation.path and is_reserved(operation) and len(found) < MOST_GATES:
            granted = bench.baseline(operation, higher)
            if granted is not None and is_success(granted):
                found.append((operation, granted))
    return found


def _opens(bench: Workbench, newcomer: Newcomer, operation: Operation, granted: Exchange) -> Exchange | None:
    """What the newcomer is given, where it is what the higher caller is."""
    got = newcomer.reads(bench, operation)
    if granted.answer is None or got.answer is None or not is_success(got):
        return None
    return got if shows_the_same(granted.answer, got.answer, frozenset()) else None


def _guessed(operation: Operation, locked: Sequence[Locked], role: str) -> list[Locked]:
    """Fields by which applications usually know who may do more, that neither a form nor a profile names."""
    known = {words_of(field_name(each)) for each in (*operation.parts, *(every.part for every in locked))}
    names: tuple[tuple[str, Json], ...] = (("role", role), ("is_admin", True), ("isAdmin", True))
    slash = "/" if operation.body is BodyForm.JSON else ""
    return [
        Locked(Part(PartPlace.BODY, f"{slash}{name}"), None, wanted)
        for name, wanted in names
        if words_of(name) not in known
    ]


def _together_and_alone(locked: list[Locked], guessed: list[Locked]) -> Iterator[list[Locked]]:
    """All at once; for a server that refuses them so, fewer, at last each by itself."""
    if locked or guessed:
        yield [*locked, *guessed]
    if locked and guessed:
        yield locked
    if len(locked) > 1:
        yield from ([each] for each in locked[:MOST_FIELDS])


Found = tuple[list[Locked], tuple[Exchange, ...]]


def _held(
    bench: Workbench, newcomer: Newcomer, shown: list[tuple[Operation, Exchange]], fields: list[Locked]
) -> Found | None:
    """By what the account reads of itself."""
    for operation, before in shown:
        after = newcomer.reads(bench, operation)
        held = [
            each
            for each in fields
            if holds(after, each.part, each.wanted) and not holds(before, each.part, each.wanted)
        ]
        if held:
            return held, (before, after)
    return None


def _let_in(
    bench: Workbench, newcomer: Newcomer, gates: list[tuple[Operation, Exchange]], fields: list[Locked]
) -> Found | None:
    """By what the account is given of what is reserved."""
    for operation, granted in gates:
        got = _opens(bench, newcomer, operation, granted)
        if got is not None:
            standing = [each for each in fields if each.is_about_standing]
            return standing or fields, (got,)
    return None


def _fault(operation: Operation, fields: list[Locked], proof: tuple[Exchange, ...]) -> Fault:
    names = ", ".join(field_name(each.part) for each in fields)
    return Fault(
        kind="mass-assignment",
        cwe=915,
        owasp="API3:2023",
        severity=Severity.HIGH if any(each.is_about_standing for each in fields) else Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=f"body:{fields[0].part.name}",
        message=f"Whoever registers sets {names}, which is the server's to set: take named fields alone.",
        proof=proof,
        difference="an account registered with it is then shown what one registered without it is not",
    )
