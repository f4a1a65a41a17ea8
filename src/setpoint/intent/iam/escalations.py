"""Reads escalation paths: those that are shipped, and a team's own. Called by `wiring.identity`.

`escalations.json` has the 65 paths of pathfinding.cloud as facts, under Apache-2.0 (its `source` carries the notice).
`escalations.yaml` has ours beside them, in the form in which a team writes its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.files import load_yaml, parse_json, read_bytes
from setpoint.model.escalation import EscalationPath, Required
from setpoint.model.escalation_words import PREREQUISITES, RESOURCES, is_known

SHIPPED: Final = Path(__file__).with_name("escalations.json")
OURS: Final = Path(__file__).with_name("escalations.yaml")


def load_paths(files: Sequence[Path]) -> tuple[EscalationPath, ...]:
    """The shipped ones and those of these files, one of which takes the place of a shipped one by having its id.

    Raises `InputError` with file:line for what a file says wrongly.
    """
    paths = {each.id: each for each in (*_shipped(), *_read(OURS))}
    for file in files:
        mine = list(_read(file))
        _refuse_twins(mine)
        paths |= {each.id: each for each in mine}
    return tuple(paths.values())


def _shipped() -> Iterator[EscalationPath]:
    for each in parse_json(read_bytes(SHIPPED), str(SHIPPED))["paths"]:
        yield EscalationPath(
            id=each["id"],
            name=each["name"],
            required=tuple(Required(one["action"], one["resource"]) for one in each["required"]),
            prerequisites=tuple(each.get("prerequisites", ())),
            where=SHIPPED.name,
        )


def _read(file: Path) -> Iterator[EscalationPath]:
    fields = Fields(load_yaml(file))
    for each in fields.sections("paths"):
        yield _path(each)
    fields.done()


def _path(fields: Fields) -> EscalationPath:
    required = tuple(_required(fields))
    prerequisites = fields.texts("prerequisites")
    path = EscalationPath(
        id=fields.text("id"),
        name=fields.text("name", "+".join(each.action for each in required)),
        required=required,
        prerequisites=prerequisites,
        where=fields.where(),
    )
    for index, each in enumerate(prerequisites):
        if not is_known(each, PREREQUISITES):
            where = fields.document.where(f"{fields.path}.prerequisites[{index}]")
            raise InputError(f"unknown prerequisite {each!r}", where=where, remedy=did_you_mean(each, PREREQUISITES))
    fields.done()
    return path


def _required(fields: Fields) -> Iterator[Required]:
    entries = fields.sections("required")
    if not entries:
        raise InputError(f"{fields.path}.required is missing", where=fields.where(), remedy="name the permissions")
    for each in entries:
        required = Required(each.text("action"), each.text("resource"))
        if required.action.count(":") != 1 or "*" in required.action:
            raise each.wrong("action", "one action, such as iam:PassRole,")
        if not is_known(required.resource, RESOURCES):
            remedy = did_you_mean(required.resource, RESOURCES)
            raise InputError(f"unknown resource {required.resource!r}", where=each.where("resource"), remedy=remedy)
        each.done()
        yield required


def _refuse_twins(paths: Iterable[EscalationPath]) -> None:
    seen: dict[str, EscalationPath] = {}
    for each in paths:
        first = seen.setdefault(each.id, each)
        if first is not each:
            raise InputError(
                f"there are two paths {each.id}", where=each.where, remedy=f"rename one; the other is at {first.where}"
            )
