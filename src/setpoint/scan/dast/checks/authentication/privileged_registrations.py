"""Registrations that let an account choose what it may do: a role, a balance, a mark of being verified (CWE-915).

Two accounts are made, one as anybody makes it, one with more fields. What counts is what the second then reads of
itself, or of what is reserved to others, and the first does not. Made only where `auth.yaml` allows registrations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Certainty, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, leaves
from setpoint.scan.dast.checks.access.callers import ranks
from setpoint.scan.dast.checks.access.locked import MOST_FIELDS, Locked, Wish, locked_fields
from setpoint.scan.dast.checks.access.marks import shows_the_same
from setpoint.scan.dast.checks.access.reading_back import field_name
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.checks.authentication.guarded import readable
from setpoint.scan.dast.checks.authentication.logins import (
    REQUESTS,
    may_register,
    registrations,
    takes_user,
)
from setpoint.scan.dast.checks.authentication.newcomers import Newcomer, newcomer
from setpoint.scan.dast.checks.authentication.profiles import MOST_PROFILES, profiles
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

MOST_GATES: Final = 2
"""Reserved operations by which an account that may do more is known."""
MOST_RESERVED: Final = 8
"""Of those that are looked at to find them: some let everybody in."""


class PrivilegedRegistrations:
    name = "privileged-registrations"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        about = (3 + MOST_FIELDS) * (1 + REQUESTS + MOST_PROFILES + MOST_GATES) + MOST_RESERVED
        for each in registrations(bench) if may_register(bench) and bench.accounts.callers else ():
            yield PlannedRequest(each.key, self.name, "", about, 8)

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
    plain = newcomer(bench, caller, operation)
    if plain is None:
        bench.told(f"{PrivilegedRegistrations.name}: no new account of {operation.key} logs in")
        return
    shown = [(each, plain.reads(bench, each)) for each, _ in profiles(bench, caller)]
    shut = ((each, granted) for each, granted in _gates(bench) if not _opens(bench, plain, each, granted))
    gates = list(islice(shut, MOST_GATES))
    role = _highest_role(bench)
    wish = Wish(role, None)
    told = [*(read for _, read in shown), plain.login, plain.made]
    shown_fields = (each for read in told for each in locked_fields(operation, read, wish))
    # a member that is written whole would hold what names the other account
    locked = list({each.part: each for each in shown_fields if not each.inner}.values())[:MOST_FIELDS]
    guessed = _guessed(operation, locked, role) if gates else []
    for fields in _together_and_alone(locked, guessed):
        promoted = newcomer(bench, caller, operation, {each.part: each.wanted for each in fields})
        if promoted is None:
            continue
        reads = ((before, promoted.reads(bench, each)) for each, before in shown)
        found = _held(chain(reads, [(plain.login, promoted.login)]), fields) or _let_in(bench, promoted, gates, fields)
        if found is not None:
            held, proof = found
            yield _fault(operation, held, (plain.made, promoted.made, *proof))
        return


def _highest_role(bench: Workbench) -> str:
    """As the application calls it, where whoever has it is told so; else as `auth.yaml` does."""
    higher = next((higher for higher, _ in ranks(bench)), None)
    for _, answer in profiles(bench, higher) if higher is not None else ():
        for pointer, value in leaves(json_of(answer)):
            if isinstance(value, str) and value and "role" in words_of(pointer.rpartition("/")[2]):
                return value
    return higher.role if higher is not None and higher.role else "admin"


def _gates(bench: Workbench) -> Iterator[tuple[Operation, Exchange]]:
    """Reserved operations, with what whoever may do most is given by them."""
    higher = next((higher for higher, _ in ranks(bench)), None)
    is_reserved = reserved_in(bench)
    reserved = (each for each in readable(bench) if "{" not in each.path and is_reserved(each))
    for operation in islice(reserved, MOST_RESERVED) if higher is not None else ():
        granted = bench.baseline(operation, higher) if higher is not None else None
        if granted is not None and is_success(granted):
            yield operation, granted


def _opens(bench: Workbench, account: Newcomer, operation: Operation, granted: Exchange) -> Exchange | None:
    """What the account is given, where it is what the higher caller is."""
    got = account.reads(bench, operation)
    if granted.answer is None or got.answer is None or not is_success(got):
        return None
    return got if shows_the_same(granted.answer, got.answer, frozenset()) else None


def _guessed(operation: Operation, locked: Sequence[Locked], role: str) -> list[Locked]:
    """Fields by which applications usually know who may do more, that neither a form nor a profile names."""
    taken = {words_of(field_name(each)) for each in operation.parts}
    known = {field_name(each.part) for each in locked}
    names: tuple[tuple[str, Json], ...] = (("role", role), ("is_admin", True), ("isAdmin", True))
    slash = "/" if operation.body is BodyForm.JSON else ""
    return [
        Locked(Part(PartPlace.BODY, f"{slash}{name}"), None, wanted)
        for name, wanted in names
        if name not in known and words_of(name) not in taken
    ]


def _together_and_alone(locked: list[Locked], guessed: list[Locked]) -> Iterator[list[Locked]]:
    """All at once; for a server that refuses them so, fewer, at last each by itself."""
    if locked or guessed:
        yield [*locked, *guessed]
    if locked and guessed:
        yield locked
    if len(locked) > 1:
        yield from ([each] for each in locked)
    if len(locked) + len(guessed) > 1:
        yield from ([each] for each in guessed)


Found = tuple[list[Locked], tuple[Exchange, ...]]


def _held(reads: Iterable[tuple[Exchange, Exchange]], fields: list[Locked]) -> Found | None:
    """By what the account reads of itself, or is told when it logs in; each beside what the plain one is."""
    for before, after in reads:
        held = [each for each in fields if each.is_held(after) and not each.is_held(before)]
        if held:
            return held, (before, after)
    return None


def _let_in(
    bench: Workbench, account: Newcomer, gates: list[tuple[Operation, Exchange]], fields: list[Locked]
) -> Found | None:
    """By what the account is given of what is reserved."""
    for operation, granted in gates:
        got = _opens(bench, account, operation, granted)
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
