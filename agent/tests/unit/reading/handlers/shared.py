"""What the handlers of several files use: the sink, lists, and functions of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path

Sink = Callable[[str], None]
COLUMNS = {"name": "name", "price": "price_in_cents"}
ALLOWED = ["name", "price"]
FOLDER = Path("/srv/files")
WORD = re.compile(r"[A-Za-z0-9_]+")


class RejectedError(Exception):
    pass


class Order(Enum):
    NAME = "name"
    PRICE = "price"


def is_column(text: str) -> bool:
    return text in ALLOWED


def checked(text: str) -> None:
    if text not in ALLOWED:
        raise RejectedError


def run(statement: str, sink: Sink) -> None:
    sink(statement)
