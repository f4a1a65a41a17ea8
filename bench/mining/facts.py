"""What AWS's documentation says of a property beside its default: that AWS makes or chooses it, or lowers its case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bench.mining import wording
from bench.mining.sentences import is_conditional, sentences
from setpoint.compare.config import words

_CHOSEN: Final = r"(?:chosen|selected|generated|assigned|allocated|picked)"
_CHOOSES: Final = re.compile(
    rf"{wording.UNSAID},(?: then)? [^.,]*?\b(?:chooses|selects|generates|assigns|allocates|picks)\b"
    r" (?:an?|one|the name|your \w+ a) (?!default\b)"
    rf"|{wording.UNSAID},(?: then)? [^.,]*?\b(?:is|will be) (?:automatically |randomly )?{_CHOSEN}\b(?! to\b)"
    rf"|\bdefault(?: value)?(?: is|:) (?:an? )?(?:random|system-chosen)\b"
    rf"|\bthe default is a \d+-minute window selected at random\b",
    re.IGNORECASE,
)
_GENERATES: Final = re.compile(r"\bgenerate[sd]\b", re.IGNORECASE)
_LOWERS: Final = re.compile(
    r"\b(?:is|are) (?:\w+ )?(?:stored|saved|converted|folded)(?: \w+)? (?:to|as|in) (?:an? )?(?:all )?lower-?case\b"
    r"|\b(?:converts|stores|folds) (?:it|this \w+|the \w+|alphabetical characters) (?:to|as|in) lower-?case\b"
    r"|\bfolded to lower-?case\b",
    re.IGNORECASE,
)


def facts_of(prose: str, path: str) -> Iterator[tuple[str, str]]:
    """(the section of `facts.yaml` that it belongs to, the sentence)."""
    name = words.last_name(path)
    for sentence in sentences(prose):
        if _LOWERS.search(sentence):
            yield "folded_case", sentence
        elif (
            _CHOOSES.search(sentence)
            and not (path.endswith("[*]") or words.protects(path) or words.grants(name))
            and not is_conditional(sentence, name, len(sentence))
        ):
            yield "generated" if _GENERATES.search(sentence) else "chosen", sentence
