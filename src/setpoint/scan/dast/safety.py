"""Which operations a profile lets requests go to: the one place that says so. Used by the engine as `may_send`.

Checks that need more by their nature (a login, a logout, a webhook that the operator gave) answer for that themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Final, assert_never
from urllib.parse import unquote

from setpoint.model.dast import KnownFrom, Operation, PartPlace, Profile
from setpoint.scan.dast.action_words import (
    BACKSTAGE,
    CHANGES,
    DEPLOYS,
    DESTROYS,
    ENDS,
    MAILS,
    MONEY,
    OWN,
    PASSWORDS,
    RESETS,
    RESTORES,
    SESSIONS,
    STATES,
    STEPS,
    SWITCHED,
    reason_of,
    verbs_of,
)
from setpoint.scan.dast.deeds import (
    READING,
    deeds,
    ends_with_reading,
    has_parameter,
    is_no_mail,
    leading,
    names_one,
    only_reads,
    path_words,
    sets_own_address,
    words_said,
)
from setpoint.scan.dast.naming import segments_of
from setpoint.scan.dast.new_accounts import is_registration

WRITING: Final = frozenset({"POST", "PUT", "PATCH"})

NOT_OWN: Final = "it would change an object that is not the scan's own"

SEEN_WRITING: Final = "an agent saw it change state"

LEFT_TO_REGISTRATIONS: Final = "it makes accounts, and is left to the checks of registrations"
"""Something is sent to it all the same: a few times, by checks that are about nothing else."""

LEFT_TO_FORGERY: Final = "it sets the account's own address, and is left to the check that sets it back"
"""Whatever else were written there, resets and logins of the scan's own account would not reach it any more."""

_ABOVE: Final = frozenset((each,) for each in ("api", "v", "settings", "config", "system", *BACKSTAGE))
"""First words of steps that stand above what the whole installation has a state of: `/api/v1`, `/admin`."""

Owns = Callable[[Operation], bool]


class Safety:
    """`safety(operation)`: empty where requests may go to it, else why not."""

    def __init__(
        self,
        profile: Profile,
        exclude: tuple[str, ...] = (),
        *,
        may_register: bool = False,
        observed: Sequence[Operation] = (),
    ) -> None:
        """`observed`: what agents saw called. What a crawl meets on its way is known by them before it is asked for."""
        self._profile = profile
        self._writing = {each.key for each in observed if each.writes}
        self._watched = {each.key for each in observed}
        self._writing_like = [
            (each.method, _pattern(each.path)) for each in observed if each.writes and "{" in each.path
        ]
        self._exclude = exclude
        self._may_register = may_register
        self._owns: Owns = lambda _operation: False

    def own_by(self, owns: Owns) -> None:
        """`owns`: whether some caller has an object, made for the scan, that the operation names."""
        self._owns = owns

    def lends(self, operation: Operation) -> bool:
        """Whether all that stands against it is who made the object: an account of the scan may lend one it has.

        Then no more than a text of it is changed, and changed back (`checks.access.borrowed`). Nothing is deleted.
        """
        is_update = operation.method in {"PUT", "PATCH"} and self._profile is not Profile.PASSIVE
        return is_update and not self.excludes(operation) and self._safe(operation) == NOT_OWN

    def excludes(self, operation: Operation) -> bool:
        """Whether the operator wants nothing sent to it, by whatever check."""
        return any(fnmatchcase(name, each) for each in self._exclude for name in (operation.path, operation.key))

    def __call__(self, operation: Operation) -> str:
        if self.excludes(operation):
            return "it is left out by --exclude"
        match self._profile:
            case Profile.PASSIVE:
                return SEEN_WRITING if self._was_seen_writing(operation) else _passive(operation)
            case Profile.SAFE:
                return self._safe(operation)
            case Profile.ACTIVE:
                return self._registering(operation) or _active(operation)
            case _:
                assert_never(self._profile)

    def _safe(self, operation: Operation) -> str:
        if operation.method in READING:
            return SEEN_WRITING if self._was_seen_writing(operation) else _reading(operation)
        if operation.method not in WRITING:
            return f"{operation.method} destroys, or may"
        if said := reason_of(words_said(operation)):
            return said
        return self._changing(operation)

    def _was_seen_writing(self, operation: Operation) -> bool:
        if operation.writes or operation.key in self._writing:
            return True
        if operation.key in self._watched:
            return False
        return any(operation.method == method and path.fullmatch(operation.path) for method, path in self._writing_like)

    def _changing(self, operation: Operation) -> str:
        if said := self._about(operation):
            return said
        if operation.method == "POST" and (operation.writes is False or only_reads(operation)):
            return ""
        if self._names_object(operation) and not self._owns(operation):
            return NOT_OWN
        if not any(part.place is PartPlace.BODY for part in operation.parts) and self._was_seen_writing(operation):
            return "an agent saw it change state, and it takes nothing that could be made an object of"
        return ""

    def _about(self, operation: Operation) -> str:
        """What it is about that must not be changed."""
        if operation.page and sets_own_address(operation):
            return LEFT_TO_FORGERY
        words = {*path_words(operation), *deeds(verbs_of(operation.name))}
        nouns = (*(() if is_no_mail(operation) else ((MAILS, "sends something to people"),)), (MONEY, "moves money"))
        for known, what in nouns:
            if found := sorted(words & known):
                return f"{found[0]!r} says that it {what}"
        if words & PASSWORDS and not ends_with_reading(operation):
            return "it would change a password"
        return self._registering(operation)

    def _registering(self, operation: Operation) -> str:
        if not is_registration(operation):
            return ""
        if self._may_register:
            return LEFT_TO_REGISTRATIONS
        return "it makes accounts, which auth.yaml does not allow (registration: true)"

    def _names_object(self, operation: Operation) -> bool:
        """Whether it writes to something that is there already."""
        if has_parameter(operation):
            return True
        return operation.method != "POST" and OWN.isdisjoint(path_words(operation))


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", template))))


def _passive(operation: Operation) -> str:
    if operation.method not in READING:
        return f"{operation.method} writes, or may"
    if operation.known_from.isdisjoint({KnownFrom.DOCUMENT, KnownFrom.CRAWL}):
        return "nobody told of it but agents, or a guess"
    return _reading(operation)


def _reading(operation: Operation) -> str:
    """A method that must change nothing, of an operation that may all the same."""
    if reason := reason_of(_without_recovering(list(words_said(operation)))):
        return reason
    if name := _switched(operation):
        return f"{name!r} says that it changes state for everybody"
    changes = [each for each in leading(operation) if each in CHANGES]
    changes += sorted(STEPS.intersection(path_words(operation)))
    return f"{changes[0]!r} says that it changes state" if changes else ""


def _active(operation: Operation) -> str:
    """What takes from the scan its sessions, its objects or the target itself: it would find less than a gentle one."""
    said = list(words_said(operation))
    if reason := reason_of(each for each in said if each in ENDS):
        return reason
    if names_one(operation):
        return ""
    said = _without_recovering(said)
    if found := next((each for each in said if each in DESTROYS | DEPLOYS), "") or _switched(operation):
        return f"{found!r} says that it changes the whole installation, or all of what is the caller's"
    return "it destroys all that is there, or the caller's own account" if operation.method == "DELETE" else ""


def _without_recovering(said: list[str]) -> list[str]:
    """By a page with a form, a password that is reset and a session that is restored destroy nothing."""
    harmless: set[str] = set()
    if not PASSWORDS.isdisjoint(said):
        harmless |= RESETS
    if not SESSIONS.isdisjoint(said):
        harmless |= RESTORES
    return [each for each in said if each not in harmless]


def _switched(operation: Operation) -> str:
    """What a GET sets to another state for everybody: `difficulty` of `/difficulty/hard`; else empty.

    Behind what it may be a filter of, `/recipes/difficulty/easy`, it sets nothing.
    """
    if operation.method not in READING:
        return ""
    held = {each.name: str(each.example) for each in operation.parts if each.place is PartPlace.PATH}
    steps = [each for each in segments_of(unquote(operation.path)) if verbs_of(each)[:1] not in _ABOVE]
    if len(steps) != 2:
        return ""
    name, state = "".join(verbs_of(steps[0])), held.get(steps[1].strip("{}"), steps[1])
    return name if name in SWITCHED and state.lower() in STATES else ""
