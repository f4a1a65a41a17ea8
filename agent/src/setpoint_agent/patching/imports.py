"""Tells when a module has been imported, so that its patches are put in place; at once for those that are there.

A finder at the head of `sys.meta_path` looks only at names that somebody waits for; every other import costs one lookup
in a dict. It asks the finders behind it for the module's own spec and lets its loader do its work.
"""

from __future__ import annotations

import importlib.machinery
import sys
import threading
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, Final

from setpoint_agent.patching.replace import all_at_once
from setpoint_agent.quiet import quietly

Watcher = Callable[[ModuleType], None]


class ImportWatch:
    """Calls the watchers of a module once it has been executed."""

    def __init__(self) -> None:
        self._watchers: dict[str, list[Watcher]] = {}
        self._busy = threading.local()
        self.listener: Callable[[str], None] | None = None
        """Told the name of every module that is looked for."""

    def install(self) -> None:
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def when_imported(self, name: str, watcher: Watcher) -> None:
        """Call `watcher` with the module `name`: now if it is imported already, else as soon as it is."""
        module = sys.modules.get(name)
        if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
            quietly(watcher)(module)
            return
        self._watchers.setdefault(name, []).append(watcher)

    @quietly
    def imported(self, module: ModuleType) -> None:
        with all_at_once():
            for watcher in self._watchers.pop(module.__name__, ()):
                quietly(watcher)(module)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if self.listener is not None:
            self.listener(fullname)
        if fullname not in self._watchers or getattr(self._busy, "name", None) == fullname:
            return None
        self._busy.name = fullname
        try:
            spec = _spec_behind(self, fullname, path, target)
        finally:
            self._busy.name = None
        if spec is not None and hasattr(spec.loader, "exec_module"):
            _tell_after(spec, spec.loader, self)
        return spec


def _spec_behind(
    watch: ImportWatch, fullname: str, path: Sequence[str] | None, target: ModuleType | None
) -> importlib.machinery.ModuleSpec | None:
    for finder in list(sys.meta_path):
        find_spec = getattr(finder, "find_spec", None)
        if finder is not watch and find_spec is not None:
            spec: importlib.machinery.ModuleSpec | None = find_spec(fullname, path, target)
            if spec is not None:
                return spec
    return None


def _tell_after(spec: Any, loader: Any, watch: ImportWatch) -> None:
    """Make this one loader tell when it has executed its module; its class and all else about it stay as they are."""
    if isinstance(loader, type):  # of built-in and frozen modules: one for all of them
        spec.loader = _Telling(loader, watch)
        return
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        vars(loader).pop("exec_module", None)  # a loader may be asked again, pickled, compared
        execute(module)
        watch.imported(module)

    try:
        loader.exec_module = exec_module
    except AttributeError:  # it has slots
        spec.loader = _Telling(loader, watch)


class _Telling:
    """In the place of a loader that can't be made to tell, until its module is executed."""

    def __init__(self, loader: Any, watch: ImportWatch) -> None:
        self._loader = loader
        self._watch = watch

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._watch.imported(module)


watch: Final = ImportWatch()
"""The process's own."""
