"""What the value that a name has right now already tells, before any code is followed. `flow` asks.

No method of the application's own objects is called: of what is no plain value nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Final
from uuid import UUID

from setpoint_agent.reading.answer import NEUTRAL, Answer, Question, Safety
from setpoint_agent.reading.constants import is_constant
from setpoint_agent.reading.scene import Missing, Scene

CONVERTED: Final = (
    int, float, complex, Decimal, Fraction, UUID, date, time, timedelta, Enum,
    IPv4Address, IPv4Network, IPv6Address, IPv6Network,
)  # fmt: skip
"""Types whose text holds no character with a meaning in a sink's language (an Enum's: only what the code wrote)."""
_CODE: Final = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)
_COLLECTIONS: Final = (list, tuple, set, frozenset, dict)
SHORTEST_PIECE: Final = 3
"""Characters of a piece that what was found may have been joined of."""
LONGEST_TEXT: Final = 256
"""Octets by which text is told from what is compressed."""
MOST_LOOKED_AT: Final = 100
"""Items of a collection."""


def known_of(value: Any, scene: Scene, question: Question, line: int, *, by_text: bool) -> Answer | None:
    """What `value` tells; `by_text`: also that it does not hold the text that was found."""
    found = question.found
    if isinstance(value, Missing):
        return None
    if isinstance(value, CONVERTED):
        held = isinstance(value, Enum) or holds(str(value), found)
        answer = Answer(Safety.SAFE, f"is {_article(type(value).__name__)}", line) if held else NEUTRAL
    elif value is None or isinstance(value, _CODE):
        answer = NEUTRAL
    elif isinstance(value, _COLLECTIONS) and _is_of_converted(value, found):
        answer = Answer(Safety.SAFE, "holds no text", line)
    elif by_text and _holds_nothing(value, found):
        answer = NEUTRAL
    elif isinstance(value, str) and is_constant(value, scene):
        answer = Answer(Safety.SAFE, "constant of the code", line)
    else:
        return None
    return answer


def holds(value: str | bytes | PurePath, found: str) -> bool:
    """Whether it holds what was found, or is one of the pieces that this was joined of."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    folded, held = found.casefold(), text.casefold()
    return folded in held or (len(held) >= SHORTEST_PIECE and held in folded)


def _holds_nothing(value: Any, found: str) -> bool:
    if isinstance(value, bytes) and not _is_text(value):
        return False  # what is compressed may hold anything
    if isinstance(value, str | bytes | PurePath):
        return not holds(value, found)
    return isinstance(value, _COLLECTIONS) and not _any_holds(value, found)


def _is_of_converted(values: Iterable[Any], found: str) -> bool:
    """Whether a collection holds numbers and their like alone, and the text that was found among them."""
    items = list(values)[:MOST_LOOKED_AT]
    return all(isinstance(each, CONVERTED) for each in items) and any(holds(str(each), found) for each in items)


def _is_text(octets: bytes) -> bool:
    return octets[:LONGEST_TEXT].decode("utf-8", "replace").count("\ufffd") <= 1  # where the last character is cut


def _any_holds(values: Iterable[Any], found: str) -> bool:
    """Whether a plain collection may hold the text: what is no plain value may hold anything."""
    for count, each in enumerate(values.items() if isinstance(values, dict) else values):
        if count == MOST_LOOKED_AT:
            return True
        for part in each if isinstance(each, tuple) else (each,):
            if isinstance(part, str | bytes):
                if holds(part, found):
                    return True
            elif part is not None and not isinstance(part, CONVERTED):
                return True
    return False


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
