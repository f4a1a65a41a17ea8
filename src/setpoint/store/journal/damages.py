"""What of the journal cannot be read, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from setpoint.store.journal.codec import Damage

MOST: Final = 100
"""Sentences that are kept; of any further ones only the number."""


class Damages:
    def __init__(self) -> None:
        self._sentences: dict[tuple[str, int], str] = {}
        """By file and position, so that what is met again is told once."""
        self._more = 0

    def add(self, file: str, damage: Damage, *, start: int = 0) -> None:
        """`start` is where in the file began what was scanned."""
        position, size = start + damage.position, damage.end - damage.position
        what = f"{size:,} bytes at {position:,} cannot be read" if size else f"something is missing at {position:,}"
        self._note(file, position, f"{what}; {_lost(damage.first, damage.last)}")

    def add_cut(self, file: str, position: int, size: int) -> None:
        """No crash of ours leaves an end like this: a power failure may, or damage at the very end."""
        self._note(file, position, f"the last {size:,} bytes were no batch, and were cut off")

    def add_missing_end(self, first: int, last: int) -> None:
        """The lake has these, and the journal does not."""
        self._note("the end of the journal", 0, f"it is missing; {_lost(first, last)}")

    def forget(self, file: str) -> None:
        """It is there no longer."""
        self._sentences = {key: sentence for key, sentence in self._sentences.items() if key[0] != file}

    def sentences(self) -> Sequence[str]:
        more = [f"{self._more:,} more damages"] if self._more else []
        return [*self._sentences.values(), *more]

    def _note(self, file: str, position: int, sentence: str) -> None:
        key = (file, position)
        if key in self._sentences or len(self._sentences) < MOST:
            self._sentences[key] = f"{file}: {sentence}"
        else:
            self._more += 1


def _lost(first: int, last: int | None) -> str:
    if last is None:
        return f"events from offset {first} on are lost"
    if last < first:
        return "no event is lost"
    return f"offset {first} is lost" if first == last else f"offsets {first} to {last} are lost"
