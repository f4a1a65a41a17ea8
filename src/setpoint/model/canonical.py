"""JSON values and their digests: the one spelling under which two documents are the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

Json = Any
"""Any JSON value. Inside intended state an `Unknown` may stand in its place."""

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS

DIGEST_BYTES = 16
"""128 bits: no collision to be expected among 2**40 documents, and half the room of a full BLAKE2b digest."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is declared, but could not be worked out; whoever meets it cannot tell, and says why."""

    reason: str
    """Why, as one clause: `Fn::GetAtt Database.Endpoint: the resource does not exist yet`."""


def _encode_unknown(value: object) -> Any:
    if isinstance(value, Unknown):
        return {"$unknown": value.reason}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def canonical_bytes(value: Any) -> bytes:
    """`value` as JSON with sorted keys and no white space (the sort is by code point, as in RFC 8785)."""
    return orjson.dumps(value, default=_encode_unknown, option=_CANONICAL)


def digest(*values: Any) -> str:
    """The BLAKE2b digest (RFC 7693; 128 bits, hexadecimal) of the values' canonical bytes, as one JSON list."""
    return hashlib.blake2b(canonical_bytes(values), digest_size=DIGEST_BYTES).hexdigest()
