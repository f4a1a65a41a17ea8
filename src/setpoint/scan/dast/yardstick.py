"""Whether two answers of one operation say the same, in their order, but for what changes by itself.

Called by `checks/probing` and by checks that send true and false variants. `answers.likeness` says how alike any two
answers are; a yardstick, made of an operation's own baselines, says whether they are the same.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus, urlsplit

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of, leaves, shown_in_order
from setpoint.scan.dast.requests import written

MOST_VOLATILE: Final = 0.5
"""Of a baseline's lines: where more than half change by themselves, nothing can be told from a change."""

SHORT: Final = 8
"""Characters: a value of fewer may be a part of something else."""

_SENT, _TIME, _TOKEN = "\ue000", "\ue001", "\ue002"
"""In the place of what is left out: for private use, so that no value that is left out next stands in them."""
_TIMES: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?"
    r"|(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d( GMT)?"
    r"|\b\d\d:\d\d:\d\d([.,]\d+)?\b"
    r"|\b1[6-9]\d{8}(\d{3})?(\.\d+)?\b"  # since 1970, in seconds or milliseconds, from 2020 to 2033
    r"|\b\d+(\.\d+)? ?(ms|µs|s|seconds?|milliseconds?)\b"
)
_TOKENS: Final = re.compile(
    r"\b[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
    r"|\b(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{16,}(\.[A-Za-z0-9_-]+)*\b"
)
_CHANGING: Final = re.compile(r"[0-9a-fA-F]*\d[0-9a-fA-F]*")
_TRY_LATER: Final = frozenset({429, 503})
"""Whoever answers so did not look at what was sent (RFC 6585, 4; RFC 9110, 15.6.4)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says: two that are equal say the same."""

    status: int
    leads_to: str
    """Path and query of where it redirects to."""
    cookies: frozenset[str]
    """Names of those that it sets."""
    lines: tuple[str, ...]

    def told(self) -> str:
        """For people: `status 200 and 12 values`; without what may be a secret in an address."""
        path = self.leads_to.partition("?")[0]
        return f"status {self.status}{f' to {path}' if path else ''} and {len(self.lines)} values"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """How to read the answers of one operation."""

    volatile: frozenset[str] = frozenset()
    """Skeletons of lines that change by themselves."""

    def reading(self, answer: Answer, sent: Collection[str]) -> Reading | None:
        """`sent`: values that may come back in it, in whatever spelling, and mean nothing.

        None where the answer is not whole, or asks to come again later.
        """
        if answer.status in _TRY_LATER or not answer.is_whole:
            return None
        clean, echoes = _cleaner(sent), _echoes_of_nothing(sent)
        location = urlsplit(answer.header("location"))
        return Reading(
            answer.status,
            clean(f"{location.path}?{location.query}"),
            frozenset(value.partition("=")[0].strip() for name, value in answer.headers if name == "set-cookie"),
            tuple(
                each
                for each in _lines(answer, clean)
                if _skeleton(each) not in self.volatile and each.rpartition("=")[2] not in echoes
            ),
        )


UNCHANGING: Final = Yardstick()
"""Of what answers the same twice."""


def yardstick_of(first: Answer, second: Answer, sent: Collection[str]) -> Yardstick | None:
    """Made of two answers to the same request; None where they have too little in common."""
    one, other = UNCHANGING.reading(first, sent), UNCHANGING.reading(second, sent)
    if one is None or other is None or one.status != other.status:
        return None
    if one == other:
        return UNCHANGING
    changed = set(one.lines) ^ set(other.lines)
    if len(changed) > MOST_VOLATILE * (len(one.lines) + len(other.lines)):
        return None
    yardstick = Yardstick(frozenset(map(_skeleton, changed)))
    return yardstick if yardstick.reading(first, sent) == yardstick.reading(second, sent) else None


def _echoes_of_nothing(sent: Collection[str]) -> frozenset[str]:
    """An empty value leaves no trace to be replaced: where one was sent, what only repeats a value is no line."""
    return frozenset() if all(map(str.strip, sent)) else frozenset({"", _SENT})


def _lines(answer: Answer, clean: Callable[[str], str]) -> Iterable[str]:
    document = json_of(answer)
    if document is None:
        return [clean(text) for text in shown_in_order(answer) if text]
    return [f"{pointer}={clean(' '.join(written(value).split()))}" for pointer, value in leaves(document)]


def _skeleton(line: str) -> str:
    """Where it stands: of a JSON leaf its pointer without places in lists, of a text what is left without its numbers.

    The value of a leaf is no part of it, so that a leaf that changes once is left out for good.
    """
    pointer, is_leaf, _ = line.partition("=")
    if is_leaf and pointer.startswith("/"):
        return re.sub(r"/\d+", "/*", pointer)
    return _CHANGING.sub("#", line)


def _cleaner(sent: Collection[str]) -> Callable[[str], str]:
    """Leaves out what was sent, and what is another one each time.

    Short values go last: a `1` stands in many a moment and token.
    """
    first = _stripper(each for each in sent if len(each) >= SHORT)
    last = _stripper(each for each in sent if len(each) < SHORT)

    def clean(text: str) -> str:
        return last.sub(_SENT, _TOKENS.sub(_TOKEN, _TIMES.sub(_TIME, first.sub(_SENT, text))))

    return clean


def _stripper(sent: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the values, the longest first, as it is, as URLs, JSON, pages and programs write it."""
    spellings: set[str] = set()
    for each in sent:
        value = " ".join(each.split())
        spellings |= {value, quote(value), quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
        spellings |= {value.replace("\\", "\\\\").replace("'", "\\'"), repr(value)[1:-1]}
        escaped = html.escape(value)
        spellings |= {escaped, escaped.replace("&#x27;", "&#39;"), html.escape(value, quote=False)}
        spellings |= {escaped.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    longest_first = sorted(filter(None, spellings), key=lambda each: (-len(each), each))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)", re.IGNORECASE)
