"""The ways by which an operation lets callers say who they are, and credentials that nobody issued for each of them.

Called by `made_up_credentials`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import CredentialScheme, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.accounts.logging_in import basic
from setpoint.scan.dast.checks.authentication.guarded import read_by_owner
from setpoint.scan.dast.interface import Workbench

KEY_HEADERS: Final = ("X-API-Key", "X-Auth-Token", "X-Access-Token", "apikey")
"""Which services take keys by out of habit, whether a document says so or not."""

_SPELLINGS: Final = frozenset({*(each.lower() for each in KEY_HEADERS), "api-key", "api_key", "x-apikey"})


@dataclass(frozen=True, slots=True)
class Way:
    """All that has to be given at once."""

    name: str
    fields: tuple[tuple[Part, str], ...]
    """Each with what goes before its credential."""

    @property
    def told(self) -> str:
        return ", ".join(f"{part.place}:{part.name}" for part, _ in self.fields)

    def nothing(self) -> dict[Part, Json]:
        """As who gives none of it, where the document needs it as a parameter, too."""
        return dict.fromkeys((part for part, _ in self.fields), None)

    def made_up(self) -> dict[Part, Json]:
        """A credential that nobody issued, another one each time."""
        return {part: _made_up(prefix) for part, prefix in self.fields}

    def empty(self) -> dict[Part, Json]:
        return {part: _with(prefix, "", "") for part, prefix in self.fields}


def ways_of(bench: Workbench, operation: Operation) -> Iterator[Way]:
    """As the document has them, but for those by which an account of the scan reads it: others forge these."""
    schemes = {each.name: each for each in bench.surface.schemes}
    for names in dict.fromkeys(operation.security or ()):
        asked = [schemes[each] for each in names if each in schemes]
        if asked and len(asked) == len(names) and not _is_of_accounts(bench, operation, asked):
            yield Way(" and ".join(names), tuple((_part_of(operation, each), each.prefix) for each in asked))
    given = {each.field.lower() for each in schemes.values()}
    for part in operation.parts:
        is_key = part.place in (PartPlace.HEADER, PartPlace.COOKIE) and part.name.lower() in _SPELLINGS
        if is_key and part.name.lower() not in given:
            yield Way(part.name, ((part, ""),))


def usual_ways(bench: Workbench, operation: Operation) -> tuple[Way, ...]:
    """Headers that the document does not name."""
    known = {each.name.lower() for each in operation.parts} | {each.field.lower() for each in bench.surface.schemes}
    known |= {name for _, name, _ in _carried(bench)}
    names = [each for each in KEY_HEADERS if each.lower() not in known]
    return tuple(Way(each, ((Part(PartPlace.HEADER, each), ""),)) for each in names)


def _part_of(operation: Operation, scheme: CredentialScheme) -> Part:
    """The parameter, where the document has the credential as one, too."""
    at = (scheme.place, scheme.field.lower())
    named = (each for each in operation.parts if (each.place, each.name.lower()) == at)
    return next(named, Part(scheme.place, scheme.field))


def _is_of_accounts(bench: Workbench, operation: Operation, asked: list[CredentialScheme]) -> bool:
    carried = set(_carried(bench))
    is_carried = all((each.place, each.field.lower(), each.prefix) in carried for each in asked)
    return is_carried and read_by_owner(bench, operation) is not None


def _carried(bench: Workbench) -> Iterator[tuple[PartPlace, str, str]]:
    """Where accounts have their credentials: place, name in lower case, what goes before."""
    bare = Sent("GET", bench.surface.base)
    for caller in bench.accounts.callers:
        dressed = bench.accounts.authorised(bare, caller)
        for name, value in dressed.headers:
            if name.lower() == "cookie":
                for pair in value.split("; "):
                    yield PartPlace.COOKIE, pair.partition("=")[0].lower(), ""
            else:
                scheme, space, _ = value.partition(" ")
                yield PartPlace.HEADER, name.lower(), f"{scheme.capitalize()} " if space else ""
        for name, _ in parse_qsl(urlsplit(dressed.url).query):
            yield PartPlace.QUERY, name.lower(), ""


def _made_up(prefix: str) -> str:
    return _with(prefix, f"setpoint{secrets.token_hex(4)}", secrets.token_hex(16))


def _with(prefix: str, user: str, secret: str) -> str:
    return basic(user, secret) if prefix == "Basic " else f"{prefix}{secret}".strip()
