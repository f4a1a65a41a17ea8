"""What the name of a property tells, of any type: whether it protects, identifies, or says when, where, which version.

AWS names properties alike across its services, so that these words hold for types that nobody has looked up. They only
ever decide what is *not* folded away, or fold what no configuration could choose.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

PROTECTIVE: Final = (
    "access", "alarm", "audit", "auth", "backup", "block", "certificate", "cipher", "compliance", "deny", "detect",
    "encrypt", "enforce", "expir", "fips", "firewall", "guard", "hsm", "iam", "ignore", "insight", "inspect",
    "integrity", "isolat", "kms", "lock", "mfa", "monitor", "password", "permission", "polic", "privat", "protect",
    "quarantine", "recover", "redact", "requir", "restrict", "retain", "retention", "rotat", "sandbox", "scan",
    "secret", "secur", "sensitive", "signat", "signed", "signing", "snapshot", "sse", "ssl", "tls", "token", "trace",
    "tracing", "trail", "trust", "validat", "verif", "vpn", "waf",
)  # fmt: skip
"""How words begin that speak of a protection, of evidence, or of who may reach what (AWS Well-Architected Framework,
Security Pillar: its areas of identity, detection, infrastructure, data and incident response)."""

_WHOLE: Final = frozenset({"log", "logs", "logging", "https", "key", "keys", "sign", "ttl"})
"""Such words that others begin with too (a login, a catalogue's logo, a keyspace, a significance)."""

_NOT_PROTECTIVE: Final = re.compile(
    r"(Scaling|Retry|Restart|Update|Deployment|Backoff|Placement|Cache|Request|Headers|Metric|Routing|Tiering|Capacity)"
    r"Polic(y|ies)|Block(Device|Size|Duration)|CidrBlock|PrivateIp|AlarmTags|(Instance|Resource)Requirements|TargetTracking"
    r"|PubliclyAccessible|InternetAccess|(AccessControl)?Allow(?!\w*Only)[A-Z]\w*"
)
"""Names that hold such a word and are about how something runs, or of which *off* is what protects (what allows only
some is not among them)."""

IN_ORDER: Final = frozenset(
    {
        "Args", "Arguments", "CacheBehaviors", "Command", "Commands", "EntryPoint", "IdentitySources",
        "PlacementStrategies", "PlacementStrategy", "PreTokens", "Processors", "ResponseOverrides", "RoutingRules",
        "Stages", "Steps", "TextTransformations", "TransformerConfig", "Uris",
    }
)  # fmt: skip
"""Lists whose order means something, by their names: command lines, what is done or tried one after the other
(CloudFormation Template Reference, each property's page). Elements that state a priority need no order."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_ROLES: Final = {
    role: re.compile(pattern)
    for role, pattern in {
        "name": r"(Name|Names|Id|ID|Identifier|Token|Title|Reference)$",
        "reference": r"(Name|Id|ID|Identifier|Arn|ARN|Title|Reference|Namespace|Dimension)s?$",
        "other": r"Role|Principal|Kms|KMS|Key|SecurityGroup|Policy|Policies|Subnet|Account|User|Owner",
        "moment": r"(Time|Timestamp|Date|[a-z]At|[a-z]On|Created|Updated|Modified)$",
        "machine": r"(CodeSha256|ClientToken|ClientRequestToken|CallerReference|E[tT]ag|Checksum|LockToken|UpdateToken"
        r"|RevisionId|(Created|Modified|Updated)By)$",
        "version": r"(Version|VersionNumber|VersionId|Revision)$",
        "state": r"(State|Status)$",
        "place": r"Zones?(Ids?|Names?)?$",
        "window": r"(Window|MaintenanceStart(Time|Hour)|BackupStartTime|SnapshotTimeOfDay|MaintenanceTime)$",
        "security groups": r"(SecurityGroup(s|Ids)|^GroupSet)$",
        "group": r"(ParameterGroup|OptionGroup|SubnetGroup)(Name)?$",
        "account": r"(Account|AccountId|AccountID|Owner|OwnerId|CatalogId|RegistryId)$",
        "region": r"Regions?$",
        "time zone": r"Time[zZ]one$",
    }.items()
}
"""What a property's name tells that it holds; *other* is what decides who may reach an entity, and never follows from
anything."""

_OWN_STATE: Final = re.compile(r"(Desired)?(State|Status)|(Is)?Enabled?")
_DONE: Final = frozenset(
    {
        "active", "available", "complete", "completed", "created", "deployed", "in_service", "inservice", "issued",
        "ready", "running", "succeeded",
    }
)  # fmt: skip
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
    words = {word.lower() for word in _WORD.findall(_NOT_PROTECTIVE.sub("", path))}
    return not words.isdisjoint(_WHOLE) or any(word.startswith(PROTECTIVE) for word in words)


@lru_cache(maxsize=16_384)
def _roles(name: str) -> frozenset[str]:
    return frozenset(role for role, pattern in _ROLES.items() if pattern.search(name))


def grants(name: str) -> bool:
    """Whether the property decides who may reach an entity, or whom it acts as."""
    return "other" in _roles(name)


def names_something(name: str) -> bool:
    return "name" in _roles(name)


def refers(name: str) -> bool:
    """Whether the property names another thing, or this one."""
    return "reference" in _roles(name)


def is_moment(name: str, value: object) -> bool:
    if "moment" not in _roles(name) or isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return value > _EARLIEST
    return isinstance(value, str) and _MOMENT.fullmatch(value) is not None


def is_made_by_machine(name: str) -> bool:
    return "machine" in _roles(name)


def is_place(name: str, value: object, region: str) -> bool:
    """Availability zones of the region, by name or by id."""
    zones = value if isinstance(value, list) else [value]
    named = "place" in _roles(name) and bool(zones)
    return named and all(isinstance(zone, str) and (zone.startswith(region) or "-az" in zone) for zone in zones)


def is_window(name: str, value: object) -> bool:
    return "window" in _roles(name) and isinstance(value, str) and _WINDOW.fullmatch(value) is not None


def is_version(name: str, value: object) -> bool:
    """A number of one, however it is written."""
    written = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return "version" in _roles(name) and _VERSION.fullmatch(written) is not None


def is_course_of_life(name: str, value: object) -> bool:
    """How far AWS has come with making it: what nobody configures."""
    return "state" in _roles(name) and str(value).lower() in _DONE


def is_own_state(path: str) -> bool:
    """Whether the property says of the entity as a whole that it works."""
    return _OWN_STATE.fullmatch(path) is not None


def names_account(name: str) -> bool:
    return "account" in _roles(name)


def names_region(name: str) -> bool:
    return "region" in _roles(name)


def names_kms_key(name: str) -> bool:
    return "kms" in name.lower()


def is_utc(name: str, value: object) -> bool:
    return "time zone" in _roles(name) and value in ("UTC", "Etc/UTC")


def names_security_groups(name: str) -> bool:
    return "security groups" in _roles(name)


def names_subnets(path: str) -> bool:
    """Whether the property says in which subnets the entity itself is."""
    return path in ("Subnets", "SubnetIds", "VpcSubnetIds")


def is_default_group(name: str, value: object) -> bool:
    named = "group" in _roles(name) and isinstance(value, str)
    return named and (value == "default" or str(value).startswith(("default.", "default:")))
