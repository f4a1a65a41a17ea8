"""Values by which one account's data is recognised in what another is shown. Called by the checks of this theme.

Equal status codes say nothing: a mark is a value together with where it stands, which the owner is shown, and which
none of the controls is: what the other has of its own, and what it is answered about something that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of, leaves, shown
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.requests import written

Mark = tuple[str, str]
"""Where it stands (a JSON Pointer, with `*` for places in lists; empty in a page), and the value as text."""

ENOUGH_OF_DOCUMENT: Final = 0.5
"""Of the owner's marks in a JSON document: less is a view made for others, like a name beside a picture."""

ENOUGH_OF_PAGE: Final = 0.3
"""Of a page, which speaks to its reader, too: `Hello, alice` is a mark that no other is ever shown."""

THE_SAME: Final = 0.7
"""Of what a privileged caller is shown: the rest changes by itself, or speaks to the reader."""

LEAST_ALONE: Final = 4
"""Characters of a value that is all that an answer says."""

SHARED_WORDS: Final = frozenset({"public", "shared", "share", "published"})
"""In a path, a name or a tag: others are meant to see it."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?|\d\d:\d\d(:\d\d)?|\d{10}(\.\d+)?|\d{13}")
_VISIBILITY: Final = frozenset({"visibility", "audience", "sharing"})
_FOR_OTHERS: Final = frozenset(
    {"public", "everyone", "all", "anyone", "shared", "team", "organisation", "organization"}
)


def marks_of(answer: Answer) -> frozenset[Mark]:
    """All that it shows and that may be a mark: no truth values, no times, which are alike by accident."""
    document = json_of(answer)
    if document is None:
        return frozenset(("", text) for text in shown(answer) if len(text) > 2 and not _TIME.fullmatch(text))
    return frozenset(
        (re.sub(r"/\d+(?=/|$)", "/*", pointer), text)
        for pointer, value in leaves(document)
        if value is not None and not isinstance(value, bool) and (text := written(value).strip())
        if not _TIME.fullmatch(text)
    )


def without_values(marks: Iterable[Mark], values: Iterable[object]) -> frozenset[Mark]:
    """Those that are no echo of the request."""
    given = {str(value) for value in values}
    return frozenset((place, text) for place, text in marks if text not in given)


def share(marks: frozenset[Mark], answer: Answer) -> float:
    """How much of the marks the answer shows, from 0 to 1."""
    return len(marks & marks_of(answer)) / len(marks) if marks else 0.0


def enough(answer: Answer) -> float:
    """The share from which on an answer shows what the marks stand for."""
    return ENOUGH_OF_PAGE if json_of(answer) is None else ENOUGH_OF_DOCUMENT


def shows_the_same(granted: Answer, got: Answer, known: frozenset[Mark], *, however_wrapped: bool = False) -> bool:
    """Whether an answer gives what another caller is granted, beyond what its reader is shown anyway (`known`).

    `however_wrapped`: another version of an API may put the same members elsewhere.
    """
    document = json_of(granted)
    marks = marks_of(granted) - known
    if _says_little(granted):
        return False
    if marks:
        shown_marks = marks_of(got)
        if however_wrapped:
            marks, shown_marks = _by_name(marks), _by_name(shown_marks)
        return len(marks & shown_marks) / len(marks) >= (THE_SAME if document is not None else ENOUGH_OF_DOCUMENT)
    return bool(document) and json_of(got) == document


def _says_little(answer: Answer) -> bool:
    """Whether others may well be answered the same by chance: one number, and a short one."""
    marks = marks_of(answer)
    return len(marks) < 2 and all(len(text) < LEAST_ALONE for _, text in marks)


def _by_name(marks: frozenset[Mark]) -> frozenset[Mark]:
    return frozenset((place.rpartition("/")[2], text) for place, text in marks)


def is_for_others(answer: Answer) -> bool:
    """Whether the object itself says that it is there for others, too."""
    document = json_of(answer)
    if document is None:
        return False
    for pointer, value in leaves(document):
        words = words_of(pointer.rpartition("/")[2])
        if value is True and words and words[-1] in SHARED_WORDS:
            return True
        if not _VISIBILITY.isdisjoint(words) and str(value).lower() in _FOR_OTHERS:
            return True
    return False
