"""A SARIF log of one run: results, the rules that they break, and what could not be told. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from setpoint import __version__
from setpoint.model.attribution import Attribution, Untold
from setpoint.model.canonical import Json, Unknown
from setpoint.model.scan import CodePlace

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION: Final = "2.1.0"

FINGERPRINT: Final = "setpointIdentity/v1"
"""The key of the fingerprint (section 3.27.17): its version is raised when what it is made of changes."""

_FILE: Final = re.compile(r"(?P<file>[^:\s](?:[^:]|:(?!\d*: ))*?)(?::(?P<line>\d+))?: (?P<address>\S.*)")
"""As readers of declared state say where they found it: `template.yaml:12: Bucket`, `terraform.tfstate: a.b`."""

_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DRIVE: Final = re.compile(r"[A-Z]:/")
"""Of Windows, as places spell it."""

_LIVE: Final = "stack "
"""How the place of a deployed template begins, which is no file."""


class Level(StrEnum):
    """Section 3.27.10."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SarifRule:
    id: str
    title: str
    """One sentence."""
    help: str
    """What to do about it."""
    level: Level
    properties: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SarifResult:
    rule: SarifRule
    message: str
    entity: str
    path: str
    fingerprint: str
    """The same for the same problem, whenever it is found."""
    level: Level
    declared_at: str = ""
    is_open: bool = False
    """It could not be told: neither wrong nor right."""
    properties: Mapping[str, Json] = field(default_factory=dict)
    place: CodePlace | None = None
    """Of a problem in the source: in the place of an entity."""
    is_new: bool | None = None
    """Whether a base that was compared does not have it; None where none was."""
    waived_by: str = ""
    """Why it does not count; empty where it does."""
    web: Mapping[str, Json] = field(default_factory=dict)
    """`webRequest` and `webResponse` that show it (sections 3.27.31 and 3.27.32)."""


NOTHING_MORE: Final[Mapping[str, Json]] = {}


def sarif_log(
    results: Sequence[SarifResult], untold: Iterable[str] = (), properties: Mapping[str, Json] = NOTHING_MORE
) -> Json:
    """`untold` says what could not be read, a sentence each: then the run as a whole did not succeed.

    `properties` are of the run.
    """
    rules = {each.rule.id: each.rule for each in results}
    places = {identity: place for place, identity in enumerate(sorted(rules))}
    notes = [{"level": "error", "message": {"text": each}} for each in untold]
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Setpoint",
                        "semanticVersion": __version__,
                        "rules": [_rule(rules[identity]) for identity in places],
                    }
                },
                "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, places[each.rule.id]) for each in results],
                **({"properties": _plain(properties)} if properties else {}),
            }
        ],
    }


def made_by_properties(answer: Attribution | Untold | None) -> Mapping[str, Json]:
    """Who made a difference, without their address: more people read such a file than may read a trail."""
    if answer is None:
        return {}
    if isinstance(answer, Untold):
        return {"madeBy": {"untold": answer.reason}}
    change = answer.change
    return {
        "madeBy": {
            "principal": change.principal,
            "chain": answer.chain,
            "at": change.at.isoformat(),
            "means": answer.means,
            "tool": answer.tool,
            "event": change.event,
            "eventId": change.id,
            "ticket": answer.ticket,
            "confidence": answer.confidence,
        }
    }


def _rule(rule: SarifRule) -> Json:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.help},
        "defaultConfiguration": {"level": rule.level},
        **({"properties": _plain(rule.properties)} if rule.properties else {}),
    }


def _result(result: SarifResult, place: int) -> Json:
    return {
        "ruleId": result.rule.id,
        "ruleIndex": place,
        "kind": "open" if result.is_open else "fail",
        "level": Level.NONE if result.is_open else result.level,  # section 3.27.9: any other kind than *fail* has none
        "message": {"text": _unlinked(result.message)},
        "locations": [_location(result)],
        "partialFingerprints": {FINGERPRINT: result.fingerprint},
        "properties": _plain({"path": result.path, **result.properties}),
        **_compared(result.is_new),
        **_suppressed(result.waived_by),
        **result.web,
    }


def _compared(is_new: bool | None) -> Mapping[str, Json]:  # noqa: FBT001 - it has no other name than the field's
    """Section 3.27.24."""
    return {} if is_new is None else {"baselineState": "new" if is_new else "unchanged"}


def _suppressed(why: str) -> Mapping[str, Json]:
    """Section 3.35."""
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": why}]} if why else {}


def _unlinked(message: str) -> str:
    """Section 3.11.6: `[text](address)` would be a link, and messages hold text of others."""
    return message.replace("](", "\\](")


def _location(result: SarifResult) -> Json:
    return _in_source(result.place) if result.place is not None else _in_production(result)


def _in_source(place: CodePlace) -> Json:
    region = {"region": {"startLine": place.line, "endLine": max(place.line, place.end_line)}} if place.line else {}
    uri = _uri(place.file or ".")
    base = {} if _ABSOLUTE.match(uri) else {"uriBaseId": "%SRCROOT%"}  # section 3.4.4: of a reference alone
    location: dict[str, Json] = {"physicalLocation": {"artifactLocation": {"uri": uri, **base}, **region}}
    if place.function:
        location["logicalLocations"] = [{"fullyQualifiedName": place.function, "kind": "function"}]
    return location


def _in_production(result: SarifResult) -> Json:
    logical = {"fullyQualifiedName": f"{result.entity}#{result.path}" if result.path else result.entity}
    location: dict[str, Json] = {"logicalLocations": [{**logical, "kind": "resource"}]}
    declared = None if result.declared_at.startswith(_LIVE) else _FILE.fullmatch(result.declared_at)
    if declared is not None:
        physical: dict[str, Json] = {"artifactLocation": {"uri": _uri(declared["file"])}}
        if declared["line"]:
            physical["region"] = {"startLine": max(int(declared["line"]), 1)}
        location["physicalLocation"] = physical
    return location


def _uri(file: str) -> str:
    """Section 3.4.3: a URI, or a reference that is relative to where the run was started."""
    if "://" in file:
        return quote(file, safe="/:?=&%@+~!$,;")
    if _DRIVE.match(file):
        return f"file:///{quote(file, safe='/:')}"
    return f"file://{quote(file)}" if file.startswith("/") else quote(file)


def _plain(value: Json) -> Json:
    """As JSON alone: what is not known is spelt as everywhere."""
    if isinstance(value, Unknown):
        return {"unknown": value.reason}
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return sorted(value) if isinstance(value, set | frozenset) else value
