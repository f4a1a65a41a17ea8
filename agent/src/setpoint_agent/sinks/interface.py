"""The seam between a sink and the examination: a sink says what it is; a wrapper says what reached it.

A module of `sinks/` declares `PATCHES` (what to wrap, in which library) and `Sink`s, and its wrappers
call `examination.examine(sink, argument)` before (or, where only the result tells, after) the library's own function.
"""

from __future__ import annotations

from dataclasses import dataclass

from setpoint_agent.catalogue import Kind


@dataclass(frozen=True, slots=True)
class Sink:
    """One dangerous call."""

    kind: Kind
    name: str
    """As a person writes it: `sqlite3.Cursor.execute`, `os.system`."""
    language: str
    """Which tokenizer reads its argument (a name in `languages.BY_NAME`); `whole`: any input as such is the fault."""
    safe_after: frozenset[str] = frozenset()
    """What escapers and checks (`Request.passages`) make a value safe here: `html`, `shell`, …"""
    shortest: int = 3
    """Values shorter than this are not looked for."""
    certainty: float = 1.0
    """Evidence is multiplied with this: less than 1 where the library itself refuses what an attack would need."""
