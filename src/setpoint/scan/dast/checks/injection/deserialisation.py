"""Unsafe deserialisation: a product that a reader of objects worked out while it read them.

What is sent names one function of arithmetic and its two numbers; nothing else is called. It is only tried where names
or values look like objects; elsewhere an agent inside tells of it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import ClassVar, Final

from setpoint.model.dast import BodyForm, Fault, PartPlace
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.computing import Numbers, Riddle, solved
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import Place, Probe
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_PICKLE: Final = "coperator\nmul\n(I<one>\nI<other>\ntR."
"""Protocol 0, which is text: the global, a mark, two integers, a tuple of them, the call, the end."""
_YAML: Final = "!!python/object/apply:operator.mul [<one>, <other>]"
_JSON: Final = '{"py/reduce": [{"py/function": "operator.mul"}, {"py/tuple": [<one>, <other>]}]}'
"""As jsonpickle has it."""
_OF_OBJECTS: Final = frozenset(
    {
        "blob",
        "cache",
        "cart",
        "data",
        "dump",
        "import",
        "job",
        "message",
        "obj",
        "object",
        "payload",
        "pickle",
        "pickled",
        "preferences",
        "prefs",
        "profile",
        "restore",
        "serialized",
        "session",
        "settings",
        "snapshot",
        "state",
        "task",
        "token",
        "yaml",
        "yml",
        "config",
        "configuration",
        "manifest",
        "document",
        "content",
    }
)
"""Words of names of parts that hold more than a value."""
_PICKLED: Final = ("gAS", "gAR", "gAN", "gAM", "KGRw", "Y29w", "rO0AB", "AAEAAAD/////")
"""How Base64 of pickles (Python), and of serialised objects (Java, .NET), begins."""


class UnsafeDeserialisation(InjectionCheck):
    """Unsafe deserialisation: a product that a reader of objects worked out, or what an agent saw."""

    name = "unsafe-deserialisation"
    weakness: ClassVar = FaultKind(
        kind="unsafe-deserialisation",
        cwe=502,
        severity=Severity.CRITICAL,
        message="The value is turned into objects by a reader that calls what it names; "
        "read it with one that knows plain values only (JSON, yaml.safe_load)",
        owasp="A08:2021",
    )
    about: ClassVar = 3
    usual: ClassVar = 0

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        place = probe.place
        if not _may_hold_objects(place):
            return None
        for riddle in _riddles(place):
            if exchange := solved(bench, place, riddle):
                return self.weakness.computed(
                    place, exchange, "the answer holds a product that only a reader worked out"
                )
        return None


def _riddles(place: Place) -> list[Callable[[Numbers], Riddle]]:
    as_text = [_riddle(_YAML), _riddle(_JSON)]
    if place.part.place is PartPlace.BODY and place.operation.body is BodyForm.TEXT:
        return as_text
    return [_riddle(_PICKLE, is_encoded=True), *as_text]


def _riddle(template: str, *, is_encoded: bool = False) -> Callable[[Numbers], Riddle]:
    def riddle(given: Numbers) -> Riddle:
        text = given.filled(template)
        return Riddle(b64encode(text.encode()).decode() if is_encoded else text, given.product)

    return riddle


def _may_hold_objects(place: Place) -> bool:
    is_text = place.part.place is PartPlace.BODY and place.operation.body is BodyForm.TEXT
    named = not _OF_OBJECTS.isdisjoint(words_of(place.part.name))
    return is_text or named or place.value.startswith(_PICKLED)
