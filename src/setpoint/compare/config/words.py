"""What the name of a property tells, of any type: whether it protects, identifies, or says when, where, which version.

AWS names properties alike across its services, so that these words hold for types that nobody has looked up. They only
ever decide what is *not* folded away, or fold what no configuration could choose.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

PROTECTIVE: Final = (
    "access", "alarm", "anonymous", "audit", "auth", "backup", "block", "certificate", "cipher", "compliance",
    "deny", "detect", "encrypt", "enforce", "expir", "fips", "firewall", "guard", "hsm", "iam", "insight", "inspect",
    "integrity", "isolat", "kms", "lock", "mfa", "monitor", "password", "permission", "polic", "privat", "protect",
    "public", "quarantine", "recover", "redact", "require", "restrict", "retain", "retention", "rotat", "sandbox",
    "scan", "secret", "secur", "sensitive", "sign", "snapshot", "sse", "ssl", "tls", "token", "trac", "trust",
    "validat", "verif", "vpn", "waf",
)  # fmt: skip
"""How words begin that speak of a protection, of evidence, or of who may reach what (AWS Well-Architected Framework,
Security Pillar: its areas of identity, detection, infrastructure, data and incident response)."""

_WHOLE: Final = frozenset({"log", "logs", "logging", "https", "key", "keys", "ttl"})
"""Such words that others begin with too (a login, a catalogue's logo, a keyspace)."""

REFERENCES: Final = (
    "Arn", "Arns", "ARN", "ARNs", "Id", "Ids", "ID", "IDs", "Name", "Names", "Identifier", "Identifiers", "Alias",
    "Bucket", "Certificate", "Cluster", "Destination", "Function", "Key", "Policies", "Policy", "Queue", "Resource",
    "Role", "Roles", "Source", "Stream", "Target", "Topic", "Topics",
)  # fmt: skip
"""Endings of the names of properties that identify something, which AWS spells as an ARN or as the last part of it."""

ONE_OF_A_FEW: Final = ("Type", "Engine", "Protocol", "Mode", "Status", "State", "Scheme", "Method")
"""Endings of the names of properties that take one of a few words, in whatever case."""

EXACT: Final = frozenset({"Comment", "Description", "Value", "Values", "Variables"})
"""Properties that hold text for people, or for programs of one's own: their case means something."""

TAGS: Final = re.compile(r"Tags(\[\*\])")

IN_ORDER: Final = frozenset(
    {
        "Args", "Arguments", "CacheBehaviors", "Command", "Commands", "EntryPoint", "IdentitySources",
        "PlacementStrategies", "PlacementStrategy", "PreTokens", "Processors", "ResponseOverrides", "RoutingRules",
        "Stages", "Steps", "TextTransformations", "TransformerConfig", "Uris",
    }
)  # fmt: skip
"""Lists whose order means something, by their names: command lines, what is done or tried one after the other
(CloudFormation Template Reference, each property's page). Elements that state a priority need no order."""

_OTHERS: Final = re.compile(r"(Role|Principal|Kms|KMS|Key|SecurityGroup|Policy|Policies|Subnet|Account|User|Owner)")
"""Names of what decides who may reach an entity: never taken to follow from anything."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_NAMES: Final = re.compile(r"(Name|Names|Id|ID|Identifier|Token|Title|Reference)$")
_REFERENCES: Final = re.compile(r"(Name|Id|ID|Identifier|Arn|ARN|Title|Reference|Namespace)s?$")
_MOMENTS: Final = re.compile(r"(Time|Timestamp|Date|DateTime|CreatedAt|ModifiedAt|UpdatedAt|CreatedOn|ModifiedOn)$")
_MADE_BY_MACHINE: Final = re.compile(r"(CodeSha256|ClientToken|ClientRequestToken)$")
_PLACES: Final = re.compile(r"AvailabilityZones?(Ids?|Names?)?$")
_WINDOWS: Final = re.compile(r"(Window|MaintenanceStartTime|BackupStartTime|MaintenanceTime)$")
_SECURITY_GROUPS: Final = re.compile(r"(SecurityGroup(s|Ids)|^GroupSet)$")
_GROUPS: Final = re.compile(r"(ParameterGroup|OptionGroup|SubnetGroup)(Name)?$")

_WINDOW: Final = re.compile(r"(?:[a-z]{3}:|[1-7]:)?\d{1,2}:\d{2}(?:-(?:[a-z]{3}:)?\d{1,2}:\d{2})?", re.IGNORECASE)
_VERSION: Final = re.compile(r"v?\d+(?:[._-]\w+)*|\$?LATEST|latest", re.IGNORECASE)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_EARLIEST: Final = 1_000_000_000
"""Seconds: 2001, before which there was no AWS."""


def last_name(path: str) -> str:
    """The last property's name: `Rules` of `A.Rules[0]`."""
    if path.endswith("]"):
        path = path[: path.rindex("[")] if "[" in path else path
    return path.rpartition(".")[2]


@lru_cache(maxsize=65_536)
def protects(path: str) -> bool:
    """Whether the names along the path speak of a protection, so that *off* has to be told."""
    words = {word.lower() for word in _WORD.findall(path)}
    return not words.isdisjoint(_WHOLE) or any(word.startswith(PROTECTIVE) for word in words)


def grants(name: str) -> bool:
    """Whether the property decides who may reach an entity, or whom it acts as."""
    return _OTHERS.search(name) is not None


def names_something(name: str) -> bool:
    return _NAMES.search(name) is not None


def refers(name: str) -> bool:
    """Whether the property names another thing, or this one."""
    return _REFERENCES.search(name) is not None


def is_moment(name: str, value: object) -> bool:
    if _MOMENTS.search(name) is None or isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return value > _EARLIEST
    return isinstance(value, str) and _MOMENT.fullmatch(value) is not None


def is_made_by_machine(name: str) -> bool:
    return _MADE_BY_MACHINE.search(name) is not None


def is_place(name: str, value: object, region: str) -> bool:
    """Availability zones of the region, by name or by id."""
    zones = value if isinstance(value, list) else [value]
    named = _PLACES.search(name) is not None and bool(zones)
    return named and all(isinstance(zone, str) and (zone.startswith(region) or "-az" in zone) for zone in zones)


def is_window(name: str, value: object) -> bool:
    return _WINDOWS.search(name) is not None and isinstance(value, str) and _WINDOW.fullmatch(value) is not None


def is_version(name: str, value: object) -> bool:
    return name.endswith("Version") and isinstance(value, str) and _VERSION.fullmatch(value) is not None


def names_security_groups(name: str) -> bool:
    return _SECURITY_GROUPS.search(name) is not None


def is_default_group(name: str, value: object) -> bool:
    named = _GROUPS.search(name) is not None and isinstance(value, str)
    return named and (value == "default" or str(value).startswith(("default.", "default:")))
