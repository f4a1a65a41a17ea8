"""The canonical form of a resource's properties: one spelling for what means the same, decided by the schema.

What cannot be compared (properties that are read-only or write-only, those that AWS ignores beside another, AWS's own
tags, nulls) is left out; values have the type that the schema says, and of several spellings the one that AWS returns;
lists without order are sorted; policy documents take the form of `model.documents`.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from setpoint.compare.config.rules import TAG_KEY, Rule
from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.documents import canonical_document
from setpoint.model.drift import FoldKind
from setpoint.model.schema import Kind, Relevance

AWS_TAGS: Final = "aws:"
"""The prefix of tags that AWS itself sets (AWS General Reference, "Tagging your AWS resources")."""

READ_ONLY: Final = f"{FoldKind.READ_ONLY} (resource schema)"
RESERVED: Final = f"{FoldKind.RESERVED} (AWS General Reference, Tagging your AWS resources)"
IGNORED: Final = f"{FoldKind.IGNORED} (AWS takes no notice of it beside another property's value)"
ORDER: Final = f"{FoldKind.ORDER} (resource schema: it means nothing here)"

_LONGEST_NUMBER: Final = 15
"""Digits that a double holds exactly; a longer number in text is an identifier, and stays text."""

_EXACT: Final = 2.0**53


@dataclass(frozen=True, slots=True)
class Noted:
    """What was passed over while one side took its canonical form."""

    left_out: Counter[str] = field(default_factory=Counter)
    """Rule → how many values it left out."""
    orders: dict[tuple[str, tuple[bytes, ...]], tuple[bytes, ...]] = field(default_factory=dict)
    """(schema path, elements) of each list that was sorted → its elements as they came."""


def passed_over(intended: Noted, actual: Noted) -> dict[str, int]:
    """Rule → how many live values were left out by it, or come in another order than the declared ones."""
    moved = sum(actual.orders.get(elements, order) != order for elements, order in intended.orders.items())
    return {**actual.left_out, ORDER: moved} if moved else dict(actual.left_out)


def canonical(rule: Rule, value: Json, partition: str, noted: Noted | None = None) -> Json:
    """`value` as its rule spells it; an `Unknown` stays where it stands. What is passed over is told to `noted`."""
    if value is None or isinstance(value, Unknown):
        return value
    coerce = _COERCE.get(rule.kind)
    if coerce is not None:
        return _respelled(rule, coerce(value)) if rule.network or rule.spellings else coerce(value)
    if rule.kind is Kind.DOCUMENT:
        return canonical_document(value, partition)
    if rule.kind is Kind.ANY and isinstance(value, str):
        value = _json_text(value)
    if isinstance(value, Mapping):
        return _object(rule, value, partition, noted)
    if rule.kind is Kind.LIST and not isinstance(value, list):
        value = [value]
    return _list(rule, value, partition, noted) if isinstance(value, list) else value


def _object(rule: Rule, value: Mapping[str, Json], partition: str, noted: Noted | None) -> dict[str, Json]:
    members = {}
    for name, member in value.items():
        child, _ = rule.step("", name)
        if member is None:
            continue
        if child.hidden or (rule.is_tags and name.startswith(AWS_TAGS)):
            _note(noted, READ_ONLY if child.hidden else RESERVED)
            continue
        if child.relevant and not _is_relevant(rule, child.relevant, value, partition):
            _note(noted, IGNORED)
            continue
        members[name] = canonical(child, member, partition, noted)
    return members


def _note(noted: Noted | None, rule: str) -> None:
    if noted is not None:
        noted.left_out[rule] += 1


def _is_relevant(rule: Rule, relevance: Relevance, value: Mapping[str, Json], partition: str) -> bool:
    beside, _ = rule.step("", relevance.beside)
    decisive = canonical(beside, value.get(relevance.beside), partition)
    return isinstance(decisive, Unknown) or (isinstance(decisive, str | bool) and decisive in relevance.values)


def _list(rule: Rule, value: list[Json], partition: str, noted: Noted | None) -> list[Json]:
    child = rule.of_element()
    elements = []
    for element in value:
        if rule.is_tags and _is_aws_tag(element):
            _note(noted, RESERVED)
        elif element is not None:
            elements.append(canonical(child, element, partition, noted))
    return _sorted(rule, elements, noted) if len(elements) > 1 and (rule.unordered or rule.key) else elements


def _sorted(rule: Rule, elements: list[Json], noted: Noted | None) -> list[Json]:
    if noted is None:
        return sorted(elements, key=canonical_bytes)
    spelt = [canonical_bytes(each) for each in elements]
    order = sorted(range(len(spelt)), key=spelt.__getitem__)
    noted.orders[rule.path, tuple(spelt[index] for index in order)] = tuple(spelt)
    return [elements[index] for index in order]


def _is_aws_tag(element: Json) -> bool:
    return isinstance(element, Mapping) and str(element.get(TAG_KEY, "")).startswith(AWS_TAGS)


def _json_text(value: str) -> Json:
    """Where a free object is allowed, CloudFormation takes it as JSON in a string too."""
    if not value.startswith(("{", "[")):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _respelled(rule: Rule, value: Json) -> Json:
    if not isinstance(value, str):
        return value
    if rule.network:
        return _network(value)
    lowered = value.lower()
    return rule.spellings.get(lowered, lowered)


def _network(value: str) -> str:
    """EC2 sets host bits to zero, and spells IPv6 in its shortest form (Amazon EC2 API Reference, IpRange)."""
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        return value


def to_text(value: Json) -> Json:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(_to_number(value)) if isinstance(value, int | float) else value


def _to_boolean(value: Json) -> Json:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def _to_number(value: Json) -> Json:
    """5.0 is 5, "5" is 5, "0.50" is 0.5; what is no plain decimal number stays what it is."""
    if isinstance(value, str):
        whole, _, fraction = value.removeprefix("-").partition(".")
        digits = whole + fraction
        if not (digits.isascii() and digits.isdigit() and whole and len(digits) <= _LONGEST_NUMBER):
            return value
        value = float(value) if fraction else int(value.removesuffix("."))
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


_COERCE: Final[Mapping[Kind | None, Callable[[Json], Json]]] = {
    Kind.STRING: to_text,
    Kind.BOOLEAN: _to_boolean,
    Kind.INTEGER: _to_number,
    Kind.NUMBER: _to_number,
}
