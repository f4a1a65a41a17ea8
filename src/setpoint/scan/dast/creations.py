"""Which operations make objects that others take, delete them, or are about the caller itself. Used by `seeding`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Operation, PartPlace, Surface
from setpoint.scan.dast.action_words import DESTROYS, PASSWORDS, STEPS, verbs_of
from setpoint.scan.dast.consumed import consumed_by
from setpoint.scan.dast.identifiers import PEOPLE, noun_of_part
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of, words_of
from setpoint.scan.dast.path_templates import parameters, shape

READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
"""Methods that change nothing (RFC 9110, section 9.2.1)."""

NOT_MADE: Final = frozenset({
    "login", "signin", "logout", "token", "session", "register", "signup", "password", "auth", "oauth", "otp", "mfa",
    "search", "query", "graphql", "validate", "verify", "preview", "refresh", "webhook", "upload", "import",
    "registrieren", "inscription", "registro", "anmelden", "connexion",
})  # fmt: skip
"""Words of paths that make no object of their own, or that make one for others than a test to make."""


UPDATES: Final = STEPS | {
    *("edit", "update", "change", "modify", "rename", "set", "mark", "assign", "move", "replace"),
    *("bearbeiten", "aendern", "ändern", "modifier", "editer", "éditer", "editar", "modificar"),
}
"""Last words of paths whose forms change what is there."""


def is_creation(operation: Operation, surface: Surface) -> bool:
    """Whether it makes an object that other operations take: `POST /orders` beside `GET /orders/{id}`."""
    if is_parameter((segments_of(operation.path) or ("{",))[-1]):
        return False
    if operation.method != "POST" and not makes_by_put(operation, surface):
        return False
    words = {*words_of(operation.path.replace("{", "/").replace("}", "/")), *words_of(operation.name)[:1]}
    if words & NOT_MADE:
        return False
    return consumed_by(surface).takes_made(operation.path) or bool(operation.links)


def makes_by_put(operation: Operation, surface: Surface) -> bool:
    """Whether it is a `PUT /menu` that adds one, as its document says: it has no `POST`, and its objects an address.

    Elsewhere it stands for the whole collection, and would replace it.
    """
    steps = segments_of(operation.path)
    body = [each.name for each in operation.parts if each.place is PartPlace.BODY]
    if operation.method != "PUT" or not steps or is_parameter(steps[-1]) or is_about_caller(operation):
        return False
    if "201" not in operation.responses or not body or any(each in {"", "/"} or each[:2] == "/0" for each in body):
        return False
    consumed = consumed_by(surface)
    return steps in consumed.addressed and f"POST {operation.path}" not in consumed.keys


def _puts_one_in(operation: Operation) -> bool:
    """Whether what by its method replaces all of a collection says that it makes one of it: `createItem`."""
    said = {*verbs_of(operation.name)[:1], *verbs_of(operation.summary)[:1]}
    return not _MAKES.isdisjoint(said)


def deletes_object(operation: Operation, collection: str) -> bool:
    """Whether it deletes one object of this collection: `DELETE /orders/{id}`."""
    last = next(reversed(list(parameters(operation.path))), None)
    ends_so = is_parameter((segments_of(operation.path) or ("",))[-1])
    return operation.method == "DELETE" and ends_so and last is not None and shape(last[1]) == shape(collection)


def is_about_caller(operation: Operation) -> bool:
    """Whether it reads or changes whoever calls it: `GET /me`, `PATCH /users/me/settings`."""
    steps = segments_of(operation.path)
    if not steps or any(map(is_parameter, steps)):
        return False
    last = words_of(steps[-1])[-1:]
    return last[:1] in _SELF or any(words_of(each) in (("me",), ("self",), ("myself",)) for each in steps)


def names_person(operation: Operation) -> bool:
    """Whether its path names an account last: `/users/{id}`, `/accounts/{id}/email`."""
    last = next(reversed(list(parameters(operation.path))), None)
    if last is None:
        return False
    names = {noun_of(last[1]), noun_of_part(last[0]), *words_of(last[0])[-1:]}
    return not names.isdisjoint(PEOPLE | IDENTITY)


def ends_account(operation: Operation) -> bool:
    """Whether, of an own account, it would be lost to the scan: deleted, or with a password that nobody knows."""
    if not names_person(operation):
        return False
    is_deleted = operation.method == "DELETE" and is_parameter(segments_of(operation.path)[-1])
    if not DESTROYS.isdisjoint(said_by(operation)) and operation.method not in READING:
        return True
    return is_deleted or any(
        not PASSWORDS.isdisjoint(words_of(part.name)) and (part.is_required or part.example is not None)
        for part in operation.parts
    )


def said_by(operation: Operation) -> Iterator[str]:
    """The words of its path and its name."""
    for each in (*segments_of(operation.path), operation.name):
        yield from () if is_parameter(each) else verbs_of(each)


IDENTITY: Final = frozenset({"username", "login", "email", "user", "mail", "phone"})
"""Words of fields by which an account is known."""

_MAKES: Final = frozenset({"create", "creates", "add", "adds", "new", "insert", "inserts", "make", "makes"})

_SELF: Final = frozenset(
    (each,)
    for each in (
        *("me", "self", "whoami", "userinfo", "profile", "myself", "current", "account"),
        *("profil", "konto", "compte", "perfil", "cuenta"),
    )
)
"""Last words of addresses at which a caller sees itself."""
