"""The JSON of `terraform show -json`, of a state or of a plan; `reader` calls it.

The format is Terraform's "JSON Output Format": minor versions only add, so that anything below major version 2 is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.terraform.instance import KNOWN_AFTER_APPLY, SENSITIVE, Instance, expect, overlay
from setpoint.model.canonical import Json

MAJOR_VERSIONS: Final = ("0", "1")
"""0.x was written up to Terraform 1.0; its values have the same form."""


def show_instances(document: Mapping[str, Json], where: str) -> Iterator[Instance]:
    """Every managed instance of the state, or as the plan would leave it."""
    check_format(document, where)
    # An empty state has no `values` at all.
    values = document.get("planned_values", document.get("values", {}))
    root = expect(values, dict, "'values'", where).get("root_module", {})
    yield from _module(root, _unknowns(document, where), where)


def check_format(document: Mapping[str, Json], where: str) -> None:
    """Raises `InputError` for a version that is not read, and for a plan that is not whole."""
    version = expect(document.get("format_version"), str, "'format_version'", where)
    if version.split(".")[0] not in MAJOR_VERSIONS:
        raise InputError(
            f"this output of terraform show has format version {version}; 0 and 1 are read",
            where=where,
            remedy="upgrade Setpoint",
        )
    if document.get("errored") is True:
        raise InputError(
            "planning ended in an error, so the plan is not whole", where=where, remedy="mend it and plan again"
        )


def _unknowns(document: Mapping[str, Json], where: str) -> Mapping[str, Json]:
    """Address → what is known only after the apply: an object of the attributes' form, with true at the leaves."""
    marks: dict[str, Json] = {}
    for each in expect(document.get("resource_changes", []), list, "'resource_changes'", where):
        change = expect(each, dict, "a resource change", where)
        # A change of a deposed object carries the address of the object that took its place.
        if "deposed" not in change:
            address = expect(change.get("address"), str, "'address' of a resource change", where)
            marks[address] = expect(change.get("change"), dict, "'change'", f"{where}: {address}").get("after_unknown")
    return marks


def _module(module: Json, unknowns: Mapping[str, Json], where: str) -> Iterator[Instance]:
    module = expect(module, dict, "a module", where)
    for each in expect(module.get("resources", []), list, "'resources'", where):
        resource = expect(each, dict, "a resource", where)
        mode = expect(resource.get("mode"), str, "'mode' of a resource", where)
        # A deposed object is the old one of a replacement under way.
        if mode == "managed" and "deposed_key" not in resource:
            yield _instance(resource, unknowns, where)
    for child in expect(module.get("child_modules", []), list, "'child_modules'", where):
        yield from _module(child, unknowns, where)


def _instance(resource: Mapping[str, Json], unknowns: Mapping[str, Json], where: str) -> Instance:
    address = expect(resource.get("address"), str, "'address' of a resource", where)
    where = f"{where}: {address}"
    attributes: Json = expect(resource.get("values"), dict, "'values'", where)
    attributes = overlay(attributes, resource.get("sensitive_values"), SENSITIVE)
    attributes = overlay(attributes, unknowns.get(address), KNOWN_AFTER_APPLY)
    return Instance(
        address=address,
        type=expect(resource.get("type"), str, "'type'", where),
        provider=expect(resource.get("provider_name", ""), str, "'provider_name'", where),
        attributes=expect(attributes, dict, "the attributes", where),
    )
