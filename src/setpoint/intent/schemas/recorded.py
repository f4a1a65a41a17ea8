"""A schema as a recording of a resource holds it: facts of its type, laid over what cfn-lint's schema says of it.

Called by the catalogue. Pure: facts in, facts out, in the form of `extract`. A type that nobody knows has the recorded
facts only; then the shape of its values is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.paths import ANY, element, join
from setpoint.model.schema import Kind

NOTHING_KNOWN: Final[Mapping[str, Json]] = {
    "kinds": {},
    "keyed": {},
    "defaults": {},
    "spellings": {},
    **{
        name: []
        for name in (
            *("unordered", "enums", "primary_identifier", "read_only", "write_only", "create_only"),
            *("folded_case", "open_ended", "key_arns"),
        )
    },
}
"""The facts of a type that has no schema."""

_REPLACED: Final = {"readOnlyPaths": "read_only", "writeOnlyPaths": "write_only", "createOnlyPaths": "create_only"}
"""Recorded lists are the whole truth at the time of the recording; the others add to what is known."""

_ADDED: Final = ("unorderedScalarPaths", "unorderedObjectArrayPaths")

LISTED: Final = (*_REPLACED, *_ADDED)
"""What holds a list of paths."""

STATED: Final = ("defaultPaths", "defaults")
"""What holds a default for each path; the first that says any counts."""


def with_recorded(facts: Mapping[str, Json], recorded: Mapping[str, Json]) -> Mapping[str, Json]:
    """The facts as they were when `recorded` was."""
    kinds = facts["kinds"]
    replaced = {
        name: [schema_path(path, kinds) for path in _texts(recorded[key])]
        for key, name in _REPLACED.items()
        if key in recorded
    }
    lists = [schema_path(path, kinds) for key in _ADDED for path in _texts(recorded.get(key))]
    defaults = recorded.get("defaultPaths") or recorded.get("defaults")
    stated = {
        schema_path(path, kinds): value for path, value in (defaults.items() if isinstance(defaults, Mapping) else ())
    }
    named = {*lists, *stated, *(path for paths in replaced.values() for path in paths)}
    unknown = dict.fromkeys(sorted(_with_parents(named)), Kind.ANY)
    return {
        **facts,
        **replaced,
        "kinds": {**unknown, **dict.fromkeys(lists, Kind.LIST), **kinds},
        "unordered": [*facts["unordered"], *lists],
        "defaults": {**facts["defaults"], **stated},
    }


def schema_path(recorded: str, kinds: Mapping[str, str]) -> str:
    """`Rules.*.Prefix`, also `Rules.Prefix` where `Rules` is a list, as `Rules[*].Prefix`."""
    path = ""
    for step in recorded.split("."):
        inside = element(path) if step == ANY or kinds.get(path) == Kind.LIST else path
        path = inside if step == ANY else join(inside, step)
    return path


def _with_parents(paths: Iterable[str]) -> set[str]:
    """Every path, and every one above it, so that the tree of rules has no holes."""
    found = set()
    for path in paths:
        above = path
        while above:
            found.add(above)
            above = above.removesuffix("[*]") if above.endswith("[*]") else above.rpartition(".")[0]
    return found


def _texts(value: Json) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
