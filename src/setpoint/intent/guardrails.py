"""Reads policy files: one policy a file, `<theme>/<name>.yaml`, whose id is `<theme>/<name>`. Called by `wiring`.

They are looked for in folders, or came in a call of the API: what is read of them is the same.

What is checked here is the file: its fields, their types, its examples. What the policy means is checked where it is
compiled (`decide/policy`), which reads no files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.files import MAX_YAML_BYTES, parse_yaml, read_bytes
from setpoint.model.canonical import Json
from setpoint.model.policy import Effect, Example, Policy, PolicyFile, Severity, Stage, Subject

SUFFIXES: Final = frozenset({".yaml", ".yml"})

ANY_TYPE: Final = "*"
EXAMPLE_TYPE: Final = "AWS::S3::Bucket"
"""Of an example that names no type, where the policy speaks of all."""

_COMMON: Final = ("id", "title", "why", "remedy", "severity", "subject", "types", "effects", "references", "examples")
_KEYS: Final[Mapping[Subject, tuple[str, ...]]] = {
    Subject.RESOURCE: (*_COMMON, "reads", "holds"),
    Subject.DRIFT: (*_COMMON, "applies"),
}
_EXPRESSION: Final[Mapping[Subject, str]] = {Subject.RESOURCE: "holds", Subject.DRIFT: "applies"}
_EXAMPLES: Final[Mapping[Subject, Mapping[str, bool]]] = {
    Subject.RESOURCE: {"pass": False, "fail": True},
    Subject.DRIFT: {"applies": True, "does_not_apply": False},
}
"""The lists of examples, and whether the policy speaks in them."""
_DIFFERENCE: Final = ("kind", "path", "intended", "actual", "tags")


def load_guardrails(folders: Sequence[Path]) -> tuple[Policy, ...]:
    """Every policy in these folders, in order. Raises `InputError` with file:line for what a file says wrongly."""
    return parse_guardrails(find_policy_files(folders))


def find_policy_files(folders: Sequence[Path]) -> Iterator[PolicyFile]:
    """Those in these folders, in order; `InputError` where one has none, or cannot be read."""
    for folder in folders:
        for path in _paths(folder):
            yield PolicyFile(str(path), read_bytes(path, limit=MAX_YAML_BYTES))


def parse_guardrails(files: Iterable[PolicyFile]) -> tuple[Policy, ...]:
    """The policy of each file. Raises `InputError` with file:line for what one says wrongly."""
    policies: dict[str, Policy] = {}
    for file in files:
        policy = _parse(file)
        known = policies.setdefault(policy.id, policy)
        if known is not policy:
            raise InputError(
                f"there are two policies {policy.id}",
                where=policy.where,
                remedy=f"rename this one or the other, at {known.where}",
            )
    return tuple(policies.values())


def _paths(folder: Path) -> list[Path]:
    found: list[Path] = []
    for parent, names, files in os.walk(folder, onerror=_refuse_folder):
        # Hidden folders hold what tools keep for themselves: `.git`, the `..data` of a mounted ConfigMap.
        names[:] = [name for name in names if not name.startswith(".")]
        found += [Path(parent, name) for name in files if Path(name).suffix in SUFFIXES and not name.startswith(".")]
    if not found:
        raise InputError(
            "there is no policy in this folder", where=str(folder), remedy="put policies into <theme>/<name>.yaml"
        )
    return sorted(found)


def _refuse_folder(error: OSError) -> None:
    raise InputError(
        f"the folder of policies cannot be read ({error.strerror})",
        where=str(error.filename),
        remedy="check the path and its permissions",
    ) from error


def _parse(file: PolicyFile) -> Policy:
    fields = Fields(parse_yaml(file.content, file.name))
    subject = fields.choice("subject", Subject)
    # First, so that a misspelt key is not told as a missing one.
    _refuse_unknown(fields, _KEYS[subject])
    expression, types, reads = _EXPRESSION[subject], fields.texts("types", required=True), _reads(fields, subject)
    return Policy(
        id=_id(fields, PurePath(file.name)),
        title=fields.text("title"),
        why=fields.text("why"),
        remedy=fields.text("remedy"),
        severity=fields.choice("severity", Severity),
        subject=subject,
        types=types,
        reads=reads,
        expression=fields.text(expression),
        effects=read_effects(fields.section("effects")),
        references=fields.texts("references"),
        examples=tuple(_examples(fields.section("examples"), subject, types[0])),
        where=fields.where(),
        expression_where=fields.where(expression),
        reads_where=_places(fields, "types", types) | _places(fields, "reads", reads),
    )


def _refuse_unknown(fields: Fields, known: Sequence[str]) -> None:
    for key in known:
        fields.has(key)
    fields.done()


def _id(fields: Fields, path: PurePath) -> str:
    given, expected = fields.text("id"), f"{path.parent.name}/{path.stem}"
    if given != expected:
        raise InputError(
            f"the id {given!r} is not the file's place",
            where=fields.where("id"),
            remedy=f"call it {expected}, or move the file",
        )
    return given


def _reads(fields: Fields, subject: Subject) -> tuple[str, ...]:
    return fields.texts("reads", required=True) if subject is Subject.RESOURCE else ()


def _places(fields: Fields, key: str, entries: Sequence[str]) -> dict[str, str]:
    return {entry: fields.document.where(f"{key}[{index}]") for index, entry in enumerate(entries)}


def read_effects(fields: Fields) -> dict[Stage, Effect]:
    """What is to follow at which stage, of a policy or of an override."""
    stages = [str(stage) for stage in Stage]
    for name in fields.names():
        if name not in stages:
            raise InputError(f"there is no stage {name!r}", where=fields.where(name), remedy=did_you_mean(name, stages))
    return {Stage(name): fields.choice(name, Effect) for name in fields.names()}


def _examples(fields: Fields, subject: Subject, first_type: str) -> Iterator[Example]:
    lists = _EXAMPLES[subject]
    _refuse_unknown(fields, tuple(lists))
    default_type = EXAMPLE_TYPE if first_type == ANY_TYPE else first_type
    for name, speaks in lists.items():
        examples = fields.sections(name)
        if not examples:
            raise InputError(
                f"there is no example under {fields.path}.{name}",
                where=fields.where(),
                remedy="show at least one case each way, so that the policy can be tested",
            )
        for example in examples:
            yield _example(example, subject, speaks=speaks, default_type=default_type)


def _example(fields: Fields, subject: Subject, *, speaks: bool, default_type: str) -> Example:
    given = ("properties",) if subject is Subject.RESOURCE else _DIFFERENCE
    _refuse_unknown(fields, ("name", "type", *given))
    return Example(
        name=fields.text("name"),
        type=fields.text("type", default_type),
        given=_properties(fields) if subject is Subject.RESOURCE else _difference(fields),
        speaks=speaks,
        where=fields.where(),
    )


def _properties(fields: Fields) -> Mapping[str, Json]:
    properties = fields.raw("properties")
    if not isinstance(properties, Mapping):
        raise fields.wrong("properties", "a mapping of properties")
    return properties


def _difference(fields: Fields) -> Mapping[str, Json]:
    tags = fields.section("tags")
    return {
        "kind": fields.text("kind"),
        "path": fields.optional_text("path") or "",
        "intended": fields.raw("intended"),
        "actual": fields.raw("actual"),
        "tags": {key: tags.text(key) for key in tags.names()},
    }
