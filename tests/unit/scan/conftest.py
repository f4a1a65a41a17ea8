"""A folder of source, and tools that are scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.scan.files import find_files
from setpoint.scan.interface import ScanTarget

Install = Callable[[str, str], Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder.resolve()


@pytest.fixture
def target_of(root: Path) -> Callable[..., ScanTarget]:
    """Everything that is in the folder now."""

    def target(**limits: float) -> ScanTarget:
        found = find_files(root)
        made = ScanTarget(root, files=found.files, unread=found.unread)
        seconds = limits.get("seconds", made.seconds)
        return ScanTarget(
            root,
            seconds=seconds,
            files=found.files,
            unread=found.unread,
            largest_output=int(limits.get("largest_output", made.largest_output)),
        )

    return target


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A tool of this name, first on the PATH, that is a shell script."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def make(name: str, script: str) -> Path:
        tool = folder / name
        tool.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        tool.chmod(0o755)
        return tool

    return make
