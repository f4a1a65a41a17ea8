"""Methods of types that refuse to be changed are wrapped all the same, and stay what they were."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from typing import Any

from setpoint_agent.patching.fixed_types import replace_method

seen: list[bytes] = []


def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
    def unpack(self: struct.Struct, data: bytes) -> Any:
        seen.append(data)
        return original(self, data)

    return functools.update_wrapper(unpack, original)


def read(reader: struct.Struct) -> list[Any]:
    return [each for _ in range(100) for each in reader.iter_unpack(b"ab")]


def test_calls_are_seen_where_the_method_was_called_before() -> None:
    reader = struct.Struct("c")
    assert read(reader) == [(b"a",), (b"b",)] * 100  # the interpreter has specialised that call by now
    assert replace_method(struct.Struct, "iter_unpack", wrap)
    assert read(reader) == [(b"a",), (b"b",)] * 100
    assert len(seen) == 100
    assert struct.Struct.iter_unpack.__name__ == "iter_unpack"


def test_once_and_only_what_there_is() -> None:
    replace_method(struct.Struct, "iter_unpack", wrap)
    assert not replace_method(struct.Struct, "iter_unpack", wrap)
    assert not replace_method(struct.Struct, "nothing_of_it", wrap)
