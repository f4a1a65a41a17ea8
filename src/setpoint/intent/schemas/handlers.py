"""What Cloud Control can do with a type, out of its CloudFormation resource schema. Called by the catalogue.

Some listings have to be told whose entities they are to list (a stage's API). Which type those parents are of, the
schemas do not say; mostly it follows from the names of properties, and `listings.yaml` has what does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from setpoint.files import load_yaml
from setpoint.intent.schemas.extract import COMBINATIONS, Definition
from setpoint.model.canonical import Json
from setpoint.model.handlers import Given, Handlers, Parent, Verb

_ACTION: Final = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*]+")

_VAGUE: Final = frozenset({"Arn", "Id", "Name", "ResourceArn", "Type"})
"""Names that a property of any type may have, so that nothing follows from them."""


def handlers_of(document: Definition, write_only: frozenset[str]) -> Handlers:
    """Without its parent, which other documents tell."""
    declared = document.get("handlers") or {}
    return Handlers(
        type=document["typeName"],
        permissions={verb: _actions(declared[verb]) for verb in Verb if verb in declared},
        identifier=_names(document.get("primaryIdentifier")),
        needs=_needs(declared.get(Verb.LIST, {}).get("handlerSchema") or {}),
        write_only=write_only,
    )


def assigned_identifier(document: Definition) -> frozenset[str]:
    """The properties of the primary identifier where AWS itself assigns all of them, and the type can be listed."""
    identifier = frozenset(_names(document.get("primaryIdentifier")))
    listed = Verb.LIST in (document.get("handlers") or {})
    return identifier if listed and identifier <= frozenset(_names(document.get("readOnlyProperties"))) else frozenset()


@dataclass(frozen=True, slots=True)
class Documented:
    """An entry of `listings.yaml`."""

    parent: str
    named: Mapping[str, str]
    """Property that the listing needs → the parent's property that is part of its identifier."""
    given: tuple[Given, ...]


class Listings:
    """How the types that need to be told something are listed."""

    def __init__(self, documented: Mapping[str, Documented]) -> None:
        self.documented = documented

    @classmethod
    def shipped(cls) -> Listings:
        document = load_yaml(Path(__file__).parent / "listings.yaml")
        return cls({entry["type"]: _documented(entry) for entry in document.value["listings"]})

    def completed(
        self,
        handlers: Handlers,
        assigned: Callable[[frozenset[str]], Iterable[str]],
        find: Callable[[str], Handlers | None],
    ) -> Handlers:
        """`assigned` names the other types of the same service to which AWS assigns these as their identifier."""
        if not handlers.needs:
            return handlers
        known = self.documented.get(handlers.type)
        if known is not None and known.given:
            return replace(handlers, given=known.given)
        if known is not None:
            return replace(handlers, parent=_parent(find(known.parent), known.named))
        if _VAGUE.intersection(handlers.needs):
            return handlers
        candidates = [find(name) for name in assigned(frozenset(handlers.needs))]
        if len(candidates) != 1:
            return handlers
        return replace(handlers, parent=_parent(candidates[0], {name: name for name in handlers.needs}))


def _parent(parent: Handlers | None, named: Mapping[str, str]) -> Parent | None:
    if parent is None or not set(named.values()) <= set(parent.identifier):
        return None
    return Parent(parent.type, {name: parent.identifier.index(theirs) for name, theirs in named.items()})


def _documented(entry: Mapping[str, Json]) -> Documented:
    values: Mapping[str, str | None] = entry.get("values") or {}
    given = tuple(Given({entry["property"]: value}, region or "") for value, region in values.items())
    return Documented(entry.get("parent", ""), entry.get("named") or {}, given)


def _needs(schema: Definition) -> tuple[str, ...]:
    """The properties that have to be given, of the first alternative where there are several."""
    branches = (branch for combination in COMBINATIONS for branch in schema.get(combination, ()))
    required = (each.get("required") for each in (schema, *branches))
    return tuple(next(filter(None, required), ()))


def _names(pointers: Json) -> tuple[str, ...]:
    return tuple(pointer.removeprefix("/properties/") for pointer in pointers or ())


def _actions(handler: Definition) -> tuple[str, ...]:
    """The IAM actions by their names in a policy; some schemas spell services otherwise, or name what is no action."""
    return tuple(dict.fromkeys(_spelled(handler.get("permissions") or ())))


def _spelled(actions: Iterable[str]) -> Iterator[str]:
    for action in actions:
        service, _, name = action.partition(":")
        spelled = f"{service.lower()}:{name}"
        if _ACTION.fullmatch(spelled):
            yield spelled
