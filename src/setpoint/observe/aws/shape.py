"""From the shape of AWS's answers to that of CloudFormation, where every service differs in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson

from setpoint.model.canonical import Json, canonical_bytes


def tags(listed: Iterable[Mapping[str, str]], *, key: str = "Key", value: str = "Value") -> Json:
    """The entity's own tags by key, without those that AWS itself sets; None where there are none."""
    own = {tag[key]: tag.get(value, "") for tag in listed if not tag[key].startswith("aws:")}
    return [{"Key": name, "Value": own[name]} for name in sorted(own)] or None


def document(value: Json) -> Json:
    """A policy document as an object; text that is not JSON stays text."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def ordered(values: Iterable[Json]) -> list[Json]:
    """A list whose order means nothing, always in the same order, so that its digest is the same."""
    return sorted(values, key=canonical_bytes)


def filled(value: Mapping[str, Json]) -> dict[str, Json]:
    """Without members that are None, empty text or an empty list."""
    return {name: member for name, member in value.items() if member not in (None, "", [])}


def encodable(value: Json) -> Json:
    """What was read, such that it can be written down again.

    Anyone who may write a policy may put a lone surrogate or an endless number in it: legal JSON, which the loop could
    not hash. Such a value is told as text.
    """
    try:
        canonical_bytes(value)
    except TypeError:
        return _as_text(value)
    return value


def _as_text(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {_as_text(name): _as_text(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_as_text(member) for member in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    return value
