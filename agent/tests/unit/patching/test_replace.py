"""A function is replaced wherever it is known under its name, once, and keeps all that can be asked of it."""

from __future__ import annotations

import importlib.util
import inspect
import pickle
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from setpoint_agent.patching.interface import Patch
from setpoint_agent.patching.replace import MARK, all_at_once, apply

CALLS: list[str] = []


def watching(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        CALLS.append(original.__name__)
        return original(*arguments, **keywords)

    return call


@pytest.fixture
def library() -> Iterator[ModuleType]:
    CALLS.clear()
    module = ModuleType("a_library")
    sys.modules["a_library"] = module
    exec(
        "class Base:\n"
        "    def inherited(self, a, b=2, *, c): 'Doc.'; return (a, b, c)\n"
        "class Thing(Base):\n"
        "    @staticmethod\n"
        "    def still(a): return a\n"
        "    @classmethod\n"
        "    def of(cls, a): return cls, a\n"
        "def work(a: int, b: int = 2) -> int: 'Doc.'; return a + b\n",
        module.__dict__,
    )
    yield module
    del sys.modules["a_library"]


def test_a_function_is_replaced_where_it_was_imported_by_name(library: ModuleType) -> None:
    other, renamed = ModuleType("other_user"), ModuleType("renaming_user")
    sys.modules["other_user"], sys.modules["renaming_user"] = other, renamed
    other.__dict__["work"] = library.work
    renamed.__dict__["work"] = lambda: None
    try:
        assert apply(Patch("a_library", "work", watching), library)
        assert other.work is library.work
        assert renamed.work is not library.work
    finally:
        del sys.modules["other_user"], sys.modules["renaming_user"]
    assert other.work(1, b=5) == 6
    assert CALLS == ["work"]


def test_it_keeps_what_can_be_asked_of_it(library: ModuleType) -> None:
    original = library.work
    apply(Patch("a_library", "work", watching), library)
    work = library.work
    assert (work.__name__, work.__doc__, work.__module__) == ("work", "Doc.", "a_library")
    assert inspect.signature(work) == inspect.signature(original)
    assert work.__annotations__ == original.__annotations__
    assert inspect.unwrap(work) is original
    assert pickle.loads(pickle.dumps(work)) is work


def test_it_is_wrapped_once(library: ModuleType) -> None:
    patch = Patch("a_library", "work", watching)
    assert apply(patch, library)
    assert not apply(patch, library)
    library.work(1)
    assert CALLS == ["work"]
    assert hasattr(library.work, MARK)


@pytest.mark.parametrize("missing", ["nothing", "Thing.nothing", "Nothing.at.all", "Thing.__doc__"])
def test_what_another_version_lacks_is_left(library: ModuleType, missing: str) -> None:
    assert not apply(Patch("a_library", missing, watching), library)


def test_methods_of_each_kind(library: ModuleType) -> None:
    for name in ("inherited", "still", "of"):
        assert apply(Patch("a_library", f"Thing.{name}", watching), library)
    thing = library.Thing()
    assert thing.inherited(1, c=3) == (1, 2, 3)
    assert library.Thing.still(4) == thing.still(4) == 4
    assert library.Thing.of(5) == (library.Thing, 5)
    assert CALLS == ["inherited", "still", "still", "of"]
    library.Base().inherited(1, c=3)
    assert len(CALLS) == 4


def test_many_are_rebound_together(library: ModuleType) -> None:
    user = ModuleType("a_user")
    sys.modules["a_user"] = user
    user.__dict__["work"] = before = library.work
    try:
        with all_at_once():
            apply(Patch("a_library", "work", watching), library)
            assert user.work is before
        assert user.work is library.work
    finally:
        del sys.modules["a_user"]


def test_a_lazy_module_stays_lazy(library: ModuleType, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lazy_one.py").write_text("raise AssertionError\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = importlib.util.find_spec("lazy_one")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    lazy = importlib.util.module_from_spec(spec)
    sys.modules["lazy_one"] = lazy
    spec.loader.exec_module(lazy)
    try:
        assert apply(Patch("a_library", "work", watching), library)
    finally:
        del sys.modules["lazy_one"]
