"""Names as people compose them: `accountId`, `account_id` and `Account-ID` are the same two words."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")

_VERSION: Final = re.compile(r"v\d+(\.\d+)*", re.IGNORECASE)

_PLURALS: Final = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("s", ""))


def words_of(name: str) -> tuple[str, ...]:
    """In small letters, in their order."""
    return tuple(each.lower() for each in _WORD.findall(name))


def singular(word: str) -> str:
    """`orders` as `order`; what ends in `ss`, `us` or `is`, and short words, as they are."""
    if len(word) > 3 and not word.endswith(("ss", "us", "is")):
        for ending, instead in _PLURALS:
            if word.endswith(ending):
                return word.removesuffix(ending) + instead
    return word


def field_of(pointer: str) -> str:
    """What a part of a body is called; of one in a list, what the list is: `order_ids` for `/order_ids/0`."""
    return next((each for each in reversed(segments_of(pointer)) if not each.isdecimal()), "")


def segments_of(path: str) -> tuple[str, ...]:
    return tuple(each for each in path.split("/") if each)


def is_parameter(segment: str) -> bool:
    """Of a template: `{id}`."""
    return "{" in segment


def noun_of(path: str) -> str:
    """What the objects at a path are called: `order` for `/users/{id}/orders`, `/orders/{orderId}` and `/orders/v1`."""
    fixed = [each for each in segments_of(path) if not is_parameter(each)]
    while len(fixed) > 1 and _VERSION.fullmatch(fixed[-1]):
        fixed.pop()
    words = words_of(fixed[-1]) if fixed else ()
    return singular(words[-1]) if words else ""
