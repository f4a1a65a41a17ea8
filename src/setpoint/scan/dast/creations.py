"""Which operations make objects that others take, delete them, or are about the caller itself. Used by `seeding`."""

from __future__ import annotations

from typing import Final

from setpoint.model.dast import Operation, Surface
from setpoint.scan.dast.action_words import STEPS
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of, words_of
from setpoint.scan.dast.objects import collection_of, noun_of_part, parameters, shape

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
    if operation.method != "POST" or is_parameter((segments_of(operation.path) or ("{",))[-1]):
        return False
    words = {*words_of(operation.path.replace("{", "/").replace("}", "/")), *words_of(operation.name)[:1]}
    if words & NOT_MADE:
        return False
    collection = collection_of(operation.path)
    nouns = {noun_of(collection)}
    for each in surface.operations:
        for name, of in parameters(each.path):
            if shape(of) == shape(collection) or noun_of_part(name) in nouns:
                return True
        if any(noun_of_part(part.name) in nouns for part in each.parts if noun_of_part(part.name)):
            return True
    return bool(operation.links)


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


_SELF: Final = frozenset(
    (each,)
    for each in (
        *("me", "self", "whoami", "userinfo", "profile", "myself", "current", "account"),
        *("profil", "konto", "compte", "perfil", "cuenta"),
    )
)
"""Last words of addresses at which a caller sees itself."""
