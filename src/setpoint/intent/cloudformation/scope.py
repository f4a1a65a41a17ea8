"""What `evaluator` asks for while it works values out: what names stand for, and who is being worked out already.

`resolution` is the scope of a whole template, `transforms` has one of parameters only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from setpoint.errors import InputError
from setpoint.model.canonical import Json

NO_VALUE: Final = object()
"""What `!Ref AWS::NoValue` gives: the property or the list item that it stands for is not there."""


class Scope(Protocol):
    """What names stand for. Each raises `InputError` at `where` for a name that the template does not declare."""

    def reference(self, name: str, where: str) -> Json:
        """`Ref name`; `NO_VALUE` for the pseudo parameter of that name."""
        ...

    def attribute(self, logical_id: str, attribute: str, where: str) -> Json:
        """`Fn::GetAtt logical_id.attribute`."""
        ...

    def export(self, name: str) -> Json:
        """`Fn::ImportValue name`."""
        ...


class Chain:
    """What is being worked out at this moment: whoever is asked for again meanwhile depends on itself."""

    def __init__(self) -> None:
        self._names: list[str] = []

    @contextmanager
    def entered(self, name: str, where: str) -> Iterator[None]:
        if name in self._names:
            circle = " -> ".join([*self._names[self._names.index(name) :], name])
            raise InputError(
                f"these depend on one another in a circle: {circle}",
                where=where,
                remedy="let one of them not refer to the next",
            )
        self._names.append(name)
        try:
            yield
        finally:
            self._names.pop()
