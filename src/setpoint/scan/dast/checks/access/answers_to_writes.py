"""Whether answers to what is written, to logins and to registrations hold what no answer should.

The password that was just sent, in a field, in a text or in a header; hashes of passwords; the code that a reset or a
verification was to send by mail. Rests on the answers that every check shares, one login and one registration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final
from urllib.parse import quote_plus

from setpoint.model.dast import Answer, Caller, Certainty, Exchange, Fault, Operation, PlannedRequest, Profile
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, leaves, page_of
from setpoint.scan.dast.checks.access.delicate import Delicate, delicate, is_hash
from setpoint.scan.dast.checks.authentication.logins import (
    login_operations,
    may_register,
    may_try_passwords,
    password_parts,
    place_of,
    registrations,
)
from setpoint.scan.dast.checks.authentication.newcomers import nobody_like, registered, strong_password
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.sent_values import sent_values

_SHORTEST: Final = 6
"""Letters of a password that no text holds by chance."""

_BY_MAIL: Final = frozenset({"reset", "verification", "activation", "otp"})
_OPENING: Final = frozenset({"token", "code", "otp", "pin"})
"""Last words of what opens an account to whoever has it: `reset_token`, `verificationCode`."""


class AnswersToWrites:
    """Passwords, hashes and mailed codes in the answers to writes, logins and registrations.

    Reads what every check reads, and the answers to one login and one registration.
    """

    name = "answers-to-writes"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        caller = next(iter(bench.accounts.callers), None)
        for operation in _written(bench) if caller else ():
            yield PlannedRequest(operation.key, self.name, caller.name if caller else "", len(bench.accounts.callers))
        for operation in islice(login_operations(bench), 1 if caller and may_try_passwords(bench) else 0):
            yield PlannedRequest(operation.key, self.name, "", 2)
        for operation in islice(registrations(bench), 1 if caller and may_register(bench) else 0):
            yield PlannedRequest(operation.key, self.name, "", 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in _written(bench):
            for caller in bench.accounts.callers:
                exchange = bench.baseline(operation, caller)
                found = _given_away(exchange, _passwords_sent(operation, exchange)) if exchange is not None else {}
                if exchange is not None and found:
                    yield _fault((operation.method, operation.path), caller.name, exchange, found)
                    break
        known = next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)
        if known is not None and may_try_passwords(bench):
            yield from _logged_in(bench, known)
        if known is not None and may_register(bench):
            yield from _registered(bench, known)


def _written(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        is_write = operation.method in {"POST", "PUT", "PATCH"} and bench.profile is not Profile.PASSIVE
        if is_write and not bench.may_send(operation):
            yield operation


def _logged_in(bench: Workbench, caller: Caller) -> Iterator[Fault]:
    login = bench.accounts.login(caller)
    for exchange in login.exchanges if login is not None else ():
        sent = exchange.sent.body.decode(errors="replace")
        secrets = (each for each in bench.accounts.secrets if each not in bench.accounts.user(caller))
        passwords = [each for each in secrets if each in sent or quote_plus(each) in sent]
        if passwords and (found := _given_away(exchange, passwords)):
            yield _fault(place_of(bench, exchange), caller.name, exchange, found)
            return


def _registered(bench: Workbench, caller: Caller) -> Iterator[Fault]:
    operation = next(registrations(bench), None)
    password = strong_password()
    made = registered(bench, operation, nobody_like(bench.accounts.user(caller)), password) if operation else None
    found = _given_away(made, [password]) if made is not None else {}
    if operation is not None and made is not None and found:
        yield _fault((operation.method, operation.path), "", made, found)


def _passwords_sent(operation: Operation, exchange: Exchange) -> list[str]:
    wanted = password_parts(operation)
    return [str(value) for part, value in sent_values(exchange.sent, operation).items() if part in wanted]


def _given_away(exchange: Exchange, passwords: list[str]) -> Mapping[str, Delicate]:
    """Place (a pointer, or `header:` and a name; empty in a page) → what stands there."""
    answer = exchange.answer
    if answer is None or not is_success(exchange):
        return {}
    shown = {f"header:{name}": Delicate.PASSWORD for name, value in answer.headers if _echoes(value, passwords)}
    return {**dict(_in_body(answer, passwords)), **shown}


def _echoes(text: str, passwords: list[str]) -> bool:
    """Whether one of them stands in it; a plain word may be there by chance."""
    return any(each in text for each in passwords if len(each) >= _SHORTEST and not each.isalpha())


def _in_body(answer: Answer, passwords: list[str]) -> Iterator[tuple[str, Delicate]]:
    document = json_of(answer)
    if document is None:
        text = answer.body.decode(errors="replace")
        is_form = page_of(answer) is not None  # a form that is shown again may hold what was typed
        if not is_form and _echoes(text, passwords):
            yield "", Delicate.PASSWORD
        return
    for pointer, value in leaves(document):
        name, text = pointer.rpartition("/")[2], str(value)
        what = delicate(name, value)
        if is_hash(text) or _echoes(text, passwords) or (what is Delicate.PASSWORD and text in passwords):
            yield pointer, Delicate.PASSWORD
        elif what is Delicate.SECRET and _is_mailed(name):
            yield pointer, Delicate.SECRET


def _is_mailed(name: str) -> bool:
    words = words_of(name)
    return words[-1] in _OPENING and not _BY_MAIL.isdisjoint(words)


def _fault(place: tuple[str, str], caller: str, exchange: Exchange, found: Mapping[str, Delicate]) -> Fault:
    what = Delicate.PASSWORD if Delicate.PASSWORD in found.values() else Delicate.SECRET
    first, *others = sorted(each for each in found if found[each] is what)
    told = "a password or its hash" if what is Delicate.PASSWORD else "the code that was to be sent by mail"
    return Fault(
        kind="excessive-data-exposure",
        cwe=522 if what is Delicate.PASSWORD else 640,
        owasp="API3:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=place[0],
        path=place[1],
        part=first if first.startswith("header:") else f"body:{first}",
        caller=caller,
        message=f"the answer to {place[0]} holds {told}; answer with named fields alone",
        proof=(exchange,),
        difference=f"at {', '.join([first, *others][:5]) or 'no named place'}, as it was sent or is kept"
        if what is Delicate.PASSWORD
        else f"at {', '.join([first, *others][:5])}, without the mail",
    )
