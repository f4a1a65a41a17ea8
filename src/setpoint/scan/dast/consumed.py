"""What the operations of a surface take: by it is known which lists and creations give something for others.

Used by `creations` and `learning`. Gathered once for a surface, so that its cost grows with it and not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from setpoint.model.dast import Surface
from setpoint.scan.dast.identifiers import noun_of_part
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of
from setpoint.scan.dast.path_templates import collection_of, parameters, shape


class Consumed:
    """Of all operations of a surface."""

    def __init__(self, surface: Surface) -> None:
        named = [each for operation in surface.operations for each in parameters(operation.path)]
        steps = [segments_of(each.path) for each in surface.operations]
        self.names: dict[str, list[str]] = {}
        """Shape of a collection → what paths call the parameter that names one of it."""
        for name, of in named:
            self.names.setdefault(shape(of), []).append(name)
        self.keys = frozenset(each.key for each in surface.operations)
        self.addressed = frozenset(each[:-1] for each in steps if each and is_parameter(each[-1]))
        """Steps of the collections whose objects have an address."""
        self._collections = frozenset(noun_of(of) for _, of in named)
        self._parameters = frozenset(noun_of_part(name) for name, _ in named)
        self._parts = frozenset(noun_of_part(part.name) for each in surface.operations for part in each.parts)

    def takes_listed(self, path: str) -> bool:
        """Whether anything takes what is listed at this path."""
        collection = collection_of(path)
        noun = noun_of(collection)
        return shape(collection) in self.names or noun in self._collections or noun in self._parts

    def takes_made(self, path: str) -> bool:
        """Whether anything takes what is made at this path."""
        collection = collection_of(path)
        noun = noun_of(collection)
        is_named = noun != "" and noun in self._parts
        return shape(collection) in self.names or noun in self._parameters or is_named


def consumed_by(surface: Surface) -> Consumed:
    return _gathered(_Same(surface))


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """This very surface: to compare all operations of two would cost as much as to gather them."""

    surface: Surface

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.surface is other.surface

    def __hash__(self) -> int:
        return id(self.surface)


@lru_cache(maxsize=2)
def _gathered(same: _Same) -> Consumed:
    return Consumed(same.surface)
