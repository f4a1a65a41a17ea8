"""What an event of CloudTrail named, and what it asked for: by these a change is matched with a difference later. Pure.

Values are not kept, only digests of them, and of what is called as secrets are no more than that it was set. A
difference says itself what the value is, and whoever set that left the same digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

import orjson

from setpoint.model.canonical import Json
from setpoint.observe.aws.recorded_event import short_of
from setpoint.observe.cloudtrail.records import Event

MOST_NAMES: Final = 40
MOST_PARAMETERS: Final = 200
"""Of one event: of who asks for more at once, the rest is matched by the call alone."""

LONGEST_NAME: Final = 512
LONGEST_PATH: Final = 256

DEEPEST: Final = 12
"""Levels that are looked into: a policy inside a bucket's replication has nine."""

_NAMING: Final = re.compile(
    r"(?:(?P<kind>\w*?)(?:Names?|Ids?|ID|Identifiers?|Arns?|ARN|Urls?|URL|IdList)|names?|ids?|identifier|arns?)"
)
"""Parameters that name something: `bucketName`, `groupId`, `dBInstanceIdentifier`, `resourceArn`."""

_BARE: Final = frozenset(
    {"bucket", "cluster", "function", "queue", "resource", "resources", "service", "stream", "table", "topic"}
)
"""Parameters that name something without saying so (the services' API references, ECS and EKS above all)."""

_SECRET: Final = re.compile(
    r"passw|secret|token|credential|privatekey|plaintext|userdata|environment|variables|authorization|passphrase",
    re.IGNORECASE,
)
"""Parameters whose values leave nothing at all, nor what is in them; CloudTrail itself leaves out most of them."""

NO_DIGEST: Final = ""
"""Of a parameter of which only the name is kept."""

_ARN: Final = re.compile(r"arn:[\w-]+:[\w-]*:[\w-]*:[\w-]*:(?P<kind>[\w-]+)[:/].+", re.DOTALL)


def names_in(event: Event) -> tuple[tuple[str, str], ...]:
    """(kind of thing, name), each once; the kind is empty where the parameter does not tell it."""
    parts = (event.get("resources"), event.get("requestParameters"), event.get("responseElements"))
    found = (each for part in parts for each in _names(part, "", 0))
    return tuple(islice(dict.fromkeys(found), MOST_NAMES))


def parameters_in(event: Event) -> tuple[tuple[str, str], ...]:
    """(path, digest of the value, if it is kept) of whatever was asked for, each once."""
    return tuple(islice(dict.fromkeys(_leaves(event.get("requestParameters"), "", 0)), MOST_PARAMETERS))


def digest_of(value: Json) -> str:
    """The same however the value is spelt: CloudTrail writes `true`, or `"true"`, where a template has True."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float) and value.is_integer():
        text = str(int(value))
    else:
        text = str(value).strip().casefold()
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def letters(text: str) -> str:
    """By which names are compared: `dBInstance`, `db-instance` and `DBInstance` are one."""
    return "".join(filter(str.isalnum, text)).casefold()


def _names(value: Any, key: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _names(member, name, depth + 1)
    elif isinstance(value, list):
        for member in value:
            yield from _names(member, key, depth + 1)
    elif isinstance(value, str) and 0 < len(value) <= LONGEST_NAME:
        yield from _named(value, key)


def _named(text: str, key: str) -> Iterator[tuple[str, str]]:
    arn = _ARN.fullmatch(text)
    if arn or text.startswith("arn:"):
        kind = letters(arn["kind"]) if arn else ""
        yield kind, text
        yield kind, short_of(text)
        return
    told = _NAMING.fullmatch(key)
    if told or key in _BARE:
        kind = letters((told["kind"] if told else key) or "")
        yield kind, text
        if short := short_of(text):
            yield kind, short


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST or len(path) > LONGEST_PATH:
        return
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _member(member, name, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, path, depth + 1)
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        yield from _document(value, path, depth)
    elif value not in (None, ""):
        yield path, digest_of(value)
        if isinstance(value, str) and letters(path).endswith(("attribute", "attributename")):
            yield value[:LONGEST_PATH], NO_DIGEST  # the property itself is named by a value


def _member(value: Any, name: str, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if not _SECRET.search(name):
        yield from _leaves(value, path, depth)
    elif len(path) <= LONGEST_PATH:
        yield path, NO_DIGEST


def _document(text: str, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Policies stand as text in a parameter."""
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        yield path, digest_of(text)
        return
    yield from _leaves(parsed, path, depth + 1)
