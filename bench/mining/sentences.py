"""A default out of a sentence of AWS's documentation: `The default value is 30 seconds.`"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

_NUMBER: Final = r"-?\d{1,3}(?:,\d{3})+|-?\d+(?:\.\d+)?"
_VALUE: Final = (
    rf"""(?P<value>`+[^`\n]{{1,80}}`+|"[^"\n]{{1,80}}"|“[^”\n]{{1,80}}”|'[^'\n]{{1,80}}'|\*[^*\n]{{1,60}}\*|"""
    rf"""{_NUMBER}|[A-Za-z][\w.\-:/]*|\$default|/)"""
)
_NOUN: Final = (
    r"(?: value| setting| behaviou?r| mode| period| timeout| type| class| option| status| number| limit| size)?"
)
_DEFAULT: Final = rf"\bdefault(?:s)?{_NOUN}(?: \([^)]*\))?(?: for (?:this|the) [\w`]+(?: \w+)?)?"
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DEFAULT} (?:is|is set|are|was)(?: set)?(?: to)?(?: the value)?(?: of)? {_VALUE}",
        rf"\bdefaults?(?: value| setting)?\s*(?::|=|\u2013|\u2014)\s*{_VALUE}",
        rf"\bdefaults?(?: service-side)? to(?: the value(?: of)?| a value of| a)? {_VALUE}",
        rf"\bdefault(?: value| setting)? of {_VALUE}",
        rf"\b(?:is|are) set to {_VALUE} by default",
        rf"\bby default,?[^.]{{0,60}}? (?:is|are) set to {_VALUE}",
        rf"\bby default,? (?:this|the)[^.]{{0,40}}? is {_VALUE}",
        rf"{_VALUE} ?(?:\(default\)|\[default\]|\(the default\))",
        rf"(?:is|are) {_VALUE} by default",
    )
)
_CONDITION: Final = re.compile(r"\b(if|when|for|unless|with|in case|otherwise|depending|except)\b", re.IGNORECASE)
_NO_CONDITION: Final = re.compile(
    r"if (?:you )?(?:do not|don't|not|no|none|the|this|a|it|omitted|unspecified|empty|null|value)[^,.]*?"
    r"(?:specif|provid|set|omit|includ|suppl|defin|given|present|pass|specified)\w*"
    r"|if (?:not|unspecified|omitted|absent)[^,.]*|when (?:not|omitted|unspecified|no)[^,.]*"
    r"|unless (?:otherwise )?(?:you )?specif\w*|\(if you don.t specify otherwise\)"
    r"|for (?:this|the) (?:parameter|property|field|attribute|value|setting|element|option|request)\b"
    r"|for new\w* \w+|for more information[^.]*|for example[^.]*",
    re.IGNORECASE,
)
"""What only says *where nothing is declared*, which is what makes a default."""

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z+*])|\n+")
_SWITCH: Final = {
    **dict.fromkeys(("true", "enabled", "on", "yes"), True),
    **dict.fromkeys(("false", "disabled", "off"), False),
}
_WORDS: Final = frozenset({"true", "false", "enabled", "disabled", "none", "standard"})
_NO_VALUES: Final = frozenset(
    [
        "a",
        "all",
        "an",
        "and",
        "any",
        "based",
        "be",
        "current",
        "determined",
        "encryption",
        "for",
        "in",
        "is",
        "it",
        "no",
        "not",
        "null",
        "of",
        "or",
        "same",
        "service",
        "set",
        "that",
        "the",
        "this",
        "to",
        "use",
        "used",
        "uses",
        "value",
        "you",
        "your",
    ]
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A default as one sentence states it."""

    value: Any
    conditional: bool
    """It holds under a condition that the sentence names."""


def stated_defaults(prose: str, kind: str, allowed: Sequence[Any]) -> Iterator[Stated]:
    """Every default in the prose that a property of this kind may have (one of `allowed`, where anything is)."""
    for sentence in _SENTENCE.split(_plain(prose)):
        if "default" not in sentence.lower():
            continue
        value = next((found for found in _values(sentence, kind, allowed) if found is not None), None)
        if value is not None:
            yield Stated(value, _CONDITION.search(_NO_CONDITION.sub("", sentence)) is not None)


def _values(sentence: str, kind: str, allowed: Sequence[Any]) -> Iterator[Any]:
    for pattern in _PATTERNS:
        match = pattern.search(sentence)
        if match:
            yield _literal(match["value"], kind, allowed)


def _plain(prose: str) -> str:
    text = re.sub(r"</?code>", "`", prose)
    text = re.sub(r"</(p|li|dd|dt|note|important)>", "\n", text)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def _literal(raw: str, kind: str, allowed: Sequence[Any]) -> Any:
    """The value that the text stands for; None where it stands for none of this kind."""
    text = raw.strip("`\"“”'*").strip().rstrip(".,;")
    if kind in ("integer", "number"):
        return _number(text.replace(",", "").split(" ")[0])
    if kind == "boolean":
        return _SWITCH.get(text.lower())
    if allowed:
        return next((each for each in allowed if _folded(each) == _folded(text)), None)
    if not text or text.lower() in _NO_VALUES:
        return None
    quoted = raw[0] in "`\"“'*" and len(text.split()) <= 3
    says_one = (
        re.fullmatch(_NUMBER, text) or (text.isupper() and len(text) > 1) or "_" in text or text.lower() in _WORDS
    )
    return text if quoted or says_one else None


def _number(text: str) -> int | float | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def _folded(value: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(value).lower())
