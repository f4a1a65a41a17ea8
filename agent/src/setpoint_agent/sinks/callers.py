"""Who asked for what the interpreter announces: the application, or a library for purposes of its own.

The audit events of `open` or `compile` come for everybody's calls. A sink asks here, within a request only, before it
examines: the answer costs a few dictionary lookups, recognition more.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from types import FrameType
from typing import Final

from setpoint_agent.examination import is_of_application, passing_on
from setpoint_agent.handovers import ENTRIES, hands_over, outwards
from setpoint_agent.stack import MOST_FILES, file_of, library_name

SELF_RELIANT: Final = frozenset(
    [
        "aiohttp",
        "anyio",
        "bottle.py",
        "celery",
        "certifi",
        "chameleon",
        "django",
        "falcon",
        "fastapi",
        "flask",
        "gunicorn",
        "jinja2",
        "litestar",
        "mako",
        "sqlalchemy",
        "starlette",
        "tornado",
        "urllib3",
        "uvicorn",
        "werkzeug",
        "whitenoise",
    ]
)
"""Packages that read files and run code of their own choice (templates, static files below a checked folder,
certificates). What an application hands them to be opened has sinks of its own: `send_file`, `FileResponse`."""

OWN_PURPOSES: Final = frozenset(
    [
        "gettext",
        "importlib",
        "inspect",
        "linecache",
        "locale",
        "logging",
        "mimetypes",
        "netrc",
        "pkgutil",
        "ssl",
        "sysconfig",
        "tempfile",
        "traceback",
        "zoneinfo",
    ]
)
"""Modules of the standard library of which the same is true; `tempfile` makes up the names by itself."""

EXTRACTING: Final = frozenset({"_extract_member", "_extract_one", "_unpack_zipfile"})
ARCHIVES: Final = frozenset({"shutil", "tarfile", "zipfile"})
"""Functions of modules that write what an archive holds: `sinks.archive` judges them."""

_OWN: Final = "setpoint_agent."
_SOURCES: Final = "setpoint_agent.sources."
"""In which requests begin, and what was handed over is called."""


def application_caller(through: Collection[str] = ()) -> FrameType | None:
    """The very next caller, if it is code of the application: no library is in between, but modules of `through`, and
    what ran the call for whoever handed it over."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:  # no generator: this runs for every header that a response gets
        name = frame.f_globals.get("__name__") or ""
        if name.startswith(_OWN):
            if name.startswith(_SOURCES):
                if frame.f_code in ENTRIES:
                    return None  # what is around the request is the server's, and the script's that runs it
                if hands_over(frame):
                    return _application_behind(frame, through)
        elif name not in through:
            if is_of_application(file_of(frame)) and is_of_application(frame.f_code.co_filename):
                return frame
            return _application_behind(frame, through) if hands_over(frame) else None
        frame = frame.f_back
    return None


def _application_behind(frame: FrameType, through: Collection[str]) -> FrameType | None:
    for each in outwards(frame):
        name = each.f_globals.get("__name__") or ""
        if not (name.startswith(_OWN) or hands_over(each) or name in through):
            return each if is_of_application(each.f_code.co_filename) else None
    return None


def asked_by_application(self_reliant: frozenset[str] = SELF_RELIANT) -> bool:
    """Whether the application made the call, itself or through a library that does what it is told (`shutil`, `csv`).

    A stack of nothing but the standard library is a thread that the application handed the function to.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_globals.get("__file__")
        if (file, self_reliant) not in passing_on:
            if hands_over(frame):
                asked = (_has_asked(each, self_reliant) for each in outwards(frame) if not hands_over(each))
                return next((each for each in asked if each is not None), True)
            asked_it = _has_asked(frame, self_reliant)
            if asked_it is not None:
                return asked_it
            if type(file) is str and not _depends_on_function(frame) and len(passing_on) < MOST_FILES:
                passing_on.add((file, self_reliant))
        frame = frame.f_back
    return True


def _has_asked(frame: FrameType, self_reliant: Collection[str]) -> bool | None:
    """Whether this function settles it, and how."""
    file = file_of(frame)
    if is_of_application(file):
        return True
    library = library_name(file)
    if library is not None:
        return False if library.partition("/")[0] in self_reliant else None
    if (frame.f_globals.get("__name__") or "").partition(".")[0] in OWN_PURPOSES:
        return False
    if _depends_on_function(frame) and (frame.f_code in ENTRIES or frame.f_code.co_name in EXTRACTING):
        return False
    return None


def _depends_on_function(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__") or ""
    return name in ARCHIVES or name.startswith(_SOURCES)
