"""Paths of files: what is opened, listed, moved or removed, asked about, or sent to a visitor.

The interpreter announces most of it, whoever asks: hence only what the application asked for is examined. Files that
frameworks open by themselves have their own checks; where they are handed a path (`send_file`) that call is the sink.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import PATH_TRAVERSAL
from setpoint_agent.examination import examine, is_of_others, usual
from setpoint_agent.patching.audit import Listener
from setpoint_agent.patching.interface import Patch
from setpoint_agent.request import current
from setpoint_agent.sinks.callers import SELF_RELIANT, application_caller, asked_by_application
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument, looking_at_unusual

FILES_WRITTEN: Final = "files-written"
_OPENING_FOR_OTHERS: Final = SELF_RELIANT | {"aiofiles"}
"""`aiofiles.open` is looked at where the application calls it."""
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _sink(name: str) -> Sink:
    return Sink(PATH_TRAVERSAL, name, "path", frozenset({"path"}))


_OPEN: Final = _sink("open")


def _opened(arguments: tuple[Any, ...], /) -> None:
    """`open(path, mode, flags)`: of the built-in function, `os.open`, and all that end in one of them."""
    request = current.get()
    if request is None:
        return
    path, _, flags = arguments
    writes = flags & _WRITING
    if isinstance(path, int):
        return
    if not writes and type(path) is str and usual.passes(_OPEN.name, request.route or request.path, path):
        return
    if not asked_by_application(_OPENING_FOR_OTHERS):
        is_of_others(_OPEN, path)
        return
    if writes:
        request.effects[FILES_WRITTEN] += 1
    examine(_OPEN, path)


def _announced(name: str, *positions: int, changes: bool = False) -> Listener:
    """A listener for an event that carries paths at `positions`; `changes`: it is one that changes the file system."""
    where = _sink(name)

    def listener(arguments: tuple[Any, ...], /) -> None:
        request = current.get()
        if request is None or not asked_by_application():
            return
        if changes:
            request.effects[FILES_WRITTEN] += 1
        for position in positions:
            examine(where, arguments[position])

    return listener


def _handed(module: str, attribute: str, position: int, keyword: str, *, name: str = "") -> Patch:
    """A function that is handed a path. Only the application's own calls of it count: frameworks call them with paths
    that they have checked, and resolving a path, which makes it safe, asks for its links and its status."""
    where = _sink(name or f"{module.partition('.')[0]}.{attribute.removesuffix('.__init__')}")

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        path = argument(arguments, keywords, position, keyword)
        if isinstance(path, int):
            return
        if application_caller() is not None:
            examine(where, path)
        else:
            is_of_others(where, path)

    return Patch(module, attribute, looking_at_unusual(where, position, keyword, look))


_TESTS: Final = (
    ("exists", "path"),
    ("isfile", "path"),
    ("isdir", "s"),
    ("getsize", "filename"),
    ("getmtime", "filename"),
    ("getatime", "filename"),
    ("getctime", "filename"),
)

PATCHES: Final = (
    *(_handed("genericpath", name, 0, keyword, name=f"os.path.{name}") for name, keyword in _TESTS),
    *(_handed("posixpath", name, 0, "path", name=f"os.path.{name}") for name in ("islink", "lexists")),
    *(_handed("os", name, 0, "path") for name in ("stat", "access")),
    *(_handed("pathlib", f"Path.{name}", 0, "self") for name in ("exists", "is_file", "is_dir", "stat")),
    _handed("zipfile", "ZipFile.extractall", 1, "path"),
    _handed("zipfile", "ZipFile.extract", 2, "path"),
    _handed("flask.helpers", "send_file", 0, "path_or_file"),
    _handed("flask.helpers", "send_from_directory", 0, "directory"),
    _handed("werkzeug.utils", "send_file", 0, "path_or_file"),
    _handed("werkzeug.datastructures.file_storage", "FileStorage.save", 1, "dst"),
    _handed("starlette.responses", "FileResponse.__init__", 1, "path"),
    _handed("aiohttp.web_fileresponse", "FileResponse.__init__", 1, "path"),
    _handed("litestar.response.file", "File.__init__", 1, "path"),
    _handed("bottle", "static_file", 1, "root"),
    _handed("bottle", "FileUpload.save", 1, "destination"),
    _handed("anyio._core._fileio", "open_file", 0, "file"),
    _handed("aiofiles.threadpool", "open", 0, "file"),
)
AUDITS: Final = {
    "open": _opened,
    "glob.glob": _announced("glob.glob", 0),
    "os.chdir": _announced("os.chdir", 0),
    "os.chmod": _announced("os.chmod", 0, changes=True),
    "os.link": _announced("os.link", 0, 1, changes=True),
    "os.listdir": _announced("os.listdir", 0),
    "os.mkdir": _announced("os.mkdir", 0, changes=True),
    "os.remove": _announced("os.remove", 0, changes=True),
    "os.rename": _announced("os.rename", 0, 1, changes=True),
    "os.rmdir": _announced("os.rmdir", 0, changes=True),
    "os.scandir": _announced("os.scandir", 0),
    "os.symlink": _announced("os.symlink", 0, 1, changes=True),
    "os.truncate": _announced("os.truncate", 0, changes=True),
    "os.utime": _announced("os.utime", 0),
    "os.walk": _announced("os.walk", 0),
    "pathlib.Path.glob": _announced("pathlib.Path.glob", 0, 1),
    "pathlib.Path.rglob": _announced("pathlib.Path.rglob", 0, 1),
    "sqlite3.connect": _announced("sqlite3.connect", 0),
    "shutil.copyfile": _announced("shutil.copyfile", 0, 1),
    "shutil.copytree": _announced("shutil.copytree", 0, 1),
    "shutil.make_archive": _announced("shutil.make_archive", 0, 2, 3),
    "shutil.move": _announced("shutil.move", 0, 1),
    "shutil.rmtree": _announced("shutil.rmtree", 0),
    "shutil.unpack_archive": _announced("shutil.unpack_archive", 0, 1),
}
"""https://docs.python.org/3/library/audit_events.html"""
