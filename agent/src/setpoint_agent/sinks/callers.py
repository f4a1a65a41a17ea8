"""Who asked for what the interpreter announces: the application, or a library for purposes of its own.

The audit events of `open` or `compile` come for everybody's calls. A sink asks here, within a request only, before it
examines: the answer costs a few dictionary lookups, recognition more.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from types import FrameType
from typing import Final

from setpoint_agent.examination import is_of_application
from setpoint_agent.stack import ENTRIES, library_name

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
"""Functions of `zipfile`, `tarfile` and `shutil` that write what an archive holds: `sinks.archive` judges them."""

_OWN: Final = f"{Path(__file__).parents[1]}/"


def application_caller(through: Collection[str] = ()) -> FrameType | None:
    """The very next caller, if it is code of the application: no library is in between, but modules of `through`."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:  # no generator: this runs for every header that a response gets
        file = frame.f_code.co_filename
        if file.startswith(_OWN):
            if frame.f_code in ENTRIES:
                return None  # what is around the request is the server's, and the script's that runs it
        elif not through or frame.f_globals.get("__name__") not in through:
            return frame if is_of_application(file) else None
        frame = frame.f_back
    return None


def asked_by_application(self_reliant: Collection[str] = SELF_RELIANT) -> bool:
    """Whether the application made the call, itself or through a library that does what it is told (`shutil`, `csv`).

    A stack of nothing but the standard library is a thread that the application handed the function to.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if is_of_application(file):
            return True
        library = library_name(file)
        if library is not None:
            if library.partition("/")[0] in self_reliant:
                return False
        elif frame.f_code.co_name in EXTRACTING or frame.f_code in ENTRIES or _module(frame) in OWN_PURPOSES:
            return False
        frame = frame.f_back
    return True


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]
