"""Which functions of the application are on the way to a sink: the frames of the calling thread, without libraries."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from functools import cached_property, lru_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

from setpoint_agent.evidence import Frame

DEEPEST: Final = 200
"""Frames looked at from the sink upwards."""
MOST_FRAMES: Final = 32
"""Frames of the application kept."""
MOST_FILES: Final = 16_384
"""Files of which it is remembered whose they are."""

ENTRIES: Final[set[CodeType]] = set()
"""Functions of `sources` in which a request begins: what is around them is the server's (and the script's that runs
it), not the request's."""

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


handed_over: Final[ContextVar[FrameType | None]] = ContextVar("setpoint_handed_over", default=None)
"""In a thread: the frame that started it, or that handed over what it is doing."""


class Origin:
    """Holds such a frame until the thread begins, and not longer: frames keep everything alive that they name."""

    __slots__ = ("frame",)

    def __init__(self, frame: FrameType | None) -> None:
        self.frame = frame


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


class Application:
    """Tells the application's own files from everybody else's."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = tuple(name for each in folders for name in _both_names(each))
        self._own: dict[str, str | None] = {}

    @cached_property
    def _here(self) -> str:
        """Where the process worked when its first file was named: names stay the same if it goes elsewhere later."""
        try:
            return f"{str(Path.cwd()).rstrip(os.sep)}{os.sep}"
        except OSError:  # the folder is gone
            return os.sep

    def short_name(self, file: str) -> str | None:
        """The file as evidence names it, relative to its folder; None: it is not the application's."""
        try:
            return self._own[file]
        except KeyError:
            if len(self._own) >= MOST_FILES:  # code that is made at run time may name its file as it likes
                self._own.clear()
            found = self._own[file] = self._told_apart(file)
            return found

    def frames(self, depth: int = 1) -> list[FrameType]:
        """The application's frames of this thread, the innermost first; `depth` frames of the caller are left out.

        Behind those of a thread come those of the function that handed its work over.
        """
        frames = list(self._walk(sys._getframe(depth)))
        origin = handed_over.get()
        return frames if origin is None else [*frames, *self._walk(origin)][:MOST_FRAMES]

    def facts(self, frames: Sequence[FrameType]) -> tuple[Frame, ...]:
        """The same as evidence keeps them: from the route's function to the sink's caller."""
        return tuple(
            Frame(self.short_name(each.f_code.co_filename) or "", each.f_lineno, each.f_code.co_qualname)
            for each in reversed(frames)
        )

    def fact_of(self, code: CodeType) -> Frame:
        """A function that is not running any more (the handler of a response that is being sent)."""
        return Frame(self.short_name(code.co_filename) or code.co_filename, code.co_firstlineno, code.co_qualname)

    def _walk(self, frame: FrameType | None) -> Iterator[FrameType]:
        found = 0
        for _ in range(DEEPEST):
            if frame is None or found == MOST_FRAMES or frame.f_code in ENTRIES:
                return
            if self.short_name(frame.f_code.co_filename) is not None:
                found += 1
                yield frame
            frame = frame.f_back

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
