"""What Cloud Control can do with a type, out of its CloudFormation resource schema. Called by the catalogue.

Some listings have to be told whose entities they are to list (a stage's API). Which type those parents are of, the
schemas do not say; mostly it follows from the names of properties (`parents`), and `listings.yaml` has what does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from setpoint.files import load_yaml
from setpoint.intent.schemas.extract import COMBINATIONS, Definition
from setpoint.intent.schemas.parents import Member, parent_by_name
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


def member_of(document: Definition) -> Member:
    """What decides whether the type is a parent of others."""
    identifier = _names(document.get("primaryIdentifier"))
    assigned = frozenset(_names(document.get("readOnlyProperties")))
    told = assigned.union(identifier, document.get("required") or ())
    told -= frozenset(_names(document.get("writeOnlyProperties")))
    can_be_read = {Verb.LIST, Verb.READ} <= (document.get("handlers") or {}).keys()
    return Member(identifier, assigned, told if can_be_read else frozenset())


def given_by(document: Definition, needs: Sequence[str]) -> tuple[Given, ...]:
    """What a listing can be given that needs one property, of which the schema lists the values."""
    if len(needs) != 1:
        return ()
    definition = (document.get("properties") or {}).get(needs[0]) or {}
    reference = definition.get("$ref", "").removeprefix("#/definitions/")
    definition = (document.get("definitions") or {}).get(reference, definition)
    return tuple(Given({needs[0]: value}) for value in definition.get("enum", ()))


@dataclass(frozen=True, slots=True)
class Documented:
    """An entry of `listings.yaml`."""

    parent: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    """Property that the listing needs → the parent's property that has it."""
    given: tuple[Given, ...] = ()
    only_declared: str = ""
    """Why neither is there."""


class Listings:
    """How the types that need to be told something are listed."""

    def __init__(self, documented: Mapping[str, Documented]) -> None:
        self.documented = documented

    @classmethod
    def shipped(cls) -> Listings:
        document = load_yaml(Path(__file__).parent / "listings.yaml").value
        kept = {
            name: Documented(only_declared=entry["because"])
            for entry in document["declared_only"]
            for name in entry["types"]
        }
        return cls({**kept, **{entry["type"]: _documented(entry) for entry in document["listings"]}})

    def completed(
        self,
        handlers: Handlers,
        given: tuple[Given, ...],
        members: Callable[[], Mapping[str, Member]],
        find: Callable[[str], Handlers | None],
    ) -> Handlers:
        """`given` is what the schema itself says; `members` are the other types of the same service."""
        if not handlers.needs:
            return handlers
        known = self.documented.get(handlers.type)
        if known is not None:
            parent = _parent(find(known.parent), known.named)
            return replace(handlers, given=known.given, parent=parent, only_declared=known.only_declared)
        if given:
            return replace(handlers, given=given)
        found = _found(handlers, members())
        return replace(handlers, parent=_parent(find(found[0]), found[1])) if found else handlers


def _found(handlers: Handlers, members: Mapping[str, Member]) -> tuple[str, Mapping[str, str]] | None:
    needs = handlers.needs
    if not _VAGUE.intersection(needs):
        assigned = (
            name
            for name, each in members.items()
            if name != handlers.type and set(each.identifier) == set(needs) <= each.assigned & each.told
        )
        only, *others = (*assigned, "")
        if only and others == [""]:
            return only, {name: name for name in needs}
    # What goes by the id of something else is not there for each of them.
    return None if set(handlers.identifier) == set(needs) else parent_by_name(handlers.type, needs, members)


def _parent(parent: Handlers | None, named: Mapping[str, str]) -> Parent | None:
    if parent is None or not named:
        return None
    parts = {name: parent.identifier.index(theirs) for name, theirs in named.items() if theirs in parent.identifier}
    return Parent(parent.type, parts, {name: theirs for name, theirs in named.items() if name not in parts})


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
