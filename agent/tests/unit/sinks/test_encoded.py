"""Octets are found in the value that they were decoded from, whatever undid its encoding."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.request import JSON, Value
from setpoint_agent.sinks.encoded import encoded_in, is_plain

ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "hexadecimal": bytes.hex,
    "capitals": lambda octets: octets.hex().upper(),
    "base64": lambda octets: b64encode(octets).decode(),
    "without padding": lambda octets: urlsafe_b64encode(octets).decode().rstrip("="),
    "reversed": lambda octets: b64encode(octets).decode().rstrip("=")[::-1],
    "latin-1": lambda octets: octets.decode("latin-1"),
    "percent": quote_from_bytes,
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS.keys())
@given(octets=st.binary(min_size=8, max_size=64))
@settings(deadline=None, max_examples=50)
def test_found(encode: Callable[[bytes], str], octets: bytes) -> None:
    value = Value(JSON, "data", f"v1:{encode(octets)}")
    assert encoded_in(octets, [Value(JSON, "other", "blue"), value]) == value


@given(octets=st.binary(max_size=64), text=st.text(alphabet="xyz%", max_size=200))
@settings(deadline=None)
def test_other_values_hold_nothing(octets: bytes, text: str) -> None:
    assert encoded_in(b"\x80\x04" + octets, [Value(JSON, "data", text)]) is None


def test_few_octets_are_coincidence() -> None:
    assert encoded_in(b"\x80\x04K", [Value(JSON, "data", b"\x80\x04K".hex())]) is None


def test_plain() -> None:
    assert is_plain(b"name: blue")
    assert not is_plain(b"\x80\x04K\x01.")
    assert not is_plain(b"a\nb")
