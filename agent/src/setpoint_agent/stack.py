"""Which functions of the application are on the way to a sink: without those of libraries."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice
from os import getcwd  # which waits for no disk: those that look out for what blocks an event loop are not to see it
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

from setpoint_agent.evidence import Frame
from setpoint_agent.handovers import handed_lines, outwards
from setpoint_agent.once import once

MOST_FRAMES: Final = 32
"""Frames of the application kept."""
MOST_FILES: Final = 16_384
"""Files of which it is remembered whose they are."""

_FOLDERS_OF_OTHERS: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


def _both_names(folder: str | Path) -> tuple[str, ...]:
    """A folder as it is called and as it really is: files are told apart by their names alone, later, because a request
    (an event loop that others wait for, say) is no place to ask the disk where a link leads."""
    named = os.path.normpath(Path(folder).absolute())
    return tuple(f"{each.rstrip(os.sep)}{os.sep}" for each in dict.fromkeys((named, os.path.realpath(named))))


_STANDARD: Final = _both_names(Path(os.__file__).parent)
_COMMANDS: Final = _both_names(Path(sys.executable).parent) if sys.executable else ()
"""Where installed commands are (`gunicorn`, `uvicorn`): a few lines that call what they are the command of."""
_OWN: Final = _both_names(Path(__file__).parent)


@lru_cache(maxsize=4_096)
def is_library(file: str) -> bool:
    """Whether `file` is of the standard library or of something installed."""
    return file.startswith((*_STANDARD, *_COMMANDS)) or any(each in file for each in _FOLDERS_OF_OTHERS)


@lru_cache(maxsize=8_192)
def library_name(file: str) -> str | None:
    """`package/module.py` of something installed; None for the standard library, the application and the agent."""
    if file.startswith(_OWN):
        return None
    for folder in _FOLDERS_OF_OTHERS:
        _, found, below = file.rpartition(folder)
        if found:
            return below
    return None


def file_of(frame: FrameType) -> str:
    """The file of a function's module, which is nearly always its own.

    Asking a frame for its code is an event that audit hooks are told of, each time: walks ask for it where it matters.
    """
    file = frame.f_globals.get("__file__")
    return file if type(file) is str else frame.f_code.co_filename


class _ShortNames(dict[str, str | None]):
    """Each is found out when it is first asked for."""

    def __init__(self, find_out: Callable[[str], str | None]) -> None:
        super().__init__()
        self._find_out = find_out

    def __missing__(self, file: str) -> str | None:
        if len(self) >= MOST_FILES:  # code that is made at run time may name its file as it likes
            self.clear()
        found = self[file] = self._find_out(file)
        return found


class Application:
    """Tells the application's own files from everybody else's."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = tuple(name for each in folders for name in _both_names(each))
        self.short_names = _ShortNames(self._told_apart)
        """By file, as `short_name` gives them."""

    @once
    def _here(self) -> str:
        """Where the process worked when its first file was named: names stay the same if it goes elsewhere later."""
        try:
            return f"{getcwd().rstrip(os.sep)}{os.sep}"  # noqa: PTH109 - its import says why
        except OSError:  # the folder is gone
            return os.sep

    def short_name(self, file: str) -> str | None:
        """The file as evidence names it, relative to its folder; None: it is not the application's."""
        return self.short_names[file]

    def frames(self, depth: int = 1) -> list[FrameType]:
        """The application's frames, the innermost first; `depth` frames of the caller are left out.

        Behind those of a thread or task come those of the functions that handed its work over.
        """
        own = (each for each in outwards(sys._getframe(depth)) if self.short_name(each.f_code.co_filename) is not None)
        return list(islice(own, MOST_FRAMES))

    def facts(self, frames: Sequence[FrameType]) -> tuple[Frame, ...]:
        """The same as evidence keeps them: from the route's function to the sink's caller."""
        lines = handed_lines(sys._getframe(1))
        return tuple(
            Frame(
                self.short_name(each.f_code.co_filename) or "",
                lines.get(each) or each.f_lineno,
                each.f_code.co_qualname,
            )
            for each in reversed(frames)
        )

    def fact_of(self, code: CodeType) -> Frame:
        """A function that is not running any more (the handler of a response that is being sent)."""
        return Frame(self.short_name(code.co_filename) or code.co_filename, code.co_firstlineno, code.co_qualname)

    def _told_apart(self, file: str) -> str | None:
        if not file or file.startswith(("<", *_OWN)):
            return None
        file = os.path.normpath(file if file.startswith(os.sep) else f"{self._here}{file}")
        for folder in self._folders:
            if file.startswith(folder):
                # A folder may hold the environment that it runs in; one that lies in an environment was meant.
                below = file[len(folder) :]
                return None if any(each in f"{os.sep}{below}" for each in _FOLDERS_OF_OTHERS) else below
        if self._folders or is_library(file):
            return None
        return file.removeprefix(self._here)
