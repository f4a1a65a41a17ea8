"""Which weak places, met by agents, are what a scan of the running service told from outside. Pure; for `joining`.

Both name an operation, a part of its request and a weakness: where all three are the same, it is one problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from setpoint.model.cwe import families_of, family_of
from setpoint.model.inside import Place
from setpoint.model.scan import Outside, Weakness

_ORIGIN: Final = re.compile(r"^https?://[^/]*")
_GROUP: Final = re.compile(r"\(\?P?<\w+>(?:[^()]|\([^()]*\))*\)")
_PARAMETER: Final = re.compile(r"[^/]*[{<:][^/]*")
"""A step of a route that holds a value, as frameworks write it: `{id}`, `<int:id>`, `:id`."""


def places_outside(weakness: Weakness, outside: Outside, places: Iterable[Place]) -> list[Place]:
    method, _, path = outside.operation.partition(" ")
    shapes = {_shape(path), _shape(_ORIGIN.sub("", weakness.place.file))}
    families = families_of(weakness.cwes)
    return [
        each
        for each in places
        if each.sighting.route
        and each.sighting.method.upper() == method
        and _shape(each.sighting.route) in shapes
        and family_of(each.sighting.cwe) in families
        and _is_of_part(outside.part, each)
    ]


def _is_of_part(part: str, place: Place) -> bool:
    """Whether it came in by this part; either may not say."""
    name = part.partition(":")[2].rpartition("/")[2]
    names = {each.name.rpartition("/")[2].rpartition(".")[2] for each in place.sighting.origins}
    return not name or not names or "" in names or name in names


def _shape(route: str) -> str:
    """Without the names of its parameters, and without what begins and ends a pattern."""
    plain = _GROUP.sub("{}", route).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
    return "/".join(_PARAMETER.sub("{}", each) for each in plain.strip("/").split("/"))
