"""Recordings with one thing about their security changed in production: what a comparison must never miss.

Every mutant is made from a recording's live state by one rule at one place, always the same ones in the same order, so
that scores can be compared. What cannot be known is left alone: what is read-only or never returned, and what was
declared by an expression that could not be resolved. `bench/drift_truth.py` scores them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from setpoint.compare.config import words
from setpoint.model.canonical import Unknown
from setpoint.model.paths import covers, element, join, schema_path
from setpoint.model.schema import ResourceSchema

ANYWHERE: Final = "0.0.0.0/0"
STRANGER: Final = "arn:aws:iam::999999999999:role/stranger"
OTHER_KEY: Final = "arn:aws:kms:us-east-1:999999999999:key/00000000-0000-4000-8000-000000000000"

WEAKER: Final = {
    "ENABLED": "DISABLED", "Enabled": "Disabled", "enabled": "disabled", "ON": "OFF", "on": "off", "true": "false",
    "required": "preferred", "REQUIRED": "OPTIONAL", "Require": "Optional", "aws:kms": "AES256",
    "https-only": "http-only",
    "HTTPS": "HTTP", "TLS": "TCP", "redirect-to-https": "allow-all", "TLSv1.2_2021": "TLSv1", "TLS_1_2": "TLS_1_0",
    "AWS_IAM": "NONE", "Deny": "Allow", "BLOCK": "COUNT", "BucketOwnerEnforced": "ObjectWriter", "PRIVATE": "PUBLIC",
    "internal": "internet-facing", "IMMUTABLE": "MUTABLE", "VPC": "PUBLIC",
}  # fmt: skip
"""Words of AWS, and what somebody weakens them to."""

_BLOCK: Final = re.compile(r"\d+\.\d+\.\d+\.\d+/\d+|[0-9a-f:]+/\d+")
_KEY: Final = re.compile(r"arn:[^:]+:kms:.+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ROLE: Final = re.compile(r"arn:[^:]+:iam::\d*:(role|user)/.+")
_TLS_POLICY: Final = re.compile(r".*(TLS|SSL|Security)Policy.*|Policy-Min-TLS.*")

LABELS: Final = frozenset({"Description", "Comment", "Name", "Id", "Sid"})
"""Properties that only name or explain."""

Change = Callable[[Any], Any]
"""The value in the place of one that was there; `UNCHANGED` where the rule has nothing to say of it."""

UNCHANGED: Final = object()
GONE: Final = object()


@dataclass(frozen=True, slots=True)
class Mutant:
    rule: str
    path: str
    live: Mapping[str, Any]


def mutants(declared: Mapping[str, Any], live: Mapping[str, Any], schema: ResourceSchema) -> Iterator[Mutant]:
    """Every mutant of one recording."""
    unknowable = schema.read_only | schema.write_only
    for path, steps, value in _places(live, "", ()):
        if any(covers(each, path) for each in unknowable) or _is_unresolved(declared, steps):
            continue
        known = _lookup(declared, steps)
        default = schema.defaults.get(schema_path(path)) if known is None else None
        for rule, mutate in _rules_for(path, is_declared=known is not None):
            changed = mutate(value)
            back_to_default = default is not None and changed in (default.value, *default.also)
            if changed is not UNCHANGED and changed != value and not back_to_default:
                yield Mutant(rule, path, _replaced(live, steps, changed))
    yield from _added_switches(declared, live, schema)


def _rules_for(path: str, *, is_declared: bool) -> Iterator[tuple[str, Change]]:
    name = words.last_name(path)
    if name in LABELS:
        return
    if is_declared:
        yield "delete", lambda value: GONE if _says_something(value) else UNCHANGED
    yield "flip", lambda value: (not value) if isinstance(value, bool) else UNCHANGED
    yield "weaken", lambda value: WEAKER.get(value, UNCHANGED) if isinstance(value, str) else UNCHANGED
    yield "open", lambda value: ANYWHERE if _is(_BLOCK, value) and value != ANYWHERE else UNCHANGED
    yield "other key", lambda value: OTHER_KEY if _is(_KEY, value) and "ey" in name else UNCHANGED
    yield "other role", lambda value: STRANGER if _is(_ROLE, value) else UNCHANGED
    yield "old TLS", lambda value: "ELBSecurityPolicy-TLS-1-0-2015-04" if _is(_TLS_POLICY, value) else UNCHANGED
    if is_declared and name.endswith(("Port", "Ports")):
        yield (
            "port",
            lambda value: type(value)(22) if isinstance(value, int | str) and value not in (22, "22") else UNCHANGED,
        )
    if is_declared or words.protects(path):
        yield "number", _other_number
    if name in ("Action", "Resource", "Principal", "AWS") and "Statement" in path:
        yield "widen", lambda value: "*" if isinstance(value, str) and value != "*" else UNCHANGED
    if name == "Condition":
        yield "unconditional", lambda value: GONE if isinstance(value, Mapping) and value else UNCHANGED
    if is_declared:
        yield "other text", lambda value: f"{value}-changed" if isinstance(value, str) and value else UNCHANGED
    yield "add to list", _longer if is_declared else (lambda _value: UNCHANGED)


def _says_something(value: Any) -> bool:
    """Whether its absence means something: not of what is empty all the way down, nor of a tag that AWS set."""
    if isinstance(value, Mapping):
        is_aws = str(value.get("Key", "")).startswith("aws:")
        return not is_aws and any(map(_says_something, value.values()))
    if isinstance(value, list):
        return any(map(_says_something, value))
    return value not in (None, "", False)


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _other_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return UNCHANGED
    return value * 7 + 13


def _longer(value: Any) -> Any:
    """One element more: a statement for everyone, a rule for every address, a stranger."""
    if not (isinstance(value, list) and value):
        return UNCHANGED
    first = value[0]
    if isinstance(first, str):
        added: Any = ANYWHERE if _is(_BLOCK, first) else f"{first}-added" if first.startswith("sg-") else "*"
        return [*value, added] if added not in value else UNCHANGED
    if isinstance(first, Mapping) and "Effect" in first:
        return [*value, {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]
    if isinstance(first, Mapping) and "CidrIp" in first:
        return [*value, {"IpProtocol": "-1", "CidrIp": ANYWHERE, "FromPort": -1, "ToPort": -1}]
    return UNCHANGED


def _added_switches(declared: Mapping[str, Any], live: Mapping[str, Any], schema: ResourceSchema) -> Iterator[Mutant]:
    """A switch that nobody declared and that was not there is turned on."""
    unknowable = schema.read_only | schema.write_only
    for path, kind in sorted(schema.kinds.items()):
        name = path.rpartition(".")[2]
        taken = path in live or path in declared or any(covers(each, path) for each in unknowable)
        default = schema.defaults.get(path)
        if kind == "boolean" and path.isidentifier() and not taken and not (default and default.value is True):
            yield Mutant("turn on", name, {**live, path: True})


def _places(value: Any, path: str, steps: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...], Any]]:
    if steps:
        yield path, steps, value
    if isinstance(value, Mapping) and not str(value.get("Key", "")).startswith("aws:"):
        for name, member in value.items():
            yield from _places(member, join(path, name), (*steps, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _places(member, element(path, index), (*steps, index))


def _lookup(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        if (isinstance(value, Mapping) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        ):
            value = value[step]
        else:
            return None
    return value


def _is_unresolved(declared: Mapping[str, Any], steps: tuple[Any, ...]) -> bool:
    return any(isinstance(_lookup(declared, steps[:length]), Unknown) for length in range(1, len(steps) + 1))


def _replaced(live: Mapping[str, Any], steps: tuple[Any, ...], changed: Any) -> Mapping[str, Any]:
    copied = copy.deepcopy(dict(live))
    parent = _lookup(copied, steps[:-1])
    if changed is GONE:
        del parent[steps[-1]]
    else:
        parent[steps[-1]] = changed
    return copied
