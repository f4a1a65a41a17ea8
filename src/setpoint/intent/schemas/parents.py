"""Which type's entities those of another type are listed below, as far as the names of properties tell. Pure.

Called by `handlers`. AWS names a property that holds the id of another entity after that entity's type: a `FarmId` is
the id of a `Farm`, an `InstanceArn` the ARN of an `Instance`. What is not certain gives no parent: a listing below the
wrong entities would look whole without being so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_ANY_KIND: Final = "Identifier"
"""The ending that stands for an id, a name or an ARN alike."""

_ENDINGS: Final = ("Arn", "Id", "Name", _ANY_KIND, "")

_LINKS: Final = ("Association", "Attachment", "Permission", "Policy")
"""How the names of types end that tie others together, and own nothing."""


@dataclass(frozen=True, slots=True)
class Member:
    """What the schema of one type of a service says that matters here."""

    identifier: tuple[str, ...]
    assigned: frozenset[str]
    """Properties that AWS sets."""
    told: frozenset[str]
    """Properties that reading an entity certainly tells: those of its identifier, assigned ones and required ones. None
    where the type cannot be listed and read."""


def parent_by_name(
    child: str, needs: Sequence[str], members: Mapping[str, Member]
) -> tuple[str, Mapping[str, str]] | None:
    """The type, and which of its properties has the value of each need; None where not exactly one type is meant.

    `members` are all types of the child's service.
    """
    found = dict(_candidates(child, needs, members))
    return next(iter(found.items())) if len(found) == 1 else None


def _candidates(
    child: str, needs: Sequence[str], members: Mapping[str, Member]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, member in members.items():
        own = [need for need in needs if _ending(name, need) is not None]
        if name == child or not own or name.endswith(_LINKS) or _is_assigned_elsewhere(own, {name, child}, members):
            continue
        told = {need: _told_as(name, member, need) for need in needs}
        if all(told.values()):
            yield name, told


def _is_assigned_elsewhere(needs: Sequence[str], but: set[str], members: Mapping[str, Member]) -> bool:
    """Whether other types have such ids as well: then the entities of one are not all that there are."""
    return any(not each.assigned.isdisjoint(needs) for name, each in members.items() if name not in but)


def _ending(type_name: str, need: str) -> str | None:
    """What is left of `FarmId` behind `Farm`; None where it is not the type's."""
    short = type_name.rpartition("::")[2]
    return next((each for each in _ENDINGS if need.lower() == f"{short}{each}".lower()), None)


def _told_as(type_name: str, member: Member, need: str) -> str:
    """The member's property that holds what the need asks for; empty where none certainly does."""
    names = [need, *_other_names(type_name, member, need)]
    spelled = {each.lower(): each for each in member.told}
    known = [spelled[name.lower()] for name in names if name.lower() in spelled]
    # What is part of the identifier need not be read.
    return min(known, key=lambda each: each not in member.identifier, default="")


def _other_names(type_name: str, member: Member, need: str) -> Iterator[str]:
    ending = _ending(type_name, need)
    if ending == _ANY_KIND:
        yield from member.identifier if len(member.identifier) == 1 else ()
    elif ending is not None:
        yield ending or "Name"
    elif need.endswith(_ANY_KIND):
        stem = need.removesuffix(_ANY_KIND)
        yield from (f"{stem}Id", f"{stem}Arn")
