"""The subclass in the place of a class of C: its construction is seen, all else is as before."""

from __future__ import annotations

import _struct
import struct
import types
from abc import ABCMeta
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from setpoint_agent.patching.subclasses import watch_construction
from setpoint_agent.request import Request, current


@pytest.fixture
def module() -> types.ModuleType:
    made = types.ModuleType("packing")
    made.Struct = _struct.Struct  # type: ignore[attr-defined]  # a module of its own, so that the real one is left alone
    return made


def test_constructions_within_a_request_are_seen(module: Any) -> None:
    seen: list[tuple[Any, ...]] = []

    def look(instance: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        seen.append((type(instance).__name__, arguments, keywords))

    assert watch_construction(module, "Struct", look)
    assert not watch_construction(module, "Struct", look)
    module.Struct("c")
    token = current.set(Request("GET", "/"))
    try:
        assert module.Struct("<I").pack(1) == b"\1\0\0\0"
        assert module.Struct(format="c").size == 1
    finally:
        current.reset(token)
    assert seen == [("Struct", ("<I",), {}), ("Struct", (), {"format": "c"})]


def test_it_is_the_class(module: Any) -> None:
    watch_construction(module, "Struct", lambda *_: None)
    assert isinstance(module.Struct("c"), _struct.Struct)
    assert (module.Struct.__name__, module.Struct.__module__) == ("Struct", _struct.Struct.__module__)
    assert module.Struct.__doc__ == _struct.Struct.__doc__
    assert not hasattr(module.Struct("c"), "__dict__")

    class Own(module.Struct, metaclass=ABCMeta):  # type: ignore[misc]  # made while the test runs
        pass

    assert Own("c").size == 1
    with pytest.raises(struct.error):
        module.Struct("nothing of it")
