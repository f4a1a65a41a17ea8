"""Which operations make objects that others take, and which delete them again. Used by `seeding` and `learning`."""

from __future__ import annotations

from typing import Final

from setpoint.model.dast import Operation, Surface
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of, words_of
from setpoint.scan.dast.objects import collection_of, noun_of_part, parameters, shape

NOT_MADE: Final = frozenset({
    "login", "signin", "logout", "token", "session", "register", "signup", "password", "auth", "oauth", "otp", "mfa",
    "search", "query", "graphql", "validate", "verify", "preview", "refresh", "webhook", "upload", "import",
})  # fmt: skip
"""Words of paths that make no object of their own, or that make one for others than a test to make."""


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
