"""Terraform's state file, format version 4 (Terraform 0.12 and later, OpenTofu); `reader` calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from setpoint.errors import InputError
from setpoint.intent.terraform.instance import DAMAGED, Instance, expect, hide
from setpoint.model.canonical import Json

VERSION: Final = 4
"""The only state format since Terraform 0.12 ("State Snapshots", internal format version 4)."""


def state_instances(document: Mapping[str, Json], where: str) -> Iterator[Instance]:
    """Every managed instance of the state; `InputError` where the state cannot be used as it stands."""
    _check_version(document.get("version"), where)
    resources = expect(document.get("resources"), list, "'resources'", where)
    for index, each in enumerate(resources):
        place = f"{where}: resources[{index}]"
        resource = expect(each, dict, "the resource", place)
        if expect(resource.get("mode"), str, "'mode'", place) == "managed":
            yield from _instances(resource, place, where)


def _check_version(version: Json, where: str) -> None:
    if version == VERSION:
        return
    if isinstance(version, int) and version > VERSION:
        remedy = "upgrade Setpoint"
    else:
        remedy = "write it again with terraform state pull of Terraform 0.12 or later"
    raise InputError(
        f"this Terraform state has format version {version!r}; version {VERSION} is read", where=where, remedy=remedy
    )


def _instances(resource: Mapping[str, Json], place: str, where: str) -> Iterator[Instance]:
    type_name = expect(resource.get("type"), str, "'type'", place)
    name = expect(resource.get("name"), str, "'name'", place)
    module = expect(resource.get("module", ""), str, "'module'", place)
    provider = expect(resource.get("provider", ""), str, "'provider'", place)
    base = ".".join(part for part in (module, type_name, name) if part)
    for each in expect(resource.get("instances"), list, "'instances'", f"{where}: {base}"):
        instance = expect(each, dict, "an instance", f"{where}: {base}")
        # A deposed object is the old one of a replacement under way: it awaits its end, nobody declares it any more.
        if "deposed" not in instance:
            address = base + _suffix(instance.get("index_key"))
            yield Instance(address, type_name, provider, _attributes(instance, f"{where}: {address}"))


def _suffix(key: Json) -> str:
    """`[0]` for `count`, `["a"]` for `for_each`, nothing for a single instance."""
    return "" if key is None else f"[{orjson.dumps(key).decode()}]"


def _attributes(instance: Mapping[str, Json], where: str) -> Mapping[str, Json]:
    if "attributes_flat" in instance:
        raise InputError(
            "the attributes are still in the form of Terraform 0.11",
            where=where,
            remedy="bring the state up to date with terraform apply -refresh-only",
        )
    attributes: Json = expect(instance.get("attributes"), dict, "'attributes'", where)
    for path in expect(instance.get("sensitive_attributes") or [], list, "'sensitive_attributes'", where):
        attributes = hide(attributes, [_step(step, where) for step in expect(path, list, "a sensitive path", where)])
    return expect(attributes, dict, "'attributes'", where)


def _step(step: Json, where: str) -> str | int:
    """A step of a path: `{"type": "get_attr", "value": "a"}` or `{"type": "index", "value": {"value": 0, ...}}`."""
    value = expect(step, dict, "a step of a sensitive path", where).get("value")
    key = value.get("value") if isinstance(value, Mapping) else value
    if isinstance(key, str | int):
        return key
    raise InputError("a step of a sensitive path has no name and no index", where=where, remedy=DAMAGED)
