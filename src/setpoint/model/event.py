"""Something that was told to Setpoint: a CloudEvents 1.0 event, or an agent's report in the same form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Bounded and validated; `source` and `id` together name it, for ever (*CloudEvents 1.0*, Required Attributes)."""

    source: str
    id: str
    type: str
    time: datetime
    """When it happened, as its source says; when it came in, where that says nothing."""
    subject: str
    """Empty where it has none."""
    service: str
    """The service that it is about; empty where that is not known."""
    line: bytes
    """The whole event as one line of JSON, without a line feed: what the journal keeps."""
