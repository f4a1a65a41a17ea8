"""What the code itself writes is no input, though a request may bring the very same text."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

REPORT = "chair-blue.txt"


def a_path() -> None:
    Path("chair-blue.txt").exists()


def a_joined_path() -> None:
    os.path.exists(os.path.join("/nowhere", "chair-blue.txt"))  # noqa: PTH110, PTH118 - what is tested


def a_path_of_the_module() -> None:
    os.path.exists(REPORT)  # noqa: PTH110 - the same


def a_program() -> None:
    with pytest.raises(OSError, match="chair"):
        subprocess.run(["chair-blue.txt", "--version"], check=True)


def a_command() -> None:
    os.system("true chair-blue.txt")


def a_statement() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("SELECT 'chair-blue.txt'")


def some_code() -> None:
    eval("'chair-blue.txt'")


@pytest.mark.parametrize(
    "act", [a_path, a_joined_path, a_path_of_the_module, a_program, a_command, a_statement, some_code]
)
def test_constants(watching: Watch, act: Callable[[], None]) -> None:
    kept = watching("sinks.sql", "sinks.path", "sinks.command", "sinks.code")
    with request_of("-".join(["chair", "blue.txt"])):
        act()
    assert kept == []
