"""Files are told apart by their names alone; frames go from the route to the sink without libraries."""

from __future__ import annotations

import json
import os
import site
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint_agent import stack
from setpoint_agent.stack import MOST_FRAMES, Application, is_library, library_name

SITE = sysconfig.get_path("purelib")


def test_libraries() -> None:
    assert is_library(json.__file__)
    assert is_library(f"{SITE}/flask/app.py")
    assert is_library("/usr/lib/python3/dist-packages/yaml/__init__.py")
    assert not is_library("/srv/shop/users.py")
    assert library_name(f"{SITE}/flask/app.py") == "flask/app.py"
    assert library_name(json.__file__) is None
    assert library_name("/srv/shop/users.py") is None
    assert library_name(stack.__file__) is None
    assert site.__file__


def test_without_folders_all_is_own_that_is_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    application = Application()
    assert application.short_name(f"{tmp_path}/shop/users.py") == "shop/users.py"
    assert application.short_name("users.py") == "users.py"
    assert application.short_name("./shop/../users.py") == "users.py"
    assert application.short_name("/srv/shop/users.py") == "/srv/shop/users.py"
    for other in (json.__file__, f"{SITE}/flask/app.py", stack.__file__, "<string>", ""):
        assert application.short_name(other) is None
    monkeypatch.chdir("/")
    assert application.short_name(f"{tmp_path}/shop/orders.py") == "shop/orders.py"


def test_with_folders_nothing_else_is_own(tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    (tmp_path / "current").symlink_to("release")
    application = Application((tmp_path / "current", Path(f"{SITE}/shop")))
    for name in ("current", "release"):
        assert application.short_name(f"{tmp_path}/{name}/shop/users.py") == "shop/users.py"
        assert application.short_name(f"{tmp_path}/{name}/.venv/lib/python3.11/site-packages/flask/app.py") is None
    assert application.short_name(f"{SITE}/shop/users.py") == "users.py"
    assert application.short_name(f"{SITE}/flask/app.py") is None
    assert application.short_name("/srv/other.py") is None


def test_a_folder_that_is_gone_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert Application().short_name("/srv/shop/users.py") == "srv/shop/users.py"


def test_no_disk_is_asked_for_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    application = Application((tmp_path,))

    def refuse(*_: object) -> None:
        raise AssertionError

    for name in ("stat", "lstat", "readlink"):
        monkeypatch.setattr(os, name, refuse)
    assert application.short_name(f"{tmp_path}/users.py") == "users.py"


def test_frames_go_from_the_outermost_to_the_caller() -> None:
    application = Application((Path(__file__).parent,))

    def inner() -> list[str]:
        return [each.function.rpartition(".")[2] for each in application.facts(application.frames())]

    def outer(call: Callable[[], list[str]]) -> list[str]:
        return json.JSONDecoder(object_hook=lambda _: call()).decode("{}")  # type: ignore[no-any-return]

    assert outer(inner)[-4:] == ["test_frames_go_from_the_outermost_to_the_caller", "outer", "<lambda>", "inner"]


def test_frames_are_bounded() -> None:
    application = Application((Path(__file__).parent,))

    def deep(left: int) -> int:
        return deep(left - 1) if left else len(application.frames())

    assert deep(150) == MOST_FRAMES
