"""Modules are told of once they are imported, and nothing about how they are imported changes."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import pickle
import sys
import zipfile
from collections.abc import Iterator
from importlib.machinery import BuiltinImporter, SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from setpoint_agent.patching.imports import ImportWatch
from setpoint_agent.quiet import mishaps


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportWatch]:
    monkeypatch.syspath_prepend(str(tmp_path))
    watch = ImportWatch()
    watch.install()
    watch.install()
    before = set(sys.modules)
    yield watch
    sys.meta_path.remove(watch)
    assert watch not in sys.meta_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_module_is_told_of_when_it_is_whole(watch: ImportWatch, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("from shop import users\nlast = 1\n")
    (tmp_path / "shop" / "users.py").write_text("import shop\nname = 'users'\n")
    told: list[tuple[str, bool]] = []
    for name in ("shop", "shop.users"):
        watch.when_imported(name, lambda module: told.append((module.__name__, hasattr(module, "last"))))
    import shop

    assert told == [("shop.users", False), ("shop", True)]
    assert type(shop.__loader__) is SourceFileLoader
    assert "exec_module" not in vars(shop.__loader__)
    assert copy.copy(shop.__spec__) == shop.__spec__
    assert pickle.loads(pickle.dumps(shop.__loader__)).path == shop.__loader__.path


def test_one_that_is_there_is_told_of_at_once(watch: ImportWatch) -> None:
    told: list[ModuleType] = []
    watch.when_imported("json", told.append)
    assert told == [sys.modules["json"]]


def test_asking_for_a_module_does_not_import_it(watch: ImportWatch, tmp_path: Path) -> None:
    (tmp_path / "later.py").write_text("")
    told: list[ModuleType] = []
    watch.when_imported("later", told.append)
    for _ in range(2):
        assert importlib.util.find_spec("later") is not None
    assert importlib.util.find_spec("nowhere_at_all") is None
    assert told == []
    module = importlib.import_module("later")
    assert told == [module]


def test_what_fails_to_import_fails_as_before(watch: ImportWatch, tmp_path: Path) -> None:
    told: list[ModuleType] = []
    watch.when_imported("broken", told.append)
    watch.when_imported("missing", told.append)
    (tmp_path / "broken.py").write_text("raise LookupError('as before')\n")
    with pytest.raises(LookupError, match="as before"):
        importlib.import_module("broken")
    with pytest.raises(ModuleNotFoundError, match="missing"):
        importlib.import_module("missing")
    (tmp_path / "broken.py").write_text("fine = 1\n")
    importlib.invalidate_caches()
    sys.path_importer_cache.clear()
    assert importlib.import_module("broken").__name__ == "broken"
    assert len(told) == 1


def test_a_watcher_that_fails_is_counted_alone(watch: ImportWatch, tmp_path: Path) -> None:
    mishaps.begin_anew()
    (tmp_path / "thing.py").write_text("")
    told: list[ModuleType] = []
    watch.when_imported("thing", lambda _: 1 / 0)  # type: ignore[arg-type]
    watch.when_imported("thing", told.append)
    assert importlib.import_module("thing") in told
    assert sum(mishaps.counts().values()) == 1


def test_built_in_modules_keep_their_loader(watch: ImportWatch) -> None:
    name = "_symtable" if "_symtable" in sys.builtin_module_names else "xxsubtype"
    kept = {each: sys.modules.pop(each) for each in [name] if each in sys.modules}
    execute = vars(BuiltinImporter)["exec_module"]
    told: list[ModuleType] = []
    watch.when_imported(name, told.append)
    module = importlib.import_module(name)
    assert told == [module]
    assert [module.__loader__, getattr(module.__spec__, "loader", None)] == [BuiltinImporter, BuiltinImporter]
    assert vars(BuiltinImporter)["exec_module"] is execute
    sys.modules.update(kept)


def test_modules_of_an_archive_are_told_of(watch: ImportWatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("first_packed.py", "import second_packed, third_packed\n")
        archive.writestr("second_packed.py", "")
        archive.writestr("third_packed.py", "")
    monkeypatch.syspath_prepend(str(tmp_path / "packed.zip"))
    told: list[str] = []
    for name in ("first_packed", "third_packed"):
        watch.when_imported(name, lambda module: told.append(module.__name__))
    importlib.import_module("first_packed")
    assert told == ["third_packed", "first_packed"]
