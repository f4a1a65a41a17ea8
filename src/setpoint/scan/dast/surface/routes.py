"""Routes that agents saw called, in the spellings of frameworks, as operations. Called by the wiring."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import KnownFrom, Operation, Part, PartPlace, Surface
from setpoint.model.inside import RouteUse
from setpoint.scan.dast.path_templates import parameters
from setpoint.scan.dast.surface.merge import merged

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"})
"""HEAD, OPTIONS and TRACE are answered by frameworks themselves."""

_WERKZEUG: Final = re.compile(r"<(?:([a-z_]+)(?:\([^)]*\))?:)?([A-Za-z_]\w*)>")
"""`<int:id>`, `<id>`, `<any(a, b):kind>`: Flask, and Django's `path()`."""

_STARLETTE: Final = re.compile(r"\{([A-Za-z_]\w*)(?::([a-z_]+))?\}")
"""`{id}`, `{id:int}`: FastAPI, Starlette, Litestar, aiohttp."""

_COLON: Final = re.compile(r"(?<=/):([A-Za-z_]\w*)(?:\([^)]*\))?\??")
"""`:id`: Express and its like."""

_NAMED_GROUP: Final = re.compile(r"\(\?P?<([A-Za-z_]\w*)>(?:[^()]|\([^()]*\))*\)")
"""`(?P<id>\\d+)`: Django's `re_path()`, Tornado."""

_TYPES: Final = {"int": "integer", "float": "number", "uuid": "string", "path": "string", "slug": "string"}


def with_agents(surface: Surface, routes: Sequence[RouteUse]) -> Surface:
    """The surface with the routes that agents saw; those that no document has are known from agents alone."""
    found = tuple(operation for route in routes for operation in _operations(route))
    at = urlsplit(surface.base)
    inside = tuple(each for each in found if at.path and each.path.startswith(f"{at.path}/"))
    outside = tuple(each for each in found if each not in inside)
    below = tuple(_moved(each, at.path) for each in inside)
    origin = f"{at.scheme}://{at.netloc}"
    others = [Surface(surface.base, below)] if below else []
    others += [Surface(origin, outside)] if outside else []
    return merged(surface, *others) if others else surface


def template_of(route: str) -> str:
    """A route as OpenAPI writes paths: `/orders/<int:id>` as `/orders/{id}`."""
    path = _NAMED_GROUP.sub(r"{\1}", route)
    path = path.replace("/^", "/").removeprefix("^").removesuffix("$").removesuffix(r"\Z").replace("\\", "")
    path = _WERKZEUG.sub(r"{\2}", path)
    path = _STARLETTE.sub(r"{\1}", path)
    path = _COLON.sub(r"{\1}", path)
    return path if path.startswith("/") else f"/{path}"


def _operations(route: RouteUse) -> Iterator[Operation]:
    path = template_of(route.route)
    method = route.method.upper()
    if method not in _METHODS or not route.route or any(character in path for character in "()*?[]| "):
        return
    types = {name: kind for kind, name in _WERKZEUG.findall(route.route)}
    types |= dict(_STARLETTE.findall(route.route))
    parts = tuple(
        Part(PartPlace.PATH, name, {"type": _TYPES.get(types.get(name, ""), "string")}, is_required=True)
        for name, _ in parameters(path)
    )
    yield Operation(method, path, parts, known_from=frozenset({KnownFrom.AGENT}), writes=route.writes)


def _moved(operation: Operation, prefix: str) -> Operation:
    return replace(operation, path=operation.path.removeprefix(prefix))
