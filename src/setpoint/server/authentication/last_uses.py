"""When tokens were last used: noted in the ledger beside the calls, which do not wait for it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import structlog

from setpoint.errors import Error
from setpoint.model.access import Token
from setpoint.store.interface import TokenWriter

PRECISION: Final = timedelta(minutes=1)
"""A use so soon after the one that is noted is not noted: the ledger is not written with every call."""

log = structlog.get_logger()


class LastUses:
    """Threads may share it."""

    def __init__(self, tokens: TokenWriter) -> None:
        self._tokens = tokens
        self._waiting: dict[str, datetime] = {}
        self._turn = threading.Lock()
        self._is_writing = False
        self._is_closed = False
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="last-uses")

    def note(self, token: Token, at: datetime) -> None:
        """`token` as the ledger has it now."""
        if token.last_used_at is not None and at - token.last_used_at < PRECISION:
            return
        with self._turn:
            if self._is_closed:
                return
            self._waiting.setdefault(token.id, at)
            if not self._is_writing:
                self._is_writing = True
                self._worker.submit(self._write)

    def _write(self) -> None:
        while uses := self._next():
            try:
                self._tokens.note_uses(uses)
            except Error as error:
                log.warning("when tokens were last used cannot be noted", error=error.diagnostics())
            with self._turn:
                # Not before: until it is in the ledger, every call would have its use noted again.
                for identity in uses:
                    del self._waiting[identity]

    def _next(self) -> dict[str, datetime]:
        with self._turn:
            self._is_writing = bool(self._waiting)
            return dict(self._waiting)

    def close(self) -> None:
        """Once what waits is noted."""
        with self._turn:
            self._is_closed = True
        self._worker.shutdown()
