"""What reading the code gives back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clearance:
    """Why a recognised value is not reported at all, or with less confidence."""

    reason: str
    """`allow-list`, `rejects ".."`, `resolved and below /srv/files`, `constant of the code`, `host checked`, …"""
    place: str
    """file:line of the check."""
    certain: bool
    """True: the value is safe there (not reported); False: confidence is lowered."""
