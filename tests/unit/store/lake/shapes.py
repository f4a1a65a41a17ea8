"""What the fixtures of this folder are, for the tests that take them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from setpoint.model.canonical import Json
from setpoint.store.interface import Answer, Entry


class MakeEntry(Protocol):
    def __call__(self, offset: int, *, received_at: datetime = ..., **attributes: Json) -> Entry: ...


class Ask(Protocol):
    def __call__(self, sql: str, *, limit: int = ..., timeout: float = ...) -> Answer: ...
