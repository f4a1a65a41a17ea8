"""What gevent has put its own in place of is found all the same, whenever it is asked for."""

from __future__ import annotations

import _thread
import sys
from types import ModuleType

import pytest

from setpoint_agent.native import native


def test_without_gevent() -> None:
    assert native("_thread", "allocate_lock") is _thread.allocate_lock


def test_what_gevent_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkey = ModuleType("gevent.monkey")
    monkey.get_original = lambda module, name: f"{module}.{name}"  # type: ignore[attr-defined]  # as gevent's
    monkeypatch.setitem(sys.modules, "gevent.monkey", monkey)
    assert native("_thread", "allocate_lock") == "_thread.allocate_lock"


def test_while_another_thread_imports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gevent.monkey", ModuleType("gevent.monkey"))
    assert native("_thread", "allocate_lock") is _thread.allocate_lock
