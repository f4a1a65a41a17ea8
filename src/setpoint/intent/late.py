"""A reader of declared state that is made when it is first asked: making one may need an answer from AWS.

Where that does not come, the heartbeat that asked could not tell, and says so in the ledger; the next one asks again.
"""

from __future__ import annotations

from collections.abc import Callable

from setpoint.intent.interface import IntentReader
from setpoint.model.snapshot import Snapshot


class LateReader:
    """Implements `IntentReader`; each call raises what `make` does until that has come to something."""

    def __init__(self, make: Callable[[], IntentReader]) -> None:
        self._make = make
        self._made: IntentReader | None = None

    def fingerprint(self) -> str:
        return self._reader().fingerprint()

    def busy(self) -> str:
        return self._reader().busy()

    def read(self) -> Snapshot:
        return self._reader().read()

    def _reader(self) -> IntentReader:
        if self._made is None:
            self._made = self._make()
        return self._made
