"""Pages whose last word may be a value that something is looked up by: `/category/kettles`. Called by `probing`.

No document tells of such a part, and the crawl takes words for functions of the site. Where pages stand side by side,
the last word is asked for once for all of them: a site that has a function for each answers others as not found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from setpoint.model.dast import KnownFrom, Operation, Part, PartPlace
from setpoint.scan.dast.action_words import reason_of, verbs_of
from setpoint.scan.dast.path_templates import shape

FEWEST_SIBLINGS: Final = 2
MOST_PARENTS: Final = 12
"""Of one site: each is a place more, and a place costs a few dozen requests."""

_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
"""No ending of a file, and nothing that is written in escapes."""


def word_pages(operations: Sequence[Operation]) -> Iterator[Operation]:
    """The pages below each parent as one operation, which takes the word of the first of them."""
    known = {shape(each.path) for each in operations if each.method == "GET"}
    found = (each for each in _together(operations) if shape(each.path) not in known)
    yield from islice(found, MOST_PARENTS)


def _together(operations: Sequence[Operation]) -> Iterator[Operation]:
    below: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in operations:
        parent, _, word = each.path.rstrip("/").rpartition("/")
        if parent and "{" not in parent and _is_page(each) and _WORD.fullmatch(word) and not reason_of(verbs_of(word)):
            below[parent, "/" if each.path.endswith("/") else ""].append(word)
    for (parent, ending), words in below.items():
        if len(words) >= FEWEST_SIBLINGS:
            part = Part(PartPlace.PATH, "id", {"type": "string"}, words[0], is_required=True)
            yield Operation("GET", f"{parent}/{{id}}{ending}", (part,), known_from=frozenset({KnownFrom.GUESS}))


def _is_page(operation: Operation) -> bool:
    return operation.method == "GET" and KnownFrom.CRAWL in operation.known_from
