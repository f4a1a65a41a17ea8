"""A plan's changes, and their attributes as they can be told before the apply. Called by `planned`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.iam.drafting import OF_ACCOUNT
from setpoint.intent.terraform.instance import KNOWN_AFTER_APPLY, SENSITIVE, expect, overlay
from setpoint.model.canonical import Json, Unknown

NOTHING_CHANGES: Final = frozenset({"no-op", "read"})

Attributes = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class PlannedChange:
    address: str
    type: str
    before: Attributes | None
    """None where it is created."""
    after: Attributes | None
    """None where it is deleted."""


class NotKnownYetError(Exception):
    """An attribute without which the change cannot be made."""


def changes_of(document: Attributes, where: str) -> Iterator[PlannedChange]:
    for each in expect(document["resource_changes"], list, "'resource_changes'", where):
        entry = expect(each, dict, "a resource change", where)
        address = expect(entry.get("address"), str, "'address' of a resource change", where)
        change = expect(entry.get("change"), dict, "'change'", f"{where}: {address}")
        told = expect(change.get("actions"), list, "'actions'", f"{where}: {address}")
        actions = [expect(one, str, "an action", f"{where}: {address}") for one in told]
        if entry.get("mode") != "managed" or "deposed" in entry or NOTHING_CHANGES.issuperset(actions):
            continue
        yield PlannedChange(
            address,
            expect(entry.get("type"), str, "'type'", f"{where}: {address}"),
            _marked(change, "before", ()),
            _marked(change, "after", (("after_unknown", KNOWN_AFTER_APPLY),)),
        )


def _marked(change: Attributes, side: str, marks: Sequence[tuple[str, Unknown]]) -> Attributes | None:
    values = change.get(side)
    if not isinstance(values, Mapping):
        return None
    marked: Json = overlay(values, change.get(f"{side}_sensitive"), SENSITIVE)
    for name, mark in marks:
        marked = overlay(marked, change.get(name), mark)
    found: Attributes = marked
    return found


class References:
    """What an attribute that is known after the apply will be, where the configuration says of which resource it is."""

    def __init__(self, document: Attributes, changes: Sequence[PlannedChange]) -> None:
        self._after = {each.address: each for each in changes}
        self._expressions: dict[str, Attributes] = {}
        configuration = document.get("configuration")
        root = configuration.get("root_module") if isinstance(configuration, Mapping) else None
        self._read(root, "")

    def resource(self, address: str, attribute: str) -> PlannedChange | None:
        """The one resource that the attribute is made of."""
        # All instances of a resource share its expressions; which of another's they mean is not told.
        expression = self._expressions.get(address.partition("[")[0], {}).get(attribute)
        told = expression.get("references") if isinstance(expression, Mapping) else None
        names = told if isinstance(told, list) else ()
        module = address.rpartition("aws_")[0]
        found = {f"{module}{each}" for each in names if isinstance(each, str)} & self._after.keys()
        return self._after[found.pop()] if len(found) == 1 else None

    def _read(self, module: Json, prefix: str) -> None:
        if not isinstance(module, Mapping):
            return
        resources, calls = module.get("resources"), module.get("module_calls")
        for each in resources if isinstance(resources, list) else ():
            if isinstance(each, Mapping) and isinstance(each.get("expressions"), Mapping):
                self._expressions[f"{prefix}{each.get('address')}"] = each["expressions"]
        for name, call in calls.items() if isinstance(calls, Mapping) else ():
            if isinstance(call, Mapping):
                self._read(call.get("module"), f"{prefix}module.{name}.")


@dataclass(frozen=True, slots=True)
class Side:
    """The attributes of a resource on one side of its change."""

    change: PlannedChange
    attributes: Attributes
    references: References = field(repr=False)
    where: str

    def text(self, name: str, *, default: str | None = None) -> str:
        value = self.attributes.get(name)
        if isinstance(value, Unknown):
            value = self._followed(name, value)
        if value is None or value == "":
            if default is not None:
                return default
            raise InputError(f"{name} is missing", where=self.where, remedy="write the plan again with: terraform plan")
        return expect(value, str, name, self.where)

    def texts(self, name: str) -> list[str]:
        value = self.attributes.get(name)
        if isinstance(value, Unknown) or (isinstance(value, list) and any(isinstance(x, Unknown) for x in value)):
            raise NotKnownYetError(f"{name} of {self.change.address} is known only after the apply")
        return [expect(each, str, name, self.where) for each in expect(value or [], list, name, self.where)]

    def tags(self) -> dict[str, str]:
        told = self.attributes.get("tags_all") or self.attributes.get("tags") or {}
        if not isinstance(told, Mapping):
            return {}
        return {str(key): str(value) for key, value in told.items() if not isinstance(value, Unknown)}

    def blocks(self, name: str) -> list[Side]:
        value = self.attributes.get(name)
        if isinstance(value, Unknown):
            raise NotKnownYetError(f"{name} of {self.change.address} is known only after the apply")
        return [
            Side(self.change, each, self.references, f"{self.where}.{name}[{index}]")
            for index, each in enumerate(expect(value or [], list, name, self.where))
            if isinstance(each, Mapping) and each.get("name")
        ]

    def before(self) -> Side | None:
        """Of one that is changed in place."""
        before = self.change.before
        return None if before is None else replace(self, attributes=before)

    def place(self) -> tuple[str, str]:
        """Name and path."""
        return self.text("name"), self.text("path", default="/")

    def _followed(self, name: str, value: Unknown) -> str:
        other = self.references.resource(self.change.address, name)
        if other is not None and other.after is not None:
            found = other.after.get("name")
            if isinstance(found, str) and other.type == "aws_iam_policy":
                path = other.after.get("path")
                return f"{OF_ACCOUNT}{path if isinstance(path, str) else '/'}{found}"
            if isinstance(found, str) and name in ("role", "user", "group"):
                return found
        raise NotKnownYetError(f"{name} of {self.change.address} is not known: {value.reason}")
