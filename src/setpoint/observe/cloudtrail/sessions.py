"""Who stands behind a session in the end: followed from the key that it was given, through every role between. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from setpoint.model.canonical import Json
from setpoint.model.permission_use import SessionOrigin
from setpoint.observe.cloudtrail.principals import Session

MOST_HOPS: Final = 20
"""Roles that are assumed one from another: each session lives for an hour at most (IAM User Guide, *Role chaining*),
and a key cannot begin the session that it belongs to."""

LONGEST: Final = timedelta(hours=36)
"""That a session may live: a federated user's (AWS STS API Reference, GetFederationToken)."""

MOST_LABELS: Final = 50
"""Tags of a session, at most (AWS STS API Reference, AssumeRole)."""

LONGEST_LABEL: Final = 256
"""Characters of a tag's value (the same)."""

_SEVERAL: Final = Session("", "", "", "", is_session=False)
"""Stands for whoever began a session of this name, of which there was more than one."""


class SessionLinks:
    def __init__(self, known: Mapping[str, SessionOrigin]) -> None:
        """`known` are keys of sessions that were begun before."""
        self._known = known
        self._by_key: dict[str, tuple[Session, str, tuple[str, ...]]] = {}
        """Key of a session → who began it, when, and what was said of it then."""
        self._by_name: dict[str, Session] = {}

    def note(self, event: Mapping[str, Any], caller: Session, at: str) -> None:
        """An event that began a session."""
        answer = _mapping(event.get("responseElements"))
        key = _mapping(answer.get("credentials")).get("accessKeyId")
        user = _mapping(answer.get("assumedRoleUser")) or _mapping(answer.get("federatedUser"))
        name = user.get("arn")
        if isinstance(key, str):
            self._by_key[key] = (caller, at, tuple(_labels(_mapping(event.get("requestParameters")))))
        if isinstance(name, str):
            before = self._by_name.setdefault(name, caller)
            if before.name != caller.name:
                self._by_name[name] = _SEVERAL

    def origin(self, session: Session) -> str:
        """Empty where nobody else stands behind it, or that is not known.

        What somebody says to be goes where the record ends in a role: who that was is not told otherwise.
        """
        if not session.is_session:
            return ""
        found = self._follow(session)
        if found and not _is_role(found):
            return found
        return session.source_identity or found

    def behind(self, session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Everybody who stands behind it, the nearest first, and what was said when each session was begun."""
        chain, labels, current = list[str](), [session.source_identity], session
        for _ in range(MOST_HOPS):
            if current.key in self._by_key:
                current, _at, told = self._by_key[current.key]
                labels += told
            elif (known := self._known.get(current.key)) is not None:
                chain += known.chain or (known.principal,)
                labels += known.labels
                break
            else:
                by_name = self._by_name.get(current.name)
                if by_name is None or by_name is _SEVERAL or by_name.name == current.name:
                    break
                current = by_name
            chain.append(current.name)
            labels.append(current.source_identity)
        return tuple(dict.fromkeys(chain)), tuple(dict.fromkeys(filter(None, labels)))

    def begun(self) -> Mapping[str, SessionOrigin]:
        """Every session whose begin was noted since this was asked last, with who stands behind it."""
        origins = {}
        for key, (caller, at, labels) in self._by_key.items():
            principal = self.origin(caller) or caller.principal
            chain, earlier = self.behind(caller)
            origins[key] = SessionOrigin(
                principal, datetime.fromisoformat(at), (caller.name, *chain), tuple(dict.fromkeys((*labels, *earlier)))
            )
        self._known, self._by_key, self._by_name = _alive({**self._known, **origins}), {}, {}
        return origins

    def _follow(self, session: Session) -> str:
        found, current = "", session
        for _ in range(MOST_HOPS):
            if current.key in self._by_key:
                current = self._by_key[current.key][0]
            elif current.key in self._known:
                return self._known[current.key].principal
            else:
                by_name = self._by_name.get(current.name)
                if by_name is None or by_name is _SEVERAL or by_name.name == current.name:
                    return found
                current = by_name
            found = current.principal
            if not current.is_session:
                return found
        return found


def _alive(known: Mapping[str, SessionOrigin]) -> Mapping[str, SessionOrigin]:
    """Those that were not over when the last one began."""
    newest = max((each.begun for each in known.values()), default=None)
    return {key: each for key, each in known.items() if newest is not None and newest - each.begun <= LONGEST}


def _labels(parameters: Mapping[str, Json]) -> Iterator[str]:
    """What whoever begins a session says of it: for whom it is, and its tags."""
    tags = parameters.get("tags")
    given = [parameters.get("sourceIdentity"), *(each.get("value") for each in _mappings(tags))]
    for each in given[:MOST_LABELS]:
        if isinstance(each, str) and each:
            yield each[:LONGEST_LABEL]


def _mappings(value: Json) -> list[Mapping[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _is_role(principal: str) -> bool:
    return ":role/" in principal


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
