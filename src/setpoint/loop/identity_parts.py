"""What the identity plane is made of, put together by `wiring`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from setpoint.compare.interface import IdentityComparator
from setpoint.decide.interface import IdentityDriftJudge
from setpoint.intent.interface import IdentityIntentReader
from setpoint.model.identity import UNUSED_AFTER
from setpoint.observe.interface import AccountReader


@dataclass(frozen=True, slots=True)
class RecordRules:
    """What is made of the record of calls."""

    is_kept: bool
    """Whether anybody said where it is."""
    unused_after: timedelta = UNUSED_AFTER
    """What was not used for so long counts as not used."""


@dataclass(frozen=True, slots=True)
class IdentityParts:
    intent: IdentityIntentReader
    accounts: Sequence[AccountReader]
    comparator: IdentityComparator
    judge: IdentityDriftJudge
    record: RecordRules
    reads_always: bool = False
    """Whether an account is read of whose identities nothing is declared, so that nothing could be said to differ."""
