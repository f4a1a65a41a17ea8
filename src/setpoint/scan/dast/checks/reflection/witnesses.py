"""Answers that the target gives to anybody, and whether they stand in another answer. Called by `forgery`.

What was fetched may be shown as it is, as a text inside of JSON, or as Base64 (an image that was loaded).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import ANONYMOUS, Answer, KnownFrom, Operation, Sent
from setpoint.scan.dast.answers import is_success, json_of, leaves
from setpoint.scan.dast.interface import Workbench

SHARE: Final = 0.8
"""Of what the witness says that has to be in the answer: templates and numbers that change may differ."""

LEAST_WORDS: Final = 3
MANY_WORDS: Final = 40
"""Of a witness: fewer may be anywhere, more say no more."""

USUAL_WITNESSES: Final = ("/", "/openapi.json", "/robots.txt")
"""What anybody gets of many a service, asked for where no operation is open to anybody."""

MOST_ENCODED: Final = 20
"""Stretches of one answer that are read as Base64: who shows what was fetched shows it in one."""

_ENCODED: Final = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{5,60}")


@dataclass(frozen=True, slots=True)
class Witness:
    """An answer of the target that whoever asks it gets, known by its words."""

    path: str
    words: frozenset[str]

    def beside(self, known: Iterable[Answer]) -> Witness:
        """Known by those words alone that these answers do not hold: pages of a site have much in common."""
        return Witness(self.path, self.words.difference(*map(_words_within, known)))

    def is_in(self, answer: Answer, payload: str) -> bool:
        wanted = {each for each in self.words if each not in payload}
        return len(wanted) >= LEAST_WORDS and len(wanted & _words_within(answer)) >= SHARE * len(wanted)


def witnesses_of(bench: Workbench) -> Sequence[Witness]:
    """What nobody needs an account for: operations, else what most services have besides."""
    origin = _origin(bench)
    known = [
        Witness(exchange.sent.url.removeprefix(origin), _words_of(exchange.answer))
        for operation in bench.surface.operations
        if operation.method == "GET" and not bench.may_send(operation)
        if (exchange := bench.baseline(operation, ANONYMOUS)) is not None and is_success(exchange) and exchange.answer
    ]
    return known if any(len(each.words) >= LEAST_WORDS for each in known) else [*known, *_usual_witnesses(bench)]


def _usual_witnesses(bench: Workbench) -> Iterator[Witness]:
    origin = _origin(bench)
    for path in USUAL_WITNESSES:
        if not bench.may_send(Operation("GET", path, known_from=frozenset({KnownFrom.GUESS}))):
            exchange = bench.sender.send(Sent("GET", origin + path))
            if is_success(exchange) and exchange.answer is not None:
                yield Witness(path, _words_of(exchange.answer))


def _words_of(answer: Answer) -> frozenset[str]:
    return _words_in(answer.body)


def _words_in(content: bytes) -> frozenset[str]:
    return frozenset(_WORD.findall(content.decode(errors="replace")))


def _words_within(answer: Answer) -> frozenset[str]:
    """And those of what it carries inside: as a text of JSON, or as Base64."""
    document = json_of(answer)
    texts = (value for _, value in leaves(document) if isinstance(value, str)) if document is not None else ()
    encoded = (found[0] for found in islice(_ENCODED.finditer(answer.body), MOST_ENCODED))
    return _words_of(answer).union(
        *(_words_in(each.encode(errors="replace")) for each in texts),
        *(_words_in(base64.b64decode(each[: len(each) // 4 * 4])) for each in encoded),
    )


def _origin(bench: Workbench) -> str:
    base = urlsplit(bench.surface.base)
    return f"{base.scheme}://{base.netloc}"
