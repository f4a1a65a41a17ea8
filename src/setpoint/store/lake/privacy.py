"""What must not be kept is taken out of an event before anything is written: hashed, shortened or dropped. Pure.

`wiring` makes a `Pseudonymiser` from the settings; ingest hands every event through it, on its way to the journal.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, Final, assert_never

import orjson

from setpoint.model.canonical import Json, canonical_bytes
from setpoint.model.event import Event
from setpoint.model.globs import matches
from setpoint.model.paths import ANY, split

KEPT_ATTRIBUTES: Final = frozenset({"id", "service", "source", "specversion", "time", "type"})
"""What names an event, and what Setpoint itself goes by: no rule may touch it."""

PREFIX: Final = "pseudonym:"

_NAME: Final = 32
_SEAL: Final = 16
"""Hexadecimal digits: 128 bits that tell values apart, 64 that nobody without the key can guess."""

_PSEUDONYM: Final = re.compile(rf"{PREFIX}([0-9a-f]{{{_NAME}}})([0-9a-f]{{{_SEAL}}})")

IPV4_BITS: Final = 24
IPV6_BITS: Final = 48
"""What is left of an address: in general the network of an organisation, no longer one machine's."""

_GONE: Final = object()

_Container = Any
"""A JSON object or a list of the document, changed in place."""


class Action(StrEnum):
    HASH = "hash"
    """A pseudonym in its place: the same value has the same one, as long as the key is the same."""
    DROP = "drop"
    TRUNCATE = "truncate"
    """An address's network, or the first characters of a text; whatever has neither is dropped."""


@dataclass(frozen=True, slots=True)
class Rule:
    path: str
    """From the event's root, as in `model.paths`; `*` is any key or index, a number is an index."""
    action: Action
    types: tuple[str, ...] = ()
    """Globs over the event's type; none: every type."""
    keep: int = 0
    """Characters of a text that TRUNCATE leaves."""

    def concerns(self, kind: str) -> bool:
        return not self.types or any(matches(glob, kind) for glob in self.types)


class Pseudonymiser:
    """The rules and the key; the same event always comes out the same, and what came out stays as it is."""

    def __init__(self, rules: Sequence[Rule], key: bytes) -> None:
        self._rules = [(rule, split(rule.path)) for rule in rules]
        self._key = key
        self._concerned = lru_cache(maxsize=1024)(self._of_type)

    def clean(self, event: Event) -> Event:
        """The event without what the rules take out of it."""
        rules = self._concerned(event.type)
        if not rules:
            return event
        document = orjson.loads(event.line)
        for rule, steps in rules:
            _change(document, steps, partial(self._changed, rule))
        subject = document.get("subject")
        # Written again even where nothing was found: a key that stood twice was looked at once.
        return replace(event, line=orjson.dumps(document), subject=subject if isinstance(subject, str) else "")

    def _of_type(self, kind: str) -> list[tuple[Rule, list[str]]]:
        return [(rule, steps) for rule, steps in self._rules if rule.concerns(kind)]

    def _changed(self, rule: Rule, value: Json) -> Any:
        if value is None:
            return None
        match rule.action:
            case Action.DROP:
                return _GONE
            case Action.TRUNCATE:
                return _truncated(value, rule.keep)
            case Action.HASH:
                return value if self._is_own(value) else self._pseudonym(value)
            case _:
                assert_never(rule.action)

    def _pseudonym(self, value: Json) -> str:
        name = self._digest(b"name", canonical_bytes(value))[:_NAME]
        return f"{PREFIX}{name}{self._seal(name)}"

    def _is_own(self, value: Json) -> bool:
        """Whether it was made here: then it is left alone. The seal keeps anybody from passing a value off as one."""
        found = _PSEUDONYM.fullmatch(value) if isinstance(value, str) else None
        return found is not None and hmac.compare_digest(found[2], self._seal(found[1]))

    def _seal(self, name: str) -> str:
        return self._digest(b"seal", name.encode())[:_SEAL]

    def _digest(self, purpose: bytes, content: bytes) -> str:
        return hmac.new(self._key, b"setpoint pseudonym " + purpose + b"\n" + content, "sha256").hexdigest()


def _change(parent: _Container, steps: Sequence[str], change: Callable[[Json], Any]) -> None:
    """Replace, or remove, every value that the steps lead to."""
    step, *rest = steps
    for key in list(_keys(parent, step)):
        if rest:
            _change(parent[key], rest, change)
            continue
        value = change(parent[key])
        if value is _GONE:
            del parent[key]
        else:
            parent[key] = value


def _keys(parent: _Container, step: str) -> Iterator[str | int]:
    """The keys, or the indexes from the last one on, that a step stands for; none in what has neither."""
    if isinstance(parent, dict):
        yield from parent if step == ANY else (each for each in (step,) if each in parent)
    elif isinstance(parent, list) and step == ANY:
        yield from reversed(range(len(parent)))
    elif isinstance(parent, list) and step.isdecimal() and int(step) < len(parent):
        yield int(step)


def _truncated(value: Json, keep: int) -> Any:
    if not isinstance(value, str):
        return _GONE
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return value[:keep] if keep else _GONE
    bits = IPV4_BITS if address.version == 4 else IPV6_BITS
    return str(ipaddress.ip_network((address.packed, bits), strict=False).network_address)
