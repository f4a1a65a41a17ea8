"""One surface of several that tell of the same target. Called by `routes`, `lookup` and `crawl`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from setpoint.model.dast import Operation, Surface
from setpoint.scan.dast.action_words import graver
from setpoint.scan.dast.path_templates import shape


def merged(first: Surface, *others: Surface) -> Surface:
    """What an earlier surface says of an operation stands; the later ones add who else told of it."""
    base = _common_base([first, *others])
    found: dict[tuple[str, str], Operation] = {}
    remarks: list[str] = []
    for surface in (first, *others):
        remarks += surface.remarks
        for operation in _below(base, surface):
            at = (operation.method, shape(operation.path))
            known = found.get(at)
            found[at] = operation if known is None else _joined(known, operation)
    schemes = {each.name: each for surface in (*reversed(others), first) for each in surface.schemes}
    return Surface(base, tuple(found.values()), tuple(dict.fromkeys(remarks)), tuple(schemes.values()))


def _joined(known: Operation, other: Operation) -> Operation:
    """Also with the parts that only the other names: a form's fields, a link's query."""
    names = {(part.place, part.name) for part in known.parts}
    more = [part for part in other.parts if (part.place, part.name) not in names and part.place.value != "path"]
    if known.body is not other.body:
        more = [part for part in more if part.place.value != "body"]
    writes = known.writes if other.writes is None else other.writes or bool(known.writes)
    return replace(
        known, parts=(*known.parts, *more), known_from=known.known_from | other.known_from, writes=writes,
        page=known.page or other.page, summary=graver(known.summary, other.summary),
    )  # fmt: skip


def _common_base(surfaces: list[Surface]) -> str:
    """The longest path that all are below."""
    bases = {surface.base for surface in surfaces if surface.operations} or {surfaces[0].base}
    steps = [urlsplit(base).path.split("/") for base in bases]
    common: list[str] = []
    for level in zip(*steps, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    at = urlsplit(surfaces[0].base)
    return f"{at.scheme}://{at.netloc}{'/'.join(common).rstrip('/')}"


def _below(base: str, surface: Surface) -> Iterable[Operation]:
    """Its operations with paths below another base."""
    prefix = urlsplit(surface.base).path.removeprefix(urlsplit(base).path)
    for each in surface.operations:
        page = prefix + each.page if each.page else ""
        yield replace(each, path=prefix + each.path, page=page) if prefix else each
