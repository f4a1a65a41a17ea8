"""Why one property of an entity is drift, unknown, to be expected, or the same: the rule, with its source. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final, assert_never

from setpoint.compare.config.canonical import AWS_TAGS, IGNORED, READ_ONLY, RESERVED
from setpoint.compare.config.rules import holds_tags
from setpoint.errors import CouldNotTellError, NotFoundError
from setpoint.model.canonical import Json
from setpoint.model.drift import Comparison, DriftKind, Explanation, Unremarkable
from setpoint.model.paths import ANY, schema_path, split
from setpoint.model.resource import Resource
from setpoint.model.schema import Kind, ResourceSchema

_WRITE_ONLY: Final = "write-only (resource schema): its value is never returned, and never stored"
_FREE: Final = (Kind.ANY, Kind.DOCUMENT)
"""Below these, a schema names nothing: any path may be there."""


def explain(
    comparison: Comparison, actual: Resource | None, schema: ResourceSchema | None, path: str
) -> list[Explanation]:
    """What is to be said of the property at `path`, or of every one of which there is something to say.

    Raises `NotFoundError` for a path that its type does not have, `CouldNotTellError` where the state is not kept.
    """
    told = [each for each in tell(comparison) if _touches(split(path), split(each.path))]
    if told:
        return told
    if actual is None:
        raise CouldNotTellError("what it was is not kept", where=comparison.urn, remedy="run: setpoint beat")
    if actual.provided_by:
        return [Explanation(path, Unremarkable.EXPECTED, None, None, f"the provider made it: {actual.provided_by}")]
    if not path:
        return [Explanation("", Unremarkable.SAME, None, None, "nothing differs, and no rule had to explain anything")]
    return [_untold(path, list(_at(actual.properties, split(path))), schema, actual.type)]


def tell(comparison: Comparison) -> Iterator[Explanation]:
    """Everything that was told of an entity: its drifts, then its gaps, then its folds."""
    for drift in comparison.drifts:
        yield Explanation(drift.path, drift.kind, drift.intended, drift.actual, reason(drift.kind))
    for gap in comparison.gaps:
        yield Explanation(gap.path, gap.kind, None, None, gap.reason)
    for fold in comparison.folds:
        yield Explanation(fold.path, Unremarkable.EXPECTED, fold.intended, fold.actual, fold.rule)


def reason(kind: DriftKind) -> str:
    """Why it is drift."""
    match kind:
        case DriftKind.CHANGED:
            return "the declared value differs, or is gone"
        case DriftKind.MISSING:
            return "it is declared, and does not exist"
        case DriftKind.UNDECLARED:
            return "nobody declared it, and no rule explains it"
        case DriftKind.UNMANAGED:
            return "nobody declared it"
        case _:
            assert_never(kind)


def _untold(path: str, found: list[Json], schema: ResourceSchema | None, type_name: str) -> Explanation:
    """Of a property of which the comparison said nothing."""
    value = found[0] if len(found) == 1 else found or None
    if rule := _left_out_by(path, schema):
        return Explanation(path, Unremarkable.NOT_COMPARED, None, value, rule)
    if found and not _is_ignored(path, schema):
        return Explanation(path, Unremarkable.SAME, value, value, "it is as declared")
    if found:
        return Explanation(path, Unremarkable.EXPECTED, None, value, f"{IGNORED}, unless it is as declared")
    if schema is None:
        return Explanation(path, Unremarkable.ABSENT, None, None, "neither side has it; no schema of its type is known")
    if not _is_known(path, schema):
        near = _nearest(path, schema)
        remedy = f"did you mean {' or '.join(near)}?" if near else "paths are written as: setpoint drift --json"
        raise NotFoundError(f"{type_name} has no property {path!r}", remedy=remedy)
    return Explanation(path, Unremarkable.ABSENT, None, None, "neither side has it")


def _left_out_by(path: str, schema: ResourceSchema | None) -> str:
    """The rule by which the property is never compared; empty where it is."""
    if _is_aws_tag(path, schema):
        return RESERVED
    above = _above(path)
    if schema is not None and not above.isdisjoint(schema.read_only):
        return READ_ONLY
    return _WRITE_ONLY if schema is not None and not above.isdisjoint(schema.write_only) else ""


def _is_aws_tag(path: str, schema: ResourceSchema | None) -> bool:
    """Whether a step of the path names a tag of AWS's own: only where tags are, for conditions have keys like these."""
    *holder, _ = path.split(f"[{AWS_TAGS}", 1) if f"[{AWS_TAGS}" in path else path.split(f".{AWS_TAGS}", 1)
    return bool(holder) and holds_tags(schema_path(holder[0]), schema)


def _is_ignored(path: str, schema: ResourceSchema | None) -> bool:
    return schema is not None and not _above(path).isdisjoint(schema.relevant)


def _is_known(path: str, schema: ResourceSchema) -> bool:
    """Whether the schema names it, or something that it may be in."""
    above = _above(path)
    return schema_path(path) in schema.kinds or any(schema.kinds.get(each) in _FREE for each in above)


def _nearest(path: str, schema: ResourceSchema) -> list[str]:
    """The paths that were most likely meant, by their whole spelling, else by their last name."""
    wanted = schema_path(path)
    if near := get_close_matches(wanted, schema.kinds, n=3, cutoff=0.7):
        return near
    name = split(wanted)[-1] if split(wanted) else wanted
    names = {split(each)[-1]: each for each in sorted(schema.kinds, reverse=True)}
    return [names[each] for each in get_close_matches(name, names, n=3, cutoff=0.7)]


def _above(path: str) -> set[str]:
    """The schema paths of the property and of everything that it is in."""
    path, above = schema_path(path), set()
    while path:
        above.add(path)
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return above


def _touches(asked: list[str], told: list[str]) -> bool:
    """Whether one is at, above or below the other; `*` stands for any element."""
    return all(one == other or ANY in (one, other) for one, other in zip(asked, told, strict=False))


def _at(value: Json, steps: list[str]) -> Iterator[Json]:
    """Every value at a path, in which an element of a list is named by its place or by what it is called."""
    if not steps:
        yield value
    elif isinstance(value, Mapping):
        for name in value if steps[0] == ANY else [steps[0]]:
            if name in value:
                yield from _at(value[name], steps[1:])
    elif isinstance(value, list):
        for index, each in enumerate(value):
            if steps[0] in (ANY, str(index)) or _is_called(steps[0], each):
                yield from _at(each, steps[1:])


def _is_called(name: str, element: Json) -> bool:
    """As `elements.name_of` calls them: by the value of one property, or of two."""
    return isinstance(element, Mapping) and all(part in element.values() for part in name.split("|"))
