"""What a scan did not test although nothing failed: without accounts, shut out, at a wrong address. For `engine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Answer, Caller, Operation, Surface
from setpoint.scan.dast.action_words import LOGINS, verbs_of
from setpoint.scan.dast.new_accounts import is_password

NO_ACCOUNT: Final = (
    "no account was given: what is behind a login, and what callers see of each other, was not tested; "
    "name two accounts in --auth"
)
ALL_REFUSED: Final = (
    "every operation that was asked refused everybody, or was not there: nothing behind that was tested; "
    "see the address, and the accounts of --auth"
)
REFUSED: Final = "every operation refused its session; see what auth.yaml says of it"

_REFUSALS: Final = frozenset({401, 403, 404, 407})

Heard = Mapping[str, Sequence[Answer]]
"""Name of each caller → what operations answered."""


def doubts_of_callers(surface: Surface, callers: Sequence[Caller], heard: Heard) -> Iterator[str]:
    answers = [each for answers in heard.values() for each in answers]
    if answers and all(map(is_refusal, answers)):
        yield ALL_REFUSED
    if not callers and (any(map(_asks_who, answers)) or any(map(_is_for_accounts, surface.operations))):
        yield NO_ACCOUNT


def shut_out(callers: Sequence[Caller], heard: Heard) -> list[str]:
    """Names of those whose session the target took for none, wherever it was shown."""
    told = {each.name: heard.get(each.name, ()) for each in callers}
    return [name for name, answers in told.items() if answers and all(map(_asks_who, answers))]


def is_refusal(answer: Answer) -> bool:
    return answer.status in _REFUSALS or _asks_who(answer)


def _asks_who(answer: Answer) -> bool:
    """401, or a redirect to where people log in."""
    return answer.status == 401 or (
        300 <= answer.status < 400 and _is_of_login(urlsplit(answer.header("location")).path)
    )


def _is_of_login(path: str) -> bool:
    words = verbs_of(path)
    return not LOGINS.isdisjoint((*words, *map("".join, pairwise(words))))


def _is_for_accounts(operation: Operation) -> bool:
    """Whether the target has accounts, as far as its document and its forms tell."""
    return bool(operation.security) or any(map(is_password, operation.parts)) or _is_of_login(operation.path)
