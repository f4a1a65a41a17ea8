"""Code made of input is found where the application runs it, not where libraries compile their own."""

from __future__ import annotations

import ast
import code
import dataclasses
import importlib
import runpy
from collections import namedtuple
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import jinja2
import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of


def evaluated(text: str) -> Any:
    return eval(f"'{text}'.upper()")


def executed(text: str) -> Any:
    exec(f"found = '{text}'", {})


def compiled(text: str) -> Any:
    return compile(f"'{text}'", "<rule>", "eval")


def imported(text: str) -> Any:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"plugins_of_nobody.{text}")


def imported_by_name(text: str) -> Any:
    with pytest.raises(ModuleNotFoundError):
        import_module(text)


def imported_in_itself(text: str) -> Any:
    with pytest.raises(ModuleNotFoundError):
        __import__(text)


def run_as_module(text: str) -> Any:
    with pytest.raises(ImportError):
        runpy.run_module(text)


def interpreted(text: str) -> Any:
    return code.InteractiveInterpreter({}).runsource(f"found = '{text}'")


@pytest.mark.parametrize(
    ("run", "sink"),
    [
        (evaluated, "eval"),
        (executed, "exec"),
        (compiled, "compile"),
        (imported, "importlib.import_module"),
        (imported_by_name, "importlib.import_module"),
        (imported_in_itself, "__import__"),
        (run_as_module, "runpy.run_module"),
        (interpreted, "code.InteractiveInterpreter"),
    ],
)
def test_a_value_in_code_is_found(watching: Watch, blue: str, run: Callable[[str], Any], sink: str) -> None:
    kept = watching("sinks.code")
    with request_of(blue):
        run(blue)
    assert [(each.kind.name, each.sink) for each in kept] == [("code-injection", sink)]


def test_what_libraries_compile_is_theirs(watching: Watch, blue: str, tmp_path: Path) -> None:
    kept = watching("sinks.code")
    with request_of(blue):
        assert ast.literal_eval(f"'{blue}'") == "blue"
        namedtuple("Row", [blue])
        dataclasses.make_dataclass("Row", [blue])
        jinja2.Environment().from_string(f"{{{{ {blue} }}}}").render()
        ast.parse(blue)
    assert kept == []


def test_an_import_statement_names_what_it_imports(
    watching: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = watching("sinks.code")
    (tmp_path / "only_for_this_test.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    with request_of("_".join(["only", "for", "this", "test"])):
        import only_for_this_test

        assert only_for_this_test
    assert kept == []


def test_an_attack_is_told_from_a_flow(watching: Watch) -> None:
    kept = watching("sinks.code")
    attack = "'+".join(["blue", "str(7*7)+'"])
    with request_of(attack):
        assert eval(f"'{attack}'") == "blue49"
    assert [each.attack for each in kept] == [True]
