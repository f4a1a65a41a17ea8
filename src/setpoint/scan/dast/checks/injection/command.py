"""Command injection: a shell works out a product, or ends with the status that a condition has.

Nothing is run but `echo` and `test`, which every shell has built in (POSIX, XCU 1.6) and which change nothing.
"""

from __future__ import annotations

from typing import ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Fault, PartPlace
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.differential import Turn, Variants, differential
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.computing import product, solved
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import Place, Probe
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_ECHO: Final = "echo <first>$((<one>*<other>))<first>"
_LIKELY: Final = ";"
_RARER: Final = ("|", "\n", "&&")
_INLINE: Final = "<first>$((<one>*<other>))<first>"
"""Without any separator: between double quotes, or as an argument that the command shows."""
_WINDOWS: Final = "&set /a <one>*<other>&"
_HINTS: Final = frozenset(
    {
        "address",
        "addr",
        "arg",
        "args",
        "cmd",
        "command",
        "daemon",
        "dir",
        "dns",
        "domain",
        "exec",
        "file",
        "filename",
        "folder",
        "format",
        "host",
        "hostname",
        "ip",
        "log",
        "name",
        "path",
        "ping",
        "process",
        "program",
        "server",
        "service",
        "target",
        "tool",
        "url",
        "user",
        "username",
    }
)
"""Words of names of parts that are often handed to a program."""


class CommandInjection(InjectionCheck):
    """Command injection: a product that a shell worked out, or true and false tests told apart."""

    name = "command-injection"
    weakness: ClassVar = FaultKind(
        kind="command-injection",
        cwe=78,
        severity=Severity.CRITICAL,
        message="The value becomes a part of a command line, and a shell runs what it says; "
        "call the program without a shell, with its arguments as a list",
    )
    about: ClassVar = 8
    usual: ClassVar = 2

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        place = probe.place
        tried = [_in_all_quotes(place.value, _LIKELY, _ECHO)]
        is_likely = not _HINTS.isdisjoint(words_of(place.part.name))
        if probe.breaks or is_likely:
            tried += [_in_all_quotes(place.value, each, _ECHO) for each in _RARER if _may_hold(place, each)]
        for template in tried:
            if exchange := solved(bench, place, product(template, around="<first>")):
                return self.weakness.computed(
                    place, exchange, "the answer holds a product that only a shell worked out"
                )
        matters = place.usual is not None and probe.nonsense != place.usual
        return self._reacting(bench, place) if probe.breaks or (is_likely and matters) else None

    def _reacting(self, bench: Workbench, place: Place) -> Fault | None:
        for riddle in (product(place.value + _INLINE, around="<first>"), product(place.value + _WINDOWS)):
            if exchange := solved(bench, place, riddle):
                return self.weakness.computed(
                    place, exchange, "the answer holds a product that only a shell worked out"
                )
        proof = differential(bench, place, _statuses(place.value))
        return self.weakness.told_apart(place, proof) if proof else None


def _may_hold(place: Place, text: str) -> bool:
    """A header cannot hold the end of a line."""
    return "\n" not in text or place.part.place is not PartPlace.HEADER


def _in_all_quotes(value: str, separator: str, command: str) -> str:
    """One value for three places: outside of quotes, within single ones, and within double ones.

    Whichever it stands in, the first command that the shell sees is followed by a comment.
    """
    return value + "".join(f"{quote}{separator}{command} #" for quote in ("", "'", '"'))


def _statuses(value: str) -> Variants:
    """The command ends well where the condition holds."""

    def variant(turn: Turn) -> Json:
        left, right = turn.ordered()
        comparison = (f"{left} -lt {right}", f"{right} -gt {left}")[turn.number % 2]
        return _in_all_quotes(value, ";", f"test {comparison}")

    return variant
