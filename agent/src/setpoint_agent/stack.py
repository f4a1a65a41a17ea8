"""Which functions of the application are on the way to a sink: the frames of the calling thread, without libraries."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

from setpoint_agent.evidence import Frame

DEEPEST: Final = 200
"""Frames looked at from the sink upwards."""
MOST_FRAMES: Final = 32
"""Frames of the application kept."""

ENTRIES: Final[set[CodeType]] = set()
"""Functions of `sources` in which a request begins: what is around them is the server's (and the script's that runs
it), not the request's."""

_INSTALLED: Final = tuple(
    f"{os.path.realpath(each)}{os.sep}"
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
    if (each := sysconfig.get_path(name))
)
_FOLDERS_OF_OTHERS: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_OWN: Final = f"{os.path.realpath(Path(__file__).parent)}{os.sep}"


@lru_cache(maxsize=4_096)
def is_library(file: str) -> bool:
    """Whether `file` is of the standard library or of something installed."""
    real = os.path.realpath(file)
    return real.startswith(_INSTALLED) or any(each in real for each in _FOLDERS_OF_OTHERS)


@lru_cache(maxsize=8_192)
def library_name(file: str) -> str | None:
    """`package/module.py` of something installed; None for the standard library, the application and the agent."""
    real = os.path.realpath(file)
    if real.startswith(_OWN):
        return None
    for folder in _FOLDERS_OF_OTHERS:
        _, found, below = real.rpartition(folder)
        if found:
            return below
    return None


class Application:
    """Tells the application's own files from everybody else's."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = tuple(f"{os.path.realpath(each)}{os.sep}" for each in folders)
        self._own: dict[str, str | None] = {}

    def short_name(self, file: str) -> str | None:
        """The file as evidence names it, relative to its folder; None: it is not the application's."""
        try:
            return self._own[file]
        except KeyError:
            found = self._own[file] = self._told_apart(file)
            return found

    def frames(self, depth: int = 1) -> list[FrameType]:
        """The application's frames of this thread, the innermost first; `depth` frames of the caller are left out."""
        return list(self._walk(sys._getframe(depth)))

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
        if not file or file.startswith("<"):
            return None
        real = os.path.realpath(file)
        if real.startswith(_OWN):
            return None
        for folder in self._folders:
            if real.startswith(folder):
                return real[len(folder) :]
        if self._folders or is_library(file):
            return None
        here = f"{os.path.realpath(Path.cwd())}{os.sep}"
        return real.removeprefix(here)
