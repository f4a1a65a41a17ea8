"""Whether this process is being watched: asked by sources before they open a request, set by `agent` alone."""

from __future__ import annotations


class Switch:
    """One truth for a process, as cheap to ask as an attribute."""

    __slots__ = ("fleet_key", "on")

    def __init__(self) -> None:
        self.on = False
        self.fleet_key = b""
        """What scanners' probe ids are checked with."""


switch = Switch()
