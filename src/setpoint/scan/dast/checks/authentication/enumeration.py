"""Answers that tell whether an account exists: to a wrong password or code, to a forgotten one, to a registration.

An own account is compared with names that nobody can have. What counts are answers that differ each time, in status,
in what they show or in where they lead, once what was sent and what changes by itself is taken away; never their time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from string import ascii_lowercase
from typing import Final

from setpoint.model.dast import Answer, Caller, Certainty, Exchange, Fault, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of, leaves
from setpoint.scan.dast.checks.authentication.following import followed
from setpoint.scan.dast.checks.authentication.logins import (
    REQUESTS,
    code_part,
    guessable_codes,
    may_try_passwords,
    place_of,
    registering,
    registrations,
    reset_operations,
    takes_address,
    takes_user,
    user_part,
    words,
)
from setpoint.scan.dast.checks.authentication.newcomers import nobody_like, refuses_registration, strong_password
from setpoint.scan.dast.checks.authentication.profiles import naming, own_address
from setpoint.scan.dast.interface import Login, Workbench
from setpoint.scan.dast.yardstick import Yardstick, yardstick_of

ROUNDS: Final = 3
"""Of logins. What costs a mail or an account is asked twice."""

_CODE_LETTERS: Final = 6
"""Of a code that cannot be right: those that are sent to people are of digits."""

_SECRET_WORDS: Final = frozenset({"token", "code", "otp", "link", "url", "password", "pin", "key"})

Ask = Callable[[str], tuple[Exchange, ...]]
"""What comes of naming this user."""


@dataclass(frozen=True, slots=True)
class Asked:
    user: str
    exchanges: tuple[Exchange, ...]


class AccountEnumeration:
    name = "account-enumeration"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        caller = _known(bench)
        if not may_try_passwords(bench) or caller is None:
            return
        yield PlannedRequest("*", self.name, caller.name, 2 * ROUNDS * REQUESTS)
        for each in _asking(bench):
            yield PlannedRequest(each.key, self.name, caller.name, 4)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = _known(bench)
        if not may_try_passwords(bench) or caller is None:
            bench.told(f"{self.name}: needs an account that logs in by a user's name, and to be let try")
            return
        user = bench.accounts.user(caller)
        own, unknown = _asked(user, lambda name: _login(bench, caller, name), ROUNDS)
        if own[0].exchanges:
            yield from _told_apart(own, unknown, "login", place_of(bench, own[0].exchanges[0]))
        address = own_address(bench, caller)
        for each in reset_operations(bench):
            for name in naming(bench, caller, each).values():
                own, unknown = _asked(name, _asker(bench, each), 2)
                yield from _disclosed(own, unknown, each)
                yield from _told_apart(own, unknown, "reset", (each.method, each.path))
        for each in guessable_codes(bench):
            for name in naming(bench, caller, each).values():
                own, unknown = _asked(name, _asker(bench, each), 2)
                yield from _told_apart(own, unknown, "code", (each.method, each.path))
        for each in registrations(bench) if bench.accounts.may_register else ():
            yield from islice(_registered(bench, each, user, address), 1)


def _known(bench: Workbench) -> Caller | None:
    return next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)


def _asking(bench: Workbench) -> Iterator[Operation]:
    yield from reset_operations(bench)
    yield from (each for each in guessable_codes(bench) if user_part(each))
    if bench.accounts.may_register:
        yield from registrations(bench)


def _registered(bench: Workbench, operation: Operation, user: str, address: str) -> Iterator[Fault]:
    """By the account's address, where it asks for one, and by its name."""
    named = [
        address if "@" in user or _asks_for_address(operation) else "",
        user if takes_user(operation, user) else "",
    ]
    for name in dict.fromkeys(each for each in named if each):
        for is_whole in (False, True):
            own, unknown = _asked(name, _asker(bench, operation, is_whole=is_whole), 2)
            if not any(refuses_registration(each.exchanges[0]) for each in unknown):
                break
        yield from _told_apart(own, unknown, "registration", (operation.method, operation.path))


def _asks_for_address(operation: Operation) -> bool:
    """Whether who registers gives an address."""
    part = user_part(operation)
    return part is not None and takes_address(part)


def _login(bench: Workbench, caller: Caller, user: str) -> tuple[Exchange, ...]:
    return answered(bench.accounts.attempt(caller, secrets.token_urlsafe(12), user=user))


def answered(login: Login | None) -> tuple[Exchange, ...]:
    """What came of the password, without the page that asked for it."""
    exchanges = login.exchanges if login else ()
    return exchanges[1:] if len(exchanges) > 1 and exchanges[0].sent.method == "GET" else exchanges


def _asker(bench: Workbench, operation: Operation, *, is_whole: bool = False) -> Ask:
    code = code_part(operation)

    def ask(user: str) -> tuple[Exchange, ...]:
        values = registering(operation, user, strong_password(), is_whole=is_whole)
        values |= {code: "".join(secrets.choice(ascii_lowercase) for _ in range(_CODE_LETTERS))} if code else {}
        return followed(bench, bench.sender.send(bench.build(operation, values)))

    return ask


def _asked(user: str, ask: Ask, rounds: int) -> tuple[list[Asked], list[Asked]]:
    """Of the account and of nobody, in turn."""
    own: list[Asked] = []
    unknown: list[Asked] = []
    for _ in range(rounds):
        own.append(Asked(user, ask(user)))
        name = nobody_like(user)
        unknown.append(Asked(name, ask(name)))
    return own, unknown


def _told_apart(own: list[Asked], unknown: list[Asked], of: str, place: tuple[str, str]) -> Iterator[Fault]:
    difference = _difference(own, unknown)
    if difference:
        yield _fault(own[0], unknown[0], of, place, difference)


def _difference(own: list[Asked], unknown: list[Asked]) -> str:
    """What tells an account from nobody, each time; empty where nothing does."""
    if any(not each.exchanges or _last(each) is None for each in (*own, *unknown)):
        return ""
    if len({len(each.exchanges) for each in own}) > 1 or len({len(each.exchanges) for each in unknown}) > 1:
        return ""
    if len(own[0].exchanges) != len(unknown[0].exchanges):
        return "one of them leads on, and the other does not"
    for place in range(len(own[0].exchanges)):
        told = _told([_at(each, place) for each in own], [_at(each, place) for each in unknown], own, unknown)
        if told:
            return told
    return ""


def _told(ours: list[Answer | None], theirs: list[Answer | None], own: list[Asked], unknown: list[Asked]) -> str:
    names = [each.user for each in (*own, *unknown)]
    mine, nobodys = [each for each in ours if each], [each for each in theirs if each]
    if len(mine) + len(nobodys) < len(names):
        return ""
    yardsticks = [yardstick_of(each[0], each[1], names) for each in (mine, nobodys)]
    if None in yardsticks:
        return ""
    joined = Yardstick(frozenset().union(*(each.volatile for each in yardsticks if each)))
    one, other = ({joined.reading(each, names) for each in answers} for answers in (mine, nobodys))
    if len(one) > 1 or len(other) > 1 or None in one | other or one == other:
        return ""
    if mine[0].status != nobodys[0].status:
        return f"status {mine[0].status} for the account, {nobodys[0].status} for nobody"
    return "what they say, or where they lead, differs each time"


def _last(asked: Asked) -> Answer | None:
    return asked.exchanges[-1].answer


def _at(asked: Asked, place: int) -> Answer | None:
    return asked.exchanges[place].answer


def _disclosed(own: list[Asked], unknown: list[Asked], operation: Operation) -> Iterator[Fault]:
    """The means for a new password, given to whoever asked and not only to the account's owner."""
    answers = [_last(each) for each in own]
    found = [_secrets_in(each) for each in answers if each is not None]
    nobodys = set().union(*(_secrets_in(each).values() for each in map(_last, unknown) if each is not None))
    names = set.intersection(*map(set, found)) if found else set()
    name = next((each for each in sorted(names) if found[0][each] not in nobodys), "")
    if name:
        yield Fault(
            kind="reset-token-disclosed",
            cwe=640,
            owasp="API2:2023",
            severity=Severity.CRITICAL,
            certainty=Certainty.CONFIRMED,
            method=operation.method,
            path=operation.path,
            part=f"body:{name}",
            message="Whoever asks for a new password is given the means to set it: send them to the owner alone.",
            proof=(own[0].exchanges[-1],),
            difference=f"the answer holds {name} for the account, and not for nobody",
        )


def _secrets_in(answer: Answer) -> dict[str, str]:
    return {
        pointer: str(value)
        for pointer, value in leaves(json_of(answer))
        if isinstance(value, str | int) and len(str(value)) >= 4 and words(pointer.rpartition("/")[2]) & _SECRET_WORDS
    }


def _fault(own: Asked, unknown: Asked, of: str, place: tuple[str, str], difference: str) -> Fault:
    return Fault(
        kind="account-enumeration",
        cwe=204,
        owasp="API2:2023",
        severity=Severity.LOW if of == "registration" else Severity.MEDIUM,
        certainty=Certainty.DIFFERENTIAL,
        method=place[0],
        path=place[1],
        message=f"The answer to a {of} tells whether an account exists: answer the same to everybody.",
        proof=(own.exchanges[-1], unknown.exchanges[-1]),
        difference=difference,
    )
