"""Tells the control plane what the process is made of: all of it once, then what changed, then only that nothing did.

Each message says what it builds on (`base`) and what the whole is then (`digest`): who has the one knows the other.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from setpoint_agent.components import children
from setpoint_agent.components.bill import Bill, heading
from setpoint_agent.room import Room
from setpoint_agent.settings import Settings

OCTETS: Final = 65_000
"""Of components in one report: what is left goes with the next."""
MOST_ROWS: Final = 5_000
_DIGITS: Final = 32


class Components:
    """Of one process, boot by boot."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bill: Bill | None = None
        self.begin_anew()

    def begin_anew(self) -> None:
        """At the start of a boot: a child tells all of it, but what its parent has read it need not read again."""
        self.has_forked = False
        """This process, at least once."""
        self._begun = False
        self._is_told = False
        """All of it, as it was at the last look."""
        self._told: dict[str, str] = {}
        """Reference → digest of what was told of it."""
        self._digest = ""

    def is_left_to_children(self) -> bool:
        """Whether it is of children alone that anything is to be told: to read all that is installed takes a few MB,
        and the parent of a pre-fork server does nothing but wait."""
        return self.has_forked and children.are_alive()

    def take_changed(self) -> dict[str, Any]:
        """The member `sbom` of a report (schemas/agent-report.schema.json)."""
        bill = self._bill = self._bill or Bill()
        is_due = bill.look_again() or not self._is_told
        base, room, whole, changed = self._digest, Room(rows=MOST_ROWS, octets=OCTETS), True, []
        for each in list(bill.components()) if is_due else ():
            row = each.as_document()
            digest = _digest_of(row)
            if self._told.get(each.reference) == digest:
                continue
            if not room.takes(row):
                whole = False
                break
            self._told[each.reference] = digest
            changed.append(row)
        self._is_told = whole
        if changed:
            self._digest = _digest_of(sorted(self._told.items()))
        told: dict[str, Any] = {"digest": self._digest, "base": base, "whole": whole}
        if not self._begun:
            self._begun = True
            told["document"] = heading(service=self._settings.service, release=self._settings.release)
        if changed:
            told["components"] = changed
        return told


def _digest_of(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
