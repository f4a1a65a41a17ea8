"""Who asked for what the interpreter announces: the application, or a library for purposes of its own.

The audit events of `open` or `compile` come for everybody's calls. A sink asks here, within a request only, before it
examines: the answer costs a few dictionary lookups, recognition more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from setpoint_agent.examination import is_of_application
from setpoint_agent.stack import DEEPEST, ENTRIES, library_name

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

_OWN: Final = f"{Path(__file__).parents[1]}/"


def called_by_application() -> bool:
    """Whether the very next caller is code of the application: no library is in between."""
    frame = next(_callers(sys._getframe(1)), None)
    return frame is not None and is_of_application(frame.f_code.co_filename)


def asked_by_application() -> bool:
    """Whether the application made the call, itself or through a library that does what it is told (`shutil`, `csv`).

    A stack of nothing but the standard library is a thread that the application handed the function to.
    """
    for frame in _callers(sys._getframe(1)):
        file = frame.f_code.co_filename
        if is_of_application(file):
            return True
        library = library_name(file)
        if library is not None:
            if library.partition("/")[0] in SELF_RELIANT:
                return False
        elif str(frame.f_globals.get("__name__")).partition(".")[0] in OWN_PURPOSES or frame.f_code in ENTRIES:
            return False
    return True


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames around, without the agent's wrappers, out to where the request began."""
    for _ in range(DEEPEST):
        if frame is None:
            return
        if frame.f_code in ENTRIES or not frame.f_code.co_filename.startswith(_OWN):
            yield frame
        frame = frame.f_back
