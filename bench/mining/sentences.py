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
_DEFAULT: Final = rf"\bdefault(?:s)?{_NOUN}(?: \([^)]*\))?(?: (?:for|of) (?:this|the) [\w`]+(?: \w+)?)?"
_UNSAID: Final = (
    r"\b(?:if|when) [^.,]{0,60}?(?:omit\w*|unspecified|(?:not|n't|n\u2019t|no) (?:\w+ ){0,2}"
    r"(?:specif|provid|set|includ|suppl|giv|defin|present|pass|enter|configur|value)\w*)[^.,]{0,60}"
)
"""How a sentence begins that says what holds where nothing is declared."""

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
        rf"\bdefault (?:[\w`]+ ){{1,3}}(?:is|are) {_VALUE}",
        rf"\b(?:uses?|assumes|selects) (?:the |a |an )?{_VALUE} (?:as )?(?:the )?default",
        rf"{_UNSAID},(?: then)?[^.,]{{0,60}}? (?:is|are|be|uses?|assumes|sets? to|set to|applies) (?:the )?{_VALUE}",
        rf"{_UNSAID}, (?:then )?{_VALUE} is (?:used|assumed|applied|set)",
    )
)
_SECONDS: Final = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_TIME_UNIT: Final = re.compile(r"\W{0,3}(millisecond|second|minute|hour|day)s?\b", re.IGNORECASE)
_IS_DEFAULT: Final = re.compile(
    r"\b(?:is|as) the default(?: value| setting| option| behaviou?r| mode)?\b", re.IGNORECASE
)
"""What is said of the one value that the line is about: `STANDARD: The plain one. This is the default.`"""

_OFF: Final = re.compile(
    r"\bby default,? [^.,]*?\b(?:is|are|does|do|will|was)(?:n't| not|n\u2019t)\b"
    r"|\bby default,? [^.,]*?\b(?:is|are) (?:disabled|turned off|deactivated)\b"
    r"|\b(?:disabled|turned off|not enabled|not activated) by default\b|\bdefault is (?:to )?not\b",
    re.IGNORECASE,
)
_ON: Final = re.compile(
    r"\bby default,? [^.,]*?\b(?:is|are) (?:automatically )?(?:enabled|turned on|activated|applied automatically)\b"
    r"|\b(?:enabled|turned on|activated) by default\b",
    re.IGNORECASE,
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

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z+*])")
_NEGATIVE: Final = ("Disable", "Skip", "Exclude", "Ignore", "No", "Block", "Deny", "Suppress", "Prevent")
"""How the names of switches begin that turn something off: what is *enabled by default* is their *off*."""

_SWITCH: Final = {
    **dict.fromkeys(("true", "enabled", "on", "yes"), True),
    **dict.fromkeys(("false", "disabled", "off"), False),
}
_WORDS: Final = frozenset({"true", "false", "enabled", "disabled", "none", "standard"})
_NO_VALUES: Final = frozenset(
    [
        "a",
        "all",
        "ami",
        "an",
        "and",
        "any",
        "based",
        "be",
        "current",
        "determined",
        "encryption",
        "for",
        "id",
        "in",
        "is",
        "it",
        "kms",
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


def stated_defaults(prose: str, name: str, kind: str, allowed: Sequence[Any]) -> Iterator[Stated]:
    """Every default in the prose that the property may have: of its kind, one of `allowed` where anything is."""
    for line in _plain(prose).split("\n"):
        for sentence in _SENTENCE.split(line):
            value = next((found for found in _values(sentence, name, kind, allowed) if found is not None), None)
            if value is None and kind == "boolean":
                value = _switched(sentence, name)
            if value is not None:
                yield Stated(value, _CONDITION.search(_NO_CONDITION.sub("", sentence)) is not None)
        if allowed and (only := _only_value(line, allowed)) is not None:
            yield Stated(only, conditional=_CONDITION.search(_NO_CONDITION.sub("", line)) is not None)


def _switched(sentence: str, name: str) -> bool | None:
    """Whether the switch of this name is on where nobody asked for it, by the sentence's words."""
    if _OFF.search(sentence) is None and _ON.search(sentence) is None:
        return None
    is_on = _OFF.search(sentence) is None
    return None if name.startswith(_NEGATIVE) else is_on


def _only_value(line: str, allowed: Sequence[Any]) -> Any:
    """The one allowed value that the line is about, where it says that this one is the default."""
    if _IS_DEFAULT.search(line) is None:
        return None
    named = [each for each in allowed if re.search(rf"(?<![\w-]){re.escape(str(each))}(?![\w-])", line)]
    return named[0] if len(named) == 1 else None


def _values(sentence: str, name: str, kind: str, allowed: Sequence[Any]) -> Iterator[Any]:
    for pattern in _PATTERNS:
        match = pattern.search(sentence)
        if match:
            value = _literal(match["value"], kind, allowed)
            yield _in_unit_of(name, value, sentence[match.end("value") :]) if kind in ("integer", "number") else value


def _in_unit_of(name: str, value: float | None, after: str) -> float | None:
    """`1 day` as the 86,400 of a property whose name ends in `Seconds`."""
    said = _TIME_UNIT.match(after)
    wanted = next((unit for unit in _SECONDS if name.lower().rstrip("s").endswith(unit)), None)
    if after.startswith(" *"):  # 1024 * 1024 bytes
        return None
    if value is None or said is None or wanted is None:
        return value
    converted = value * _SECONDS[said[1].lower()] / _SECONDS[wanted]
    return int(converted) if converted.is_integer() else converted


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
