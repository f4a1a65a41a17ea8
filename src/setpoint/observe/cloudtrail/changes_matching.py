"""Whether a recorded change made a difference, and how sure that is. Pure; `changes_tracer` asks it.

The general rule goes by names: a call sets a property if its own name, or one of its parameters, holds the property's.
What is called otherwise stands in the tables of `changes_calls`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from setpoint.model.attribution import ChangeQuestion, Confidence, Means, RecordedWrite
from setpoint.model.canonical import Json, Unknown
from setpoint.model.handlers import SEPARATOR
from setpoint.model.paths import split
from setpoint.model.principal import PRINCIPAL
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.aws.change_record import names_of
from setpoint.observe.aws.event_source import comes_from
from setpoint.observe.aws.recorded_event import gist, principal_of, short_of, speaks_of
from setpoint.observe.cloudtrail.changes_calls import BEGINS, CALLS, ENDS, GENERIC, GIVES, GOES, NOUNS, SWITCHES, TAKES
from setpoint.observe.cloudtrail.changes_granting import Match, grants_match, groups_of, is_of_granters, policies_of
from setpoint.observe.cloudtrail.changes_means import HANDLERS
from setpoint.observe.cloudtrail.changes_named import NO_DIGEST, digest_of, letters

WINDOW: Final = timedelta(days=1)
"""Before a difference was seen: what changed the entity longer ago is not *possible* any more."""

AHEAD: Final = timedelta(seconds=5)
"""By which this machine's clock may be behind AWS's."""

DISTINCT: Final = 4
"""Characters from which a text by itself is told from others; numbers and truth values never are."""

_KEY: Final = re.compile(r"\[([^\]]*)\]")
_VERSION: Final = re.compile(r"\d[\d_v]*$")


@dataclass(frozen=True)
class Matcher:
    """For one difference."""

    question: ChangeQuestion
    caller: str = ""
    """The ARN that Setpoint calls by; empty where that is not known, and only the user agent tells."""

    @cached_property
    def type(self) -> str:
        """Policies on users and roles are about what IAM calls so."""
        urn = self.question.urn
        if urn.type != PRINCIPAL:
            return urn.type
        return "AWS::IAM::User" if urn.identifier.startswith("user/") else "AWS::IAM::Role"

    @cached_property
    def names(self) -> frozenset[str]:
        """What an event may call the entity."""
        return entity_names(self.question.urn)

    @cached_property
    def all_names(self) -> frozenset[str]:
        """And whatever else the difference may come from."""
        return self.names | policies_of(self.question) | groups_of(self.question)

    @cached_property
    def noun(self) -> str:
        return NOUNS.get(self.type) or letters(self.type.rpartition("::")[2])

    def match(self, write: RecordedWrite) -> Match | None:
        """None where it did not make the difference, as far as can be told."""
        if write.change.at > self.question.until + AHEAD or not self._is_about(write):
            return None
        found = self._found_in(write)
        # What Setpoint set is what was declared, unless it took that back itself.
        return None if found and found[0] is not Confidence.EXACT and self._is_own(write) else found

    def _is_own(self, write: RecordedWrite) -> bool:
        """By its principal, too, where that is known: anybody may say to be Setpoint."""
        called = write.means is Means.SETPOINT or (self.caller and write.tool in HANDLERS.values())
        return bool(called) and (not self.caller or principal_of(write.change.principal) == principal_of(self.caller))

    def _found_in(self, write: RecordedWrite) -> Match | None:
        if self.question.permission is not None:
            return grants_match(self.question, self.question.permission, write)
        if self.question.path:
            return self._of_property(write)
        return self._possibly(write) if self.question.values is None else self._of_whole(write)

    # Which entity

    def _is_about(self, write: RecordedWrite) -> bool:
        urn = self.question.urn
        if write.account != urn.account or urn.region not in (GLOBAL, write.region):
            return False
        if not comes_from(write.change.source, self.type):
            return False
        if is_of_granters(self.question, write):
            return True
        parts = urn.identifier.split(SEPARATOR)
        if len(parts) > 1:
            told = {name for _, name in write.names}
            return all(part in told or (short_of(part) or part) in told for part in parts)
        return any(name in self.names and self._fits(kind) for kind, name in write.names)

    def _fits(self, kind: str) -> bool:
        """So that a role is not taken for a user of the same name."""
        noun = self.noun
        return kind in GENERIC or noun.endswith(kind) or noun.startswith(kind) or kind.endswith(noun)

    def _of_whole(self, write: RecordedWrite) -> Match | None:
        event = _VERSION.sub("", write.change.event)
        verbs = GOES if self.question.is_gone else BEGINS
        rests = [letters(event.removeprefix(verb)) for verb in verbs if event.startswith(verb)]
        named = (self.noun, f"{self.noun}s", f"{self.noun}es")
        ends = self.question.is_gone and event in ENDS.get(self.type, ())
        return (Confidence.EXACT, ()) if ends or any(rest in named for rest in rests) else None

    # Which property

    def _of_property(self, write: RecordedWrite) -> Match | None:
        if not self._sets(write):
            return self._possibly(write)
        if self._contradicts(write):
            return self._possibly(write)
        parameters = self._holding(write)
        if parameters is not None:
            return Confidence.EXACT, parameters
        return Confidence.LIKELY, ()

    def _sets(self, write: RecordedWrite) -> bool:
        """Whether the call is one that sets the property."""
        event, name = write.change.event, split(self.question.path)[0]
        calls = CALLS.get((self.type, name))
        if calls is not None:
            return event in calls
        told = gist(self.type, name)
        if speaks_of(event, told) or speaks_of(event.removeprefix("Un"), told):
            return True
        return self.noun in letters(event) and any(
            speaks_of(step, told) for path, _ in write.parameters for step in path.split(".")
        )

    def _possibly(self, write: RecordedWrite) -> Match | None:
        event = write.change.event
        is_recent = write.change.at >= self.question.until - WINDOW
        # Whoever tags it meanwhile is not accused of anything else.
        is_other = speaks_of(event, "tag") or speaks_of(event.removeprefix("Un"), "tag")
        is_asked = self.question.path.startswith("Tag")
        if not is_recent or self.noun not in letters(event) or (is_other and not is_asked):
            return None
        return Confidence.POSSIBLE, ()

    # To which value

    def _contradicts(self, write: RecordedWrite) -> bool:
        """Whether it set the property to something else, or went the other way."""
        if self.question.values is None:
            return False
        actual = self.question.values[1]
        event = write.change.event
        if isinstance(actual, bool) and _switch(event) is not None:
            return _switch(event) is not actual
        if event.startswith(GIVES if _is_nothing(actual) else TAKES):
            return True
        if _is_nothing(actual) or isinstance(actual, Mapping | list | tuple | Unknown):
            return False
        told = (each for each in write.parameters if each[1] != NO_DIGEST)
        named = [digest for path, digest in told if self._last in map(letters, path.split("."))]
        return bool(named) and digest_of(actual) not in named

    def _holding(self, write: RecordedWrite) -> tuple[str, ...] | None:
        """The parameters that hold the value; None where it is not told that it was set to that."""
        if self.question.values is None:
            return None
        intended, actual = self.question.values
        event = write.change.event
        if isinstance(actual, bool) and _switch(event) is actual:
            return ()
        if not _is_nothing(actual):
            return self._found(write, actual)
        if not event.startswith(TAKES):
            return None
        if self._last == letters(split(self.question.path)[0]) and not _KEY.search(self.question.path):
            return ()  # the whole property went
        return self._found(write, intended) or self._key_in(write)

    def _found(self, write: RecordedWrite, value: Json) -> tuple[str, ...] | None:
        """Where each leaf of the value stands; None where one does not."""
        found: dict[str, None] = {}
        leaves = list(_leaves(value, self._last))
        for name, leaf in leaves:
            path = next((path for path, digest in write.parameters if _holds(path, digest, name, leaf)), None)
            if path is None:
                return None
            found[path] = None
        return tuple(found) if leaves else None

    def _key_in(self, write: RecordedWrite) -> tuple[str, ...] | None:
        """`Tags[owner]`: tags are taken away by their keys."""
        keys = {digest_of(key) for key in _KEY.findall(self.question.path)}
        paths = tuple(path for path, digest in write.parameters if digest in keys)
        return paths or None

    @cached_property
    def _last(self) -> str:
        """The name that stands last in the path."""
        return letters(_KEY.sub("", self.question.path).rpartition(".")[2])


def entity_names(urn: Urn) -> frozenset[str]:
    """What an event may call it; of users and roles, their names without what they are."""
    if urn.type == PRINCIPAL:
        return frozenset({urn.identifier.rpartition("/")[2]})
    return frozenset(names_of(urn))


def _switch(event: str) -> bool | None:
    return next((value for verb, value in SWITCHES.items() if event.startswith(verb)), None)


def _holds(path: str, digest: str, name: str, leaf: Json) -> bool:
    if digest != digest_of(leaf):
        return False
    is_distinct = isinstance(leaf, str) and len(leaf) >= DISTINCT and leaf.casefold() not in ("true", "false")
    return is_distinct or name in map(letters, path.split("."))


def _leaves(value: Json, name: str) -> Iterator[tuple[str, Json]]:
    """Each with the name that it goes by; what is empty, which canonical forms spell out, is none."""
    if isinstance(value, Mapping):
        for each, member in value.items():
            yield from _leaves(member, letters(each))
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _leaves(member, name)
    elif not _is_nothing(value):
        yield name, value


def _is_nothing(value: Json) -> bool:
    return value is None or value in ("", [], {}, ())
