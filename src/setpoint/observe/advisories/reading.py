"""One advisory out of its JSON document, by the OSV schema (ossf.github.io/osv-schema). `files` and `sync` call it.

Members that later versions of the schema add are passed over, as it asks for; those that matter here are checked.
"""

from __future__ import annotations

import re
from typing import Final

from setpoint.errors import InputError
from setpoint.model.advisory import Advisory, Affected, EventKind, RangeEvent, RangeKind, VersionRange
from setpoint.model.canonical import Json
from setpoint.model.ecosystem import package_of
from setpoint.observe.advisories.members import LONGEST_TEXT, Members
from setpoint.observe.advisories.ratings import ratings_of
from setpoint.observe.advisories.symbols import symbols_of

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}", re.ASCII)
"""Ids become addresses, keys and lines of a terminal."""

_KINDS: Final = {str(kind): kind for kind in EventKind}


def read_advisory(document: Json, *, where: str, source: str = "") -> Advisory:
    """Raises `InputError`, which names the member at fault."""
    top = Members.of(document, "", where)
    modified = top.time("modified")
    if modified is None and top.value.get("id") is None:
        raise top.wrong("modified", "is missing, and so is id: this is no advisory in OSV's format")
    if modified is None:
        raise top.wrong("modified", "is missing")
    identity = top.text("id")
    if not ID.fullmatch(identity):
        raise top.wrong("id", f"is {identity[:100]!r}, which is no id")
    entries = list(top.objects("affected"))
    return Advisory(
        id=identity,
        aliases=tuple(sorted(_aliases(top) - {identity})),
        modified=modified,
        published=top.time("published"),
        withdrawn=top.time("withdrawn"),
        summary=_summary(top),
        affected=tuple(_affected(each) for each in entries if each.value.get("package") is not None),
        ratings=ratings_of(top, entries),
        references=_references(top),
        source=source,
    )


def _aliases(top: Members) -> set[str]:
    """What is no id joins nothing. Some end with the comma of the list that they were written from."""
    return {name for each in top.texts("aliases") if ID.fullmatch(name := each.strip(" ,;"))}


def _summary(top: Members) -> str:
    value = top.value.get("summary")
    if value is not None and not isinstance(value, str):
        raise top.wrong("summary", "is no text")
    return (value or "")[:LONGEST_TEXT]


def _affected(entry: Members) -> Affected:
    """Entries without a package, which name commits of a repository alone, are left out by the caller."""
    package = entry.object("package")
    ecosystem, name = package.text("ecosystem"), package.text("name")
    if not ecosystem or not name:
        raise entry.wrong("package", "has no ecosystem or no name")
    return Affected(
        package=package_of(ecosystem, name, package.text("purl", default="")),
        ecosystem=ecosystem,
        ranges=tuple(_range(each) for each in entry.objects("ranges")),
        versions=entry.texts("versions"),
        symbols=symbols_of(entry),
    )


def _range(given: Members) -> VersionRange:
    try:
        kind = RangeKind(given.text("type"))
    except ValueError as error:
        known = ", ".join(RangeKind)
        raise given.wrong("type", f"is {given.text('type')[:100]!r}; {known} are known") from error
    events = tuple(_event(each) for each in given.objects("events"))
    if not any(each.kind is EventKind.INTRODUCED for each in events):
        raise given.wrong("events", "introduce nothing")
    return VersionRange(kind, events)


def _event(given: Members) -> RangeEvent:
    kinds = [_KINDS[name] for name in given.value if name in _KINDS]
    if len(kinds) != 1:
        raise InputError(f"{given.path} is not one event, of {', '.join(_KINDS)}", where=given.where)
    version = given.text(kinds[0])
    if not version:
        raise given.wrong(kinds[0], "is empty")
    return RangeEvent(kinds[0], version)


def _references(top: Members) -> tuple[str, ...]:
    addresses = (each.text("url", default="") for each in top.objects("references"))
    return tuple(dict.fromkeys(each for each in addresses if each.startswith(("https://", "http://"))))
