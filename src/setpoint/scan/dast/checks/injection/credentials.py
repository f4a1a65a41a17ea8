"""Operations that take a name and a secret: neither alone shows that both are a part of a query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from setpoint.model.dast import Operation, Part
from setpoint.scan.dast.checks.probing import Place, parts_to_probe
from setpoint.scan.dast.naming import words_of

_SECRETS: Final = frozenset(
    {"kennwort", "passcode", "passphrase", "passwd", "password", "passwort", "pin", "pw", "pwd", "secret"}
)
_NAMES: Final = frozenset(
    {"account", "benutzer", "email", "login", "mail", "name", "phone", "uid", "user", "userid", "username"}
)


def companions(place: Place) -> Sequence[Part]:
    """The other one of the two, where the part is one of them; empty where it is neither."""
    for one, other in ((_SECRETS, _NAMES), (_NAMES, _SECRETS)):
        if _is_named(place.part, one):
            return [each for each in _of(place.operation, other) if each != place.part]
    return ()


def _of(operation: Operation, names: frozenset[str]) -> Sequence[Part]:
    return [each for each in parts_to_probe(operation) if _is_named(each, names)]


def _is_named(part: Part, names: frozenset[str]) -> bool:
    return not names.isdisjoint(words_of(part.name.rpartition("/")[2]))
