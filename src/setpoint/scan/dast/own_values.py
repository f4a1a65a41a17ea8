"""Values that the target tells a caller of itself, by their names: `accountNumber` of a login's answer. For `objects`.

A part of the very name takes them. What is called `id` and nothing else is left out: it may be anything's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation
from setpoint.scan.dast.answers import leaves
from setpoint.scan.dast.naming import is_parameter, segments_of, singular, words_of

NAMING: Final = frozenset({"id", "uuid", "guid", "number", "no", "code", "slug", "ref", "reference", "handle", "iban"})
"""Last words of names by which one thing is told from another."""

PERSONAL: Final = frozenset({"username", "login", "email", "user", "mail"})
"""Words of names by which an account is known, where no other account is meant."""

_OF_MESSAGES: Final = frozenset(
    {"error", "status", "response", "trace", "request", "correlation", "message", "session", "client", "result"}
    | {"token", "key", "secret", "password", "pin", "otp", "api", "http", "exit", "return"}
)
"""In names of what tells of the answer itself, or of what must stay secret."""

_CODES: Final = frozenset({"code", "number", "reference", "ref", "handle"})
"""Last words of paths of what gives a caller one of its own."""

LONGEST: Final = 200
"""Letters of a value that still is a name."""


class OwnValues:
    """Of each caller, by the words of their names; the first that was told stands."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...]], Json] = {}

    def add(self, caller: str, values: Mapping[str, Json]) -> None:
        for name, value in values.items():
            if words := words_of(name):
                self._known.setdefault((caller, words), value)

    def of(self, caller: str, name: str, about: str = "") -> Json:
        """What a part of this name holds; `about`: the path, by which `code` of `/referrals` is a referral's code.

        None where nothing of that name is known.
        """
        words = words_of(name.rpartition("/")[2])
        if (caller, words) in self._known:
            return self._known[caller, words]
        said = {singular(each) for each in words_of(about)}
        alike = (
            value
            for (whose, known), value in self._known.items()
            if whose == caller and len(words) == 1 and len(known) > 1 and known[-1:] == words
            if words[0] != "id" and said.issuperset(map(singular, known[:-1]))
        )
        return next(alike, None)


def told_of_caller(document: Json) -> dict[str, Json]:
    """What names things or people, of a document that is about who asked for it; nothing out of lists."""
    return dict(_naming(document))


def gives_code(operation: Operation) -> str:
    """What the code is called that this gives whoever asks: `referral-code`; empty for everything else."""
    steps = segments_of(operation.path)
    if operation.method != "GET" or not steps or any(map(is_parameter, steps)):
        return ""
    words = words_of(steps[-1])
    return steps[-1] if len(words) > 1 and words[-1] in _CODES and _OF_MESSAGES.isdisjoint(words) else ""


def codes_of(document: Json, name: str) -> dict[str, Json]:
    """The code of this name that an answer holds: under its name, or under its last word."""
    wanted = words_of(name)
    found = ((words_of(pointer.rpartition("/")[2]), value) for pointer, value in leaves(document) if _is_name(value))
    return next(({name: value} for words, value in found if words in (wanted, wanted[-1:], ("value",))), {})


def _naming(document: Json) -> Iterator[tuple[str, Json]]:
    for pointer, value in leaves(document):
        steps = pointer.split("/")
        if any(map(str.isdecimal, steps)) or not _is_name(value):
            continue
        words = words_of(steps[-1])
        is_naming = len(words) > 1 and words[-1] in NAMING
        if (is_naming or is_personal(words)) and _OF_MESSAGES.isdisjoint(words):
            yield steps[-1], value


def is_personal(words: tuple[str, ...]) -> bool:
    """`email`, `user_name`; a `name` alone may be anything's."""
    return not PERSONAL.isdisjoint(words) and PERSONAL.union({"name"}).issuperset(words)


def _is_name(value: Json) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and 0 < len(value) <= LONGEST
    )
