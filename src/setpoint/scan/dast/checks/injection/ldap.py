"""LDAP injection: filters that say the same in other words, and filters that do not (RFC 4515)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Exchange, Fault
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.differential import Proof, Turn, Variants, differential
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.credentials import companions
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import Place, Probe, ask_with
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_ATTRIBUTES: Final = ("cn", "uid", "sn", "mail")
"""Of people (RFC 2798); whichever an entry has, none has a marker for its value."""
_PRESENT: Final = ("objectClass", "uid", "cn")
"""Attributes that entries of people have: the first of them every entry has (RFC 4512, 2.4)."""
_HINTS: Final = frozenset(
    {
        "cn",
        "dn",
        "filter",
        "group",
        "login",
        "mail",
        "email",
        "member",
        "name",
        "ou",
        "person",
        "q",
        "query",
        "search",
        "uid",
        "user",
        "username",
    }
)
_LONE: Final = "~"
"""As short as a wildcard; means nothing in filters, and stands in no text that an answer has by itself."""
SHORTEST: Final = 3
"""Of values that a part may be cut from."""


class LdapInjection(InjectionCheck):
    """LDAP injection, told apart by filters that match and filters that do not."""

    name = "ldap-injection"
    weakness: ClassVar = FaultKind(
        kind="ldap-injection",
        cwe=90,
        severity=Severity.HIGH,
        message="The value becomes a part of an LDAP filter; escape it as RFC 4515 says (`*`, `(`, `)`, `\\`)",
    )
    about: ClassVar = 12

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        if probe.place.usual is None or probe.nonsense is None:
            return None
        found = probe.nonsense != probe.place.usual
        proof = self._same_words(bench, probe) if found else self._anybody(bench, probe)
        return self.weakness.told_apart(probe.place, proof) if proof else None

    def _same_words(self, bench: Workbench, probe: Probe) -> Proof | None:
        """The value in other words finds what it found."""
        for variants in _rewordings(probe):
            if proof := differential(bench, probe.place, variants, true=probe.place.usual):
                return proof
        return None

    def _anybody(self, bench: Workbench, probe: Probe) -> Proof | None:
        """A wildcard is somebody's name, and somebody's password."""
        place = probe.place
        also = companions(place)
        if not also:
            return None

        def send(payload: Json) -> Exchange:
            return ask_with(bench, place, dict.fromkeys([place.part, *also], payload))

        proof = differential(bench, place, _anyone(probe.marker), not_true=probe.nonsense, send=send)
        return proof if proof and _lets_in(proof) and _differs_as_it_is(place, proof) else None


def _rewordings(probe: Probe) -> Iterator[Variants]:
    value = probe.place.value
    if value:  # nothing in other words is nothing still: any search tells it from a text
        yield lambda turn: _escaped(value if turn.holds else secrets.token_hex(len(value) // 2 + 1))
    words = words_of(probe.place.part.name)
    if probe.breaks or not _HINTS.isdisjoint(words):
        for attribute in dict.fromkeys((*words[-1:], *_PRESENT)):
            yield _presences(value, attribute)
    if probe.breaks:
        yield _conjunctions(value)
        if len(value) >= SHORTEST:
            yield _wildcards(value, probe.marker)


def _escaped(value: str) -> str:
    """Octets as a backslash and two digits: the same assertion to who reads filters, and to nobody else.

    The first, and of the others those that are drawn by lot: another text each time, which nothing has for its name.
    """
    first, *others = value.encode()
    rest = (chr(each) if bytes([each]).isalnum() and secrets.randbelow(2) else f"\\{each:02x}" for each in others)
    return f"\\{first:02x}{''.join(rest)}"


def _presences(value: str, attribute: str) -> Variants:
    """Every entry has the attribute, and none has it with the other value."""
    return lambda turn: f"{value})({attribute}={'*' if turn.holds else secrets.token_hex(5)}"


def _conjunctions(value: str) -> Variants:
    def variant(turn: Turn) -> Json:
        nobody = f"({_ATTRIBUTES[turn.number % len(_ATTRIBUTES)]}={secrets.token_hex(5)}"
        return f"{value})(!{nobody})" if turn.holds else f"{value}){nobody}"

    return variant


def _wildcards(value: str, marker: str) -> Variants:
    shapes: tuple[Callable[[str], str], ...] = (
        lambda text: f"{text[:-1]}*",
        lambda text: f"*{text[1:]}",
        lambda text: f"{text}*",
        lambda text: f"*{text}",
    )
    return lambda turn: shapes[turn.number % len(shapes)](value if turn.holds else f"{marker}{secrets.token_hex(2)}")


def _anyone(marker: str) -> Variants:
    """A lone wildcard. Of the false ones every other is as short, and always the same.

    A form may refuse the others for their length alone, and a registration the same one for its second time.
    """
    return lambda turn: "*" if turn.holds else (_LONE if turn.number % 2 else f"*{marker}{secrets.token_hex(2)}")


def _differs_as_it_is(place: Place, proof: Proof) -> bool:
    """Whether the answers differ also with what was sent left in: a sign by itself may stand in any page."""
    texts = [place.yardstick.reading(each.answer, []) for each in proof.exchanges if place.yardstick and each.answer]
    return len(set(texts)) > 1


def _lets_in(proof: Proof) -> bool:
    answer = proof.exchanges[0].answer
    return answer is not None and answer.status < 400
