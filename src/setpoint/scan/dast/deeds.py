"""What an operation says that it does: by its method, its address, its name, its summary and its parts.

Called by `safety`, which says what may be done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

from setpoint.model.dast import KnownFrom, Operation, Part, PartPlace
from setpoint.scan.dast.action_words import (
    ACTIONS,
    AMBIGUOUS,
    BACKSTAGE,
    DESTROYS,
    DETERMINERS,
    ENDS,
    JOINS,
    OWN,
    PAIRS,
    PAYS,
    PLURALS,
    READS,
    SENDS,
    SUBMITS,
    tells_of_page,
    verb_in,
    verbs_of,
)
from setpoint.scan.dast.identifiers import IDENTIFIERS
from setpoint.scan.dast.mail_addresses import ADDRESS
from setpoint.scan.dast.naming import is_parameter, segments_of, words_of
from setpoint.scan.dast.path_templates import parameters
from setpoint.scan.dast.values import is_choice

READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
"""Safe by RFC 9110, section 9.2.1, and by the draft of QUERY."""

LONGEST_NAME: Final = 3
"""Words of a path's segment that is a name: longer ones are titles of pages (`how-to-cancel-an-order`)."""

_SETS: Final = frozenset({"change", "update", "edit", "set", "new", "e"})
"""What else stands with an address in the last step of a path that sets it: anything more may send something."""

_STATIC: Final = re.compile(
    r"\.(css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|eot|otf|txt|pdf|mp[34]|webm)$", re.IGNORECASE
)
"""A file that is only delivered: `/static/bootstrap.min.js`, `/icons/delete.svg`."""


def names_one(operation: Operation) -> bool:
    """Whether what it does is done to one object: by its path, or by a part that holds an identifier."""
    if has_parameter(operation):
        return True
    return any(each.place in {PartPlace.QUERY, PartPlace.BODY} and _identifies(each.name) for each in operation.parts)


def has_parameter(operation: Operation) -> bool:
    """Whether its path names an object: not by a version, or by another of a few words."""
    words = {each.name for each in operation.parts if each.place is PartPlace.PATH and is_choice(each)}
    return any(name not in words for name, _ in parameters(operation.path))


def _identifies(name: str) -> bool:
    last = words_of(name.rpartition("/")[2])[-1:]
    return bool(last) and last[0] in IDENTIFIERS


def is_no_mail(operation: Operation) -> bool:
    """`PUT /users/{id}/email` sets an attribute, `PATCH /notifications/{id}` changes what is there already."""
    return operation.method != "POST" or ends_with_reading(operation) or _sets_attribute(operation)


def _sets_attribute(operation: Operation) -> bool:
    """Whether the last step is a field of what the body holds: `POST /users/{id}/email`, `POST /account/email`."""
    steps = segments_of(operation.path)
    if len(steps) < 2 or is_parameter(steps[-1]) or not BACKSTAGE.isdisjoint(path_words(operation)):
        return False
    if not is_parameter(steps[-2]) and OWN.isdisjoint(verbs_of(steps[-2])):
        return False
    fields = {words_of(each.name.rpartition("/")[2]) for each in operation.parts if each.place is PartPlace.BODY}
    return words_of(steps[-1]) in fields


def sets_own_address(operation: Operation) -> bool:
    """Whether it changes the e-mail address of whoever calls it: `POST /account/email`, `/me/change-email`.

    Settings are the caller's own where they are a form of a page, and do not stand backstage.
    """
    steps = segments_of(operation.path)
    words = words_of(steps[-1]) if steps else ()
    said = {word for step in steps[:-1] for word in words_of(step)} | {*words}
    if operation.method != "POST" or any(map(is_parameter, steps)) or not BACKSTAGE.isdisjoint(said):
        return False
    is_own = not said.isdisjoint(OWN) or (operation.page != "" and "settings" in said)
    fields = {word for part in operation.parts for word in words_of(part.name.rpartition("/")[2])}
    return is_own and not ADDRESS.isdisjoint(words) and set(words) <= ADDRESS | _SETS and not ADDRESS.isdisjoint(fields)


def only_reads(operation: Operation) -> bool:
    return ends_with_reading(operation) or not READS.isdisjoint(verbs_of(operation.name)[:1])


def ends_with_reading(operation: Operation) -> bool:
    last = next((each for each in reversed(segments_of(operation.path)) if not is_parameter(each)), "")
    return not READS.isdisjoint(verbs_of(last))


def words_said(operation: Operation) -> Iterator[str]:
    """Every word by which the operation tells what it does."""
    is_read = operation.method in READING
    yield from (each for each in path_words(operation) if not (is_read and each in PLURALS))
    yield from deeds(verbs_of(operation.name))
    if not _is_plain_button(operation):
        yield from _sentence(operation.summary, names_noun=is_read and _is_named_as_reading(operation))
    for tag in operation.tags:  # of what is read they are groups: `Transfers`, `Invite`; only a warning counts
        yield from (each for each in verbs_of(tag) if not is_read or (each in DESTROYS and each not in PLURALS))
    for part in operation.parts:
        yield from _chosen(part)


def _is_plain_button(operation: Operation) -> bool:
    """Whether all that a visitor's form says of itself is `Send`."""
    if operation.known_from != {KnownFrom.CRAWL} or not BACKSTAGE.isdisjoint(path_words(operation)):
        return False
    return SUBMITS.issuperset(verbs_of(operation.summary))


def _sentence(summary: str, *, names_noun: bool) -> Iterator[str]:
    """Words of a summary that may be verbs; `names_noun`: `Transfer history` is no order to transfer."""
    words = deeds(verbs_of(summary))
    for place, (before, word) in enumerate(zip(("", *words), words, strict=False)):
        is_noun = names_noun and place == 0 and word in PAYS | SENDS and DETERMINERS.isdisjoint(words[1:2])
        if before not in DETERMINERS and (place < 2 or word not in AMBIGUOUS) and not is_noun:
            yield word
    yield from (each for each in map("".join, pairwise(words)) if each in PAIRS | ENDS)


def _is_named_as_reading(operation: Operation) -> bool:
    return not READS.isdisjoint(verbs_of(operation.name)[:1])


def _chosen(part: Part) -> Iterator[str]:
    """What a part that is sent as it was found asks for: `?action=delete`, `?reset=1`, `_method=DELETE` of a form."""
    if part.place not in {PartPlace.QUERY, PartPlace.BODY} or part.example is None:
        return
    name = _short(part.name.rpartition("/")[2])
    if part.place is PartPlace.QUERY:
        yield from name
    if isinstance(part.example, str) and not ACTIONS.isdisjoint(name):
        yield from _short(part.example)


def path_words(operation: Operation) -> Iterator[str]:
    segments = segments_of(unquote(operation.path))
    if operation.method in READING and segments and _STATIC.search(segments[-1]):
        segments = segments[:-1]
    is_read = operation.method in READING
    for segment in segments:
        words = _short(segment) if not is_parameter(segment) else ()
        if is_read and tells_of_page(words):
            continue
        yield from words
        yield from map("".join, pairwise(words))  # `log-out`, `shut_down`, `log-out-all`
        yield from filter(None, map(verb_in, words))


def _short(name: str) -> tuple[str, ...]:
    words = verbs_of(name)
    return words if len(words) <= LONGEST_NAME else ()


def deeds(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without what it only reads: `listCancelReasons` cancels nothing, `getAndDelete` deletes."""
    if words and words[0] in READS:
        joined = next((place for place, word in enumerate(words) if word in JOINS), len(words))
        return words[joined + 1 :]
    return words


def leading(operation: Operation) -> Iterator[str]:
    """The verbs that its name and its summary begin with; `listStores` makes a noun of `Store locations`."""
    yield from verbs_of(operation.name)[:1]
    if not _is_named_as_reading(operation):
        yield from verbs_of(operation.summary)[:1]
