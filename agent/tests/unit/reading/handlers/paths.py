"""Paths that go to `sink`, below their folder or not."""

from __future__ import annotations

import os
from pathlib import Path

from tests.unit.reading.handlers.shared import (
    FOLDER,
    RejectedError,
    Sink,
)


def safe_path_resolved(value: str, sink: Sink) -> None:
    target = (FOLDER / value).resolve()
    if not target.is_relative_to(FOLDER):
        raise RejectedError
    sink(str(target))


def safe_path_real(value: str, sink: Sink) -> None:
    target = os.path.realpath(os.path.join(FOLDER, value))  # noqa: PTH118
    if not target.startswith("/srv/files/"):
        raise RejectedError
    sink(target)


def safe_path_common(value: str, sink: Sink) -> None:
    target = os.path.abspath(f"{FOLDER}/{value}")  # noqa: PTH100
    if os.path.commonpath([str(FOLDER), target]) != str(FOLDER):
        raise RejectedError
    sink(target)


def safe_path_dots(value: str, sink: Sink) -> None:
    if ".." in value or value.startswith("/"):
        raise RejectedError
    sink(f"{FOLDER}/{value}")


def safe_path_name(value: str, sink: Sink) -> None:
    sink(f"{FOLDER}/{Path(value).name}")


def unsafe_path(value: str, sink: Sink) -> None:
    sink(str(FOLDER / value))


def unsafe_path_suffix(value: str, sink: Sink) -> None:
    sink(str(FOLDER / f"{value}.txt"))


def safe_path_among_parents(value: str, sink: Sink) -> None:
    target = (FOLDER / value).resolve()
    if FOLDER not in target.parents:
        raise RejectedError
    sink(str(target))


def safe_path_relative(value: str, sink: Sink) -> None:
    target = (FOLDER / value).resolve()
    try:
        target.relative_to(FOLDER)
    except ValueError:
        return
    sink(str(target))


def unsafe_path_relative_unresolved(value: str, sink: Sink) -> None:
    target = FOLDER / value
    target.relative_to(FOLDER)
    sink(str(target))
