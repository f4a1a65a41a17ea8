"""What an account alone is led to, and whoever guesses its identifier is shown without credentials.

Called by `object_reads` for what nobody is shown, too. A document that says who may call what is no concern of this:
`missing_authentication` goes by its word. An address that nobody can guess may be meant for whoever was given it.
"""

from __future__ import annotations

import re
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Exchange, Fault, KnownFrom, Operation
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.access.delicate import delicate
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.marks import LEAST_ALONE, Mark
from setpoint.scan.dast.checks.access.object_faults import open_read_fault
from setpoint.scan.dast.checks.access.references import BETWEEN_PEOPLE, PEOPLE, single, thing_of
from setpoint.scan.dast.interface import Workbench

_PUBLISHED: Final = (
    BETWEEN_PEOPLE
    | PEOPLE
    | {"post", "article", "blog", "story", "recipe", "photo", "image", "video", "listing", "ad", "offer", "answer"}
    | {"page", "question", "thread", "topic", "event", "product"}
)
"""What carries its author's name, and is there for everybody."""

_COUNTED: Final = re.compile(r"[A-Za-z]{0,8}[-_]?\d{1,10}")
"""`511`, `ORD-1001`: the next one is near."""

_SHORT: Final = 4
"""Characters that can be tried through."""

_LEAST_NAME: Final = 3


def is_left_open(
    bench: Workbench,
    operation: Operation,
    values: Values,
    marks: frozenset[Mark],
    owner: Holdings,
    other: Holdings,
    answer: Answer,
) -> bool:
    """Whether what nobody was answered (`marks` of it) is the owner's, and needs no more than a guess."""
    if _is_said_to_be_open(bench, operation) or thing_of(operation.path) in _PUBLISHED:
        return False
    names = _names_of(owner) - _names_of(other)
    if not all(_is_guessable(single(value), names) for value in values.values()):
        return False
    if not (
        _is_of_account(marks, names, owner, other) or _is_listed_record(operation, values, marks, owner, other, answer)
    ):
        return False
    return not Holdings(bench, ANONYMOUS).is_listed(operation, values)


def left_open(operation: Operation, owner: Holdings, proof: tuple[Exchange, ...]) -> Fault:
    name = owner.caller.name
    return open_read_fault(
        operation,
        proof,
        message=(
            f"nobody is asked for credentials before this shows what is {name}'s to whoever guesses its identifier; "
            "look the object up among those that the caller may see"
        ),
        difference=f"shows nobody what only {name} is led to, and not so under another identifier",
    )


def _is_said_to_be_open(bench: Workbench, operation: Operation) -> bool:
    """Whether the document has a word on it: a requirement, or none where others have one."""
    if operation.security is not None:
        return True
    is_documented = KnownFrom.DOCUMENT in operation.known_from
    return is_documented and any(each.security is not None for each in bench.surface.operations)


def _is_guessable(value: Json, names: frozenset[str]) -> bool:
    text = str(value)
    return len(text) <= _SHORT or _COUNTED.fullmatch(text) is not None or text.casefold() in names


def _names_of(account: Holdings) -> frozenset[str]:
    """What it logs in with, and what its own page calls it."""
    found = {each.casefold() for each in account.identity if not each.isdecimal()}
    found |= {each.partition("@")[0] for each in found}
    return frozenset(each for each in found if len(each) >= _LEAST_NAME and each not in PEOPLE)


def _is_of_account(marks: frozenset[Mark], names: frozenset[str], owner: Holdings, other: Holdings) -> bool:
    """Whether its name stands there as a word, or what is personal of its own page."""
    told = [text.casefold() for _, text in marks]
    if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names for text in told):
        return True
    others = {str(each) for each in other.of_itself().values()}
    own = {str(each) for field, each in owner.of_itself().items() if delicate(field, each) is not None} - others
    return any(len(each) >= LEAST_ALONE and each.casefold() in text for each in own for text in told)


def _is_listed_record(
    operation: Operation, values: Values, marks: frozenset[Mark], owner: Holdings, other: Holdings, answer: Answer
) -> bool:
    """Whether it is of the owner's own list, by what that tells of it; what a page links to may be anything."""
    if json_of(answer) is None or not owner.is_listed(operation, values):
        return False
    known = {text for _, text in owner.marks(beside=operation)} - {text for _, text in other.marks()}
    return any(text in known and len(text) >= LEAST_ALONE for _, text in marks)
