"""The one lake of the process: open for queries and for `filling`, which shuts it once it failed and opens it again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from setpoint.errors import LakeError
from setpoint.store.interface import Lake


class LakeDoor:
    def __init__(self, make: Callable[[], Lake]) -> None:
        """Raises `LakeError` where the lake cannot be opened: what it has is to be known before anything is taken."""
        self._make = make
        self._lake: Lake | None = make()
        self._changing = threading.Lock()

    def use(self) -> Lake:
        """Raises `LakeError` while it is shut."""
        lake = self._lake
        if lake is None:
            raise LakeError("the lake failed, and is opened again in a moment", remedy="see setpoint status")
        return lake

    def open(self) -> Lake:
        """As `use`, but opens it where it is shut."""
        with self._changing:
            if self._lake is None:
                self._lake = self._make()
            return self._lake

    def shut(self) -> None:
        with self._changing:
            lake, self._lake = self._lake, None
            if lake is not None:
                # It failed already: that it cannot be closed in order either adds nothing.
                with suppress(LakeError):
                    lake.close()
