"""Events of a trail that changed something, as they are kept to tell later who made a difference. Pure.

`reading` asks it. What an event named and asked for is worked out by `changes_named`, how it was made by
`changes_means`; which difference it made is asked later, of `changes_matching`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from setpoint.model.attribution import RecordedWrite
from setpoint.model.canonical import Json
from setpoint.observe.aws.recorded_event import RecordedEvent
from setpoint.observe.cloudtrail.changes_means import means_of
from setpoint.observe.cloudtrail.changes_named import names_in, parameters_in
from setpoint.observe.cloudtrail.records import Event

LONGEST: Final = 256
"""Characters of a text that the event has for itself: an id, an address, a name of an event."""

Behind = tuple[tuple[str, ...], tuple[str, ...]]
"""Who stands behind a session, the nearest first; and what was said when it was begun."""


def is_change(record: Json) -> bool:
    """Whether it changed a resource, rather than read it, or what is in it: objects, rows, messages."""
    return (
        isinstance(record, Mapping)
        and record.get("readOnly") is False
        and not record.get("errorCode")
        and record.get("managementEvent") is not False
        and record.get("eventCategory") in ("Management", None)
    )


def recorded_write(event: Event, behind: Behind, infrastructure_roles: Sequence[str]) -> RecordedWrite | None:
    """None where it does not say when it was, or nothing that it was done to."""
    at = _moment(event.get("eventTime"))
    names = names_in(event)
    if at is None or not names:
        return None
    identity = _mapping(event.get("userIdentity"))
    change = RecordedEvent({"EventTime": at, "EventId": _identity_of(event)}, event).change()
    means, tool = means_of(event, identity, infrastructure_roles)
    chain, labels = behind
    return RecordedWrite(
        change=change,
        account=_text(event.get("recipientAccountId")) or _text(identity.get("accountId")),
        region=_text(event.get("awsRegion")),
        means=means,
        tool=tool,
        names=names,
        parameters=parameters_in(event),
        chain=chain,
        labels=labels,
        key=_text(identity.get("accessKeyId")),
    )


def _identity_of(event: Event) -> str:
    """By which a repeated log is known; what has none is known by all that it says."""
    given = _text(event.get("eventID"))
    if given:
        return given
    told = [event.get(name) for name in ("eventSource", "eventName", "eventTime", "requestID", "requestParameters")]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _moment(text: Json) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _mapping(value: Any) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Json) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
