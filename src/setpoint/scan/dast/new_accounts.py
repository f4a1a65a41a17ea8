"""Operations by which anybody makes an account, and the accounts that a scan makes. Used by `safety` and `seeding`.

Only checks that are about registrations send to them, and no more than a few times: each account stays behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Exchange, Operation, Part, Sent, Surface
from setpoint.scan.dast.action_words import BACKSTAGE, OWN, PASSWORDS, REGISTERS, verbs_of
from setpoint.scan.dast.answers import json_of, leaves
from setpoint.scan.dast.identifiers import PEOPLE
from setpoint.scan.dast.interface import Sender
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of, words_of

MOST_ACCOUNTS: Final = 15
"""That one scan makes by registrations, and by what else makes accounts; it cannot take them away again."""

ENOUGH: Final = "the scan has made as many accounts as it may; this was not sent"

_MAKES: Final = frozenset({"create", "add", "new", "insert", "make"})
_POWERFUL: Final = frozenset({"admin", "admins", "administrator", "administrators", "superuser", "root", "operator"})

_NAMES: Final = ("username", "user", "login", "email", "mail", "name", "nickname", "identifier", "phone")
"""Words of the fields by which an account is known, the most telling first."""


def is_password(part: Part) -> bool:
    return part.schema.get("format") == "password" or not PASSWORDS.isdisjoint(words_of(part.name))


def is_registration(operation: Operation) -> bool:
    """Whether it makes accounts for anybody, or ones that may do more than others do."""
    if operation.method not in {"POST", "PUT"}:
        return False
    said = _said(operation)
    if not REGISTERS.isdisjoint(said):
        return True
    return makes_account(operation) and (not operation.security or not (BACKSTAGE | _POWERFUL).isdisjoint(said))


def makes_account(operation: Operation) -> bool:
    """Whether it takes a person's password, and is neither a login nor about whoever calls it: `POST /users`."""
    said = _said(operation)
    is_new = noun_of(operation.path) in PEOPLE or (_MAKES & said and not (PEOPLE | _POWERFUL).isdisjoint(said))
    is_of_all = OWN.isdisjoint(said) and not is_parameter((segments_of(operation.path) or ("{",))[-1])
    return operation.method == "POST" and bool(is_new) and is_of_all and any(map(is_password, operation.parts))


def _said(operation: Operation) -> frozenset[str]:
    words = (word for each in segments_of(operation.path) for word in _words(each))
    return frozenset((*words, *verbs_of(operation.name)))


def _words(segment: str) -> tuple[str, ...]:
    words = () if is_parameter(segment) else verbs_of(segment)
    return (*words, "".join(words))


class AccountLimit:
    """A `Sender` that knows which accounts were made through it, and lets no more be made than may be."""

    def __init__(self, surface: Surface, sender: Sender, own: Collection[str]) -> None:
        """`own`: users of accounts that are there already."""
        self._sender = sender
        root = urlsplit(surface.base).path
        makes = [each for each in surface.operations if is_registration(each) or makes_account(each)]
        self._registers = {(each.method, root + each.path): is_registration(each) for each in makes}
        self._own = own
        self._made: dict[bool, dict[str, str]] = {True: {}, False: {}}
        self.was_reached = False
        """Whether checks of registrations wanted more."""

    def lines(self) -> list[str]:
        """What was made, for people."""
        return [f"account {name}, made by {by}" for made in self._made.values() for name, by in made.items()]

    def send(self, request: Sent) -> Exchange:
        at = (request.method, urlsplit(request.url).path)
        registers = self._registers.get(at)
        if registers is None:
            return self._sender.send(request)
        made = self._made[registers]
        if len(made) >= MOST_ACCOUNTS:
            self.was_reached = self.was_reached or registers
            return Exchange(request, None, ENOUGH)
        exchange = self._sender.send(request)
        name = _name_in(request)
        if exchange.answer is not None and exchange.answer.status < 400 and name not in self._own:
            made.setdefault(name, " ".join(at))
        return exchange

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        return self._sender.send_raw(data, seconds=seconds)


def _name_in(request: Sent) -> str:
    """What the account is known by; never its password."""
    given = list(_fields(request))
    for wanted in _NAMES:
        for name, value in given:
            if wanted in words_of(name) and PASSWORDS.isdisjoint(words_of(name)):
                return str(value)[:80]
    return "an account"


def _fields(request: Sent) -> Iterator[tuple[str, Json]]:
    yield from parse_qsl(urlsplit(request.url).query)
    document = json_of(Answer(0, (), request.body))
    if document is not None:
        yield from ((pointer.rpartition("/")[2], value) for pointer, value in leaves(document))
    else:
        yield from parse_qsl(request.body.decode(errors="replace"))
