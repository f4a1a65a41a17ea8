"""Counts which permissions were used, from records to `Counts`: the loop that has to keep up with every trail.

Nothing is made for an event that another one made before: sessions, actions and resources are each worked out once. Who
stands behind a session is told only once everything was read, since logs come in no order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from setpoint.aws import DENIED
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.permission_use import ANY_RESOURCE, ANY_TIME, Counts, SessionOrigin, Use
from setpoint.observe.cloudtrail.actions import Action, ActionList, service_of
from setpoint.observe.cloudtrail.principals import Session, session_of
from setpoint.observe.cloudtrail.repeats import RecentIds
from setpoint.observe.cloudtrail.resources import ResourceNames
from setpoint.observe.cloudtrail.sessions import SessionLinks

REFUSED: Final = DENIED | {"AuthFailure", "VpceAccessDenied"}
"""Errors that say that nothing was permitted (Amazon EC2 API Reference, *Error codes*; AWS CloudTrail User Guide,
*Network activity events*)."""

CALLS: Final = ("AwsApiCall", None)
"""Types of events that somebody needed a permission for; older ones name none (AWS CloudTrail User Guide, *CloudTrail
record contents*)."""

MOST_RESOURCES: Final = 100
"""Of one principal, action and day in one reading: more is not a list of resources but `*`."""

MOST_NAMES: Final = 10_000
"""Kinds of unmapped events that are told by name: there are not as many operations in all of AWS."""

MOST_TOLD: Final = 10
"""Refused records that are told one by one."""

BEGINS_SESSIONS: Final = frozenset(
    {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetFederationToken"}
)
"""Events of STS that answer with the key of a new session (AWS STS API Reference)."""

_SECONDS: Final = frozenset(f":{second:02}Z" for second in range(60))

Key = tuple[int, str, str, str]
"""Number of the session, action, resource, day."""

_Kind = tuple[tuple[Action, ...] | None, bool]
"""What an event of one source and name took; and whether it begins sessions."""


class UseCounter:
    """Give it the records of one log after another, then ask for the `counts`."""

    def __init__(
        self,
        actions: ActionList,
        known: Mapping[str, SessionOrigin] | None = None,
        *,
        window: tuple[datetime, datetime] = ANY_TIME,
    ) -> None:
        """`known` are sessions that were begun in what was read before.

        What happened before the `window`, or not before its end, is not counted; who began a session in it is noted.
        """
        self._actions = actions
        self._since, self._until = map(_text, window)
        self._resources = ResourceNames()
        self._links = SessionLinks(known or {})
        self._repeats = RecentIds()
        self._rows: dict[Key, list[Any]] = {}
        self._several: Counter[tuple[int, str, str]] = Counter()
        """How many resources each session used an action on in a day."""
        self._kinds: dict[tuple[str, str, bool], _Kind] = {}
        self._sessions: dict[tuple[str, ...], int] = {}
        self._known_sessions: list[Session] = []
        self._minutes: set[str] = set()
        self._events = self._repeated = self._not_permissions = self._refused = self._unmapped_events = 0
        self._unmapped: Counter[str] = Counter()
        self._first_refused: list[str] = []

    def take(self, records: Iterable[Json], where: str, *, is_strict: bool = False) -> None:
        """What is no event is passed over, and told of; where that is not to be (`is_strict`), `InputError`."""
        for number, record in enumerate(records, start=1):
            problem = self._problem(record) if isinstance(record, dict) else "an event is an object"
            if not problem:
                self._count(record)
            elif is_strict:
                raise InputError(problem, where=f"{where}:record {number}")
            else:
                self._refuse(f"{where}:record {number}: {problem}")

    def behind(self, event: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who stands behind the caller, the nearest first, and what was said of the session; before the `counts`."""
        identity, account = event.get("userIdentity"), event.get("recipientAccountId")
        if not isinstance(identity, dict):
            return (), ()
        return self._links.behind(session_of(identity, account if isinstance(account, str) else ""))

    def counts(self) -> Counts:
        """Of everything that was taken since this was asked last."""
        uses: dict[tuple[str, str, str, str, str], list[Any]] = {}
        origins = [self._links.origin(session) for session in self._known_sessions]
        for (number, action, resource, day), row in self._rows.items():
            key = (self._known_sessions[number].principal, origins[number], action, resource, day)
            uses[key] = _together(uses[key], row) if key in uses else row
        made = Counts(
            uses=tuple(_use(key, row) for key, row in uses.items()),
            events=self._events,
            repeated=self._repeated,
            not_permissions=self._not_permissions,
            unmapped=dict(self._unmapped),
            unmapped_events=self._unmapped_events,
            refused=self._refused,
            first_refused=tuple(self._first_refused),
            sessions=self._links.begun(),
        )
        self._begin_again()
        return made

    def _begin_again(self) -> None:
        self._rows, self._several = {}, Counter()
        self._sessions, self._known_sessions = {}, []
        self._events = self._repeated = self._not_permissions = self._refused = self._unmapped_events = 0
        self._unmapped, self._first_refused = Counter(), []

    def _problem(self, event: Mapping[str, Any]) -> str:
        """Why it is no event; empty where it is one."""
        at, identity = event.get("eventTime"), event.get("userIdentity")
        if type(event.get("eventSource")) is not str or type(event.get("eventName")) is not str:
            return "eventSource and eventName are missing, or no texts"
        if type(at) is not str or not self._is_time(at):
            return "eventTime is no time such as 2026-05-31T12:00:00Z"
        return "" if identity is None or type(identity) is dict else "userIdentity is no object"

    def _count(self, event: Mapping[str, Any]) -> None:
        source, name, at = event["eventSource"], event["eventName"], event["eventTime"]
        if self._repeats.has_seen(event.get("eventID")):
            self._repeated += 1
            return
        is_in_time = self._since <= at < self._until
        self._events += is_in_time
        if event.get("eventType") not in CALLS or event.get("eventCategory") == "Insight":
            self._not_permissions += is_in_time
            return
        parameters, identity = event.get("requestParameters"), event.get("userIdentity") or {}
        versioned = type(parameters) is dict and "versionId" in parameters
        actions, begins = self._kinds.get((source, name, versioned)) or self._kind(source, name, versioned=versioned)
        if begins:
            self._begin_session(event, identity, at)
        if is_in_time and actions:
            self._note(event, actions, identity, at)
        elif is_in_time:
            self._without_action(event, is_known=actions is not None)

    def _begin_session(self, event: Mapping[str, Any], identity: Mapping[str, Json], at: str) -> None:
        if not event.get("errorCode"):
            self._links.note(event, self._known_sessions[self._session(identity, event)], at)

    def _note(
        self, event: Mapping[str, Any], actions: tuple[Action, ...], identity: Mapping[str, Json], at: str
    ) -> None:
        session, error = self._session(identity, event), event.get("errorCode")
        for action in actions:
            resource = self._resources.of_event(action, event)
            row = self._rows.get((session, action.name, resource, at[:10]))
            if row is None:
                row = self._new_row(session, action.name, resource, at)
            _add(row, error, at)

    def _without_action(self, event: Mapping[str, Any], *, is_known: bool) -> None:
        if is_known:
            self._not_permissions += 1
            return
        self._unmapped_events += 1
        name = f"{event['eventSource'][:128]} {event['eventName'][:128]}"
        if name in self._unmapped or len(self._unmapped) < MOST_NAMES:
            self._unmapped[name] += 1

    def _kind(self, source: str, name: str, *, versioned: bool) -> _Kind:
        actions = self._actions.of_event(source, name, names_version=versioned)
        kind = (actions, name in BEGINS_SESSIONS and service_of(source) == "sts")
        if len(self._kinds) < MOST_NAMES:
            self._kinds[source, name, versioned] = kind
        return kind

    def _session(self, identity: Mapping[str, Json], event: Mapping[str, Any]) -> int:
        key, name = identity.get("accessKeyId"), identity.get("arn")
        if type(key) is not str or type(name) is not str:
            return self._number(_hashable(identity), identity, event)
        return self._sessions.get((key, name)) or self._number((key, name), identity, event)

    def _number(self, key: tuple[str, ...], identity: Mapping[str, Json], event: Mapping[str, Any]) -> int:
        number = self._sessions.get(key)
        if number is None:
            account = event.get("recipientAccountId")
            number = self._sessions[key] = len(self._known_sessions)
            self._known_sessions.append(session_of(identity, account if isinstance(account, str) else ""))
        return number

    def _new_row(self, session: int, action: str, resource: str, at: str) -> list[Any]:
        day = at[:10]
        if resource != ANY_RESOURCE:
            self._several[session, action, day] += 1
            if self._several[session, action, day] > MOST_RESOURCES:
                resource = ANY_RESOURCE
        return self._rows.setdefault((session, action, resource, day), [0, 0, 0, at, at])

    def _is_time(self, at: str) -> bool:
        """In the one form that CloudTrail writes; each minute is looked at once."""
        minute, rest = at[:16], at[16:]
        if rest not in _SECONDS:
            return False
        if minute not in self._minutes:
            try:
                datetime.strptime(minute + "+0000", "%Y-%m-%dT%H:%M%z")
            except ValueError:
                return False
            if len(self._minutes) > MOST_NAMES:
                self._minutes.clear()
            self._minutes.add(minute)
        return True

    def _refuse(self, what: str) -> None:
        self._refused += 1
        if len(self._first_refused) < MOST_TOLD:
            self._first_refused.append(what)


def is_refusal(error: object) -> bool:
    """Whether this error code says that nothing was permitted; EC2 puts `Client.` in front of its codes."""
    return isinstance(error, str) and error.removeprefix("Client.") in REFUSED


def _text(moment: datetime) -> str:
    """As CloudTrail writes it: times are compared as texts."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def _add(row: list[Any], error: Json, at: str) -> None:
    if not error:
        row[0] += 1
    elif is_refusal(error):
        row[2] += 1
    else:
        row[0] += 1
        row[1] += 1
    if at < row[3]:
        row[3] = at
    elif at > row[4]:
        row[4] = at


def _together(one: list[Any], other: list[Any]) -> list[Any]:
    used, failed, denied = (one[place] + other[place] for place in range(3))
    return [used, failed, denied, min(one[3], other[3]), max(one[4], other[4])]


def _use(key: tuple[str, str, str, str, str], row: list[Any]) -> Use:
    principal, original, action, resource, day = key
    used, failed, denied, first, last = row
    return Use(
        principal=principal,
        original=original,
        action=action,
        resource=resource,
        day=date.fromisoformat(day),
        used=used,
        failed=failed,
        denied=denied,
        first=datetime.fromisoformat(first),
        last=datetime.fromisoformat(last),
    )


def _hashable(identity: Mapping[str, Json]) -> tuple[str, ...]:
    """All that principals are told by, where an access key does not tell one session from another."""
    session = session_of(identity, "")
    return ("", session.principal, session.name, session.key, session.source_identity)
