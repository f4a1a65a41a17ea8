"""Which operations a profile lets requests go to: the one place that says so. Used by the engine as `may_send`.

Checks that need more by their nature (a login, a logout, a webhook that the operator gave) answer for that themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final, assert_never
from urllib.parse import unquote

from setpoint.model.dast import KnownFrom, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.action_words import (
    ACTIONS,
    AMBIGUOUS,
    BACKSTAGE,
    CHANGES,
    DETERMINERS,
    ENDS,
    JOINS,
    MAILS,
    MONEY,
    OWN,
    PASSWORDS,
    PLURALS,
    READS,
    REGISTERS,
    RESETS,
    STEPS,
    SUBMITS,
    reason_of,
    verbs_of,
)
from setpoint.scan.dast.naming import is_parameter, segments_of

READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
"""Safe by RFC 9110, section 9.2.1, and by the draft of QUERY."""
WRITING: Final = frozenset({"POST", "PUT", "PATCH"})

LONGEST_NAME: Final = 3
"""Words of a path's segment that is a name: longer ones are titles of pages (`how-to-cancel-an-order`)."""

SEEN_WRITING: Final = "an agent saw it change state"

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
                return reason_of(each for each in _said(operation) if each in ENDS)
            case _:
                assert_never(self._profile)

    def _safe(self, operation: Operation) -> str:
        if operation.method in READING:
            return SEEN_WRITING if self._was_seen_writing(operation) else _reading(operation)
        if operation.method not in WRITING:
            return f"{operation.method} destroys, or may"
        if said := reason_of(_said(operation)):
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
        if operation.method == "POST" and (operation.writes is False or _only_reads(operation)):
            return ""
        if self._names_object(operation) and not self._owns(operation):
            return "it would change an object that is not the scan's own"
        if not any(part.place is PartPlace.BODY for part in operation.parts) and self._was_seen_writing(operation):
            return "an agent saw it change state, and it takes nothing that could be made an object of"
        return ""

    def _about(self, operation: Operation) -> str:
        """What it is about that must not be changed."""
        words = {*_path_words(operation), *_deeds(verbs_of(operation.name))}
        for nouns, what in ((MAILS, "sends something to people"), (MONEY, "moves money")):
            if found := sorted(words & nouns):
                return f"{found[0]!r} says that it {what}"
        if words & PASSWORDS:
            return "it would change a password"
        if words & REGISTERS and not self._may_register:
            return "it makes accounts, which auth.yaml does not allow (registration: true)"
        return ""

    def _names_object(self, operation: Operation) -> bool:
        """Whether it writes to something that is there already."""
        if any(map(is_parameter, segments_of(operation.path))):
            return True
        return operation.method != "POST" and OWN.isdisjoint(_path_words(operation))


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
    said = list(_said(operation))
    if not PASSWORDS.isdisjoint(said):
        said = [each for each in said if each not in RESETS]
    if reason := reason_of(said):
        return reason
    changes = [each for each in _leading(operation) if each in CHANGES]
    changes += sorted(STEPS.intersection(_path_words(operation)))
    return f"{changes[0]!r} says that it changes state" if changes else ""


def _only_reads(operation: Operation) -> bool:
    last = next((each for each in reversed(segments_of(operation.path)) if not is_parameter(each)), "")
    return not READS.isdisjoint((*verbs_of(last), *verbs_of(operation.name)[:1]))


def _said(operation: Operation) -> Iterator[str]:
    """Every word by which the operation tells what it does."""
    is_read = operation.method in READING
    yield from (each for each in _path_words(operation) if not (is_read and each in PLURALS))
    yield from _deeds(verbs_of(operation.name))
    if not _is_plain_button(operation):
        yield from _sentence(operation.summary)
    for tag in operation.tags:
        yield from verbs_of(tag)
    for part in operation.parts:
        yield from _chosen(part)


def _is_plain_button(operation: Operation) -> bool:
    """Whether all that a visitor's form says of itself is `Send`."""
    if operation.known_from != {KnownFrom.CRAWL} or not BACKSTAGE.isdisjoint(_path_words(operation)):
        return False
    return SUBMITS.issuperset(verbs_of(operation.summary))


def _sentence(summary: str) -> Iterator[str]:
    """Words of a summary that may be verbs."""
    words = _deeds(verbs_of(summary))
    for place, (before, word) in enumerate(zip(("", *words), words, strict=False)):
        if before not in DETERMINERS and (place < 2 or word not in AMBIGUOUS):
            yield word


def _chosen(part: Part) -> Iterator[str]:
    """What a part that is sent as it was found asks for: `?action=delete`, `?reset=1`, `_method=DELETE` of a form."""
    if part.place not in {PartPlace.QUERY, PartPlace.BODY} or part.example is None:
        return
    name = _short(part.name.rpartition("/")[2])
    if part.place is PartPlace.QUERY:
        yield from name
    if isinstance(part.example, str) and not ACTIONS.isdisjoint(name):
        yield from _short(part.example)


def _path_words(operation: Operation) -> Iterator[str]:
    for segment in segments_of(unquote(operation.path)):
        words = _short(segment) if not is_parameter(segment) else ()
        yield from words
        if len(words) > 1:
            yield "".join(words)  # `log-out`, `shut_down`


def _short(name: str) -> tuple[str, ...]:
    words = verbs_of(name)
    return words if len(words) <= LONGEST_NAME else ()


def _deeds(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without what it only reads: `listCancelReasons` cancels nothing, `getAndDelete` deletes."""
    if words and words[0] in READS:
        joined = next((place for place, word in enumerate(words) if word in JOINS), len(words))
        return words[joined + 1 :]
    return words


def _leading(operation: Operation) -> Iterator[str]:
    """The verbs that its name and its summary begin with."""
    yield from verbs_of(operation.name)[:1]
    yield from verbs_of(operation.summary)[:1]
