"""What may stand in a template besides JSON: a function in its short form, and what could not be put in its place.

Made by `template` and by the transforms; `evaluator` gives them meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

from setpoint.model.canonical import Json


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A function written as a YAML tag: `!Ref Name`."""

    function: str
    """Its full name: `Ref`, `Fn::GetAtt`."""
    argument: Json


@dataclass(frozen=True, slots=True)
class NotRun:
    """Stands where a transform would have put something: worked out, it is an `Unknown` for this reason."""

    reason: str
    argument: Json = None
    """Of the loop or the transform, as it stood there."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function call in either form."""

    function: str
    argument: Json
    path: str
    """Of the argument, for messages."""
