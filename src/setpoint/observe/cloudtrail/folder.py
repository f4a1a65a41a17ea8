"""New logs in a folder: a copy of a trail's bucket that somebody keeps up to date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from setpoint.errors import CouldNotTellError
from setpoint.files import read_bytes
from setpoint.observe.cloudtrail.files import folder_files
from setpoint.observe.cloudtrail.layout import is_digest, log_name
from setpoint.observe.cloudtrail.trail import Delivery, Log
from setpoint.observe.interface import TrailKeeper

AT_ONCE: Final = 32
"""Logs that are in memory, and kept, at one time."""


class FolderTrail:
    """Digests in it are not looked at: their signatures stay with the objects of the bucket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return str(self._folder)

    def deliveries(self, keeper: TrailKeeper, now: datetime) -> Iterator[Delivery]:
        if not self._folder.is_dir():
            raise CouldNotTellError(
                "there is no such folder of logs", where=self.name, remedy="set cloudtrail.folder to one that there is"
            )
        names = [str(each.relative_to(self._folder)) for each in folder_files(self._folder)]
        logs = [each for each in names if not is_digest(each)]
        known = keeper.logs_read(self.name, logs)
        new = [each for each in logs if each not in known]
        for start in range(0, len(new), AT_ONCE):
            yield Delivery(tuple(self._log(each, now) for each in new[start : start + AT_ONCE]))

    def _log(self, name: str, now: datetime) -> Log:
        told = log_name(name)
        data = read_bytes(self._folder / name)
        return Log(name, data, told.at, told.place) if told else Log(name, data, now)
