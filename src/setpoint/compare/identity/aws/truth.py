"""Truth of three values, since not everything is known of a request: `min` is *and*, `max` is *or*."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple


class Truth(IntEnum):
    NO = 0
    MAYBE = 1
    YES = 2


class Outcome(NamedTuple):
    truth: Truth
    missing: tuple[str, ...] = ()
    """The condition keys for whose sake it is only `MAYBE`."""


YES: Final = Outcome(Truth.YES)
NO: Final = Outcome(Truth.NO)


def outcome(*, holds: bool) -> Outcome:
    return YES if holds else NO
