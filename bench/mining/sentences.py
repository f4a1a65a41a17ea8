"""A default out of a sentence of AWS's documentation: `The default value is 30 seconds.`"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.mining import wording

_SECONDS: Final = {"milli": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_TIME_UNIT: Final = re.compile(r"\W{0,3}(milli|second|minute|hour|day)(?:second)?s?\b", re.IGNORECASE)
_UNIT_OF_PROSE: Final = re.compile(r"\b(?:in|of) (milli|second|minute|hour|day)(?:second)?s\b", re.IGNORECASE)
_UNIT_OF_NAME: Final = re.compile(r"(milli|second|minute|hour|day)(?:second)?s?$", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"<\w|[\w-]+-name$")
"""What stands for a name of one's own: `/aws/imagebuilder/image-name`."""

_ENTITY: Final = re.compile(r"`([A-Za-z]\w+)`")


@dataclass(frozen=True, slots=True)
class Stated:
    """A default as one sentence states it."""

    value: Any
    conditional: bool
    """It holds under a condition that the sentence names, or of the kind that its line is about."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The property of which a text speaks."""

    name: str
    kind: str
    allowed: Sequence[Any]
    """The values that it may have; empty where that is not known."""
    listed: Sequence[str] = ()
    """Those that its text names, which need not be all."""
    unit: str = ""
    """Of time, in which its number counts; empty where neither its name nor its text says."""


def stated_defaults(prose: str, name: str, kind: str, allowed: Sequence[Any]) -> Iterator[Stated]:
    """Every default in the prose that the property may have: of its kind, one of `allowed` where anything is."""
    text = plain(prose)
    subject = Subject(name, kind, allowed, _listed(text), _unit(name, text))
    for line in text.split("\n"):
        about = wording.BULLET.match(line)
        for sentence in _statements(line):
            value, end = _value(sentence, line, subject)
            if value is not None:
                of_other = about is not None and not _is_about(about["value"], value)
                yield Stated(value, of_other or is_conditional(sentence, name, end), sentence)


def sentences(prose: str) -> Iterator[str]:
    for line in plain(prose).split("\n"):
        yield from _statements(line)


def _statements(line: str) -> Iterator[str]:
    """The sentences that are no mere examples or references."""
    yield from (each for each in wording.SENTENCE.split(line) if not each.lstrip("> ").startswith(wording.ASIDE))


def plain(prose: str) -> str:
    """The text without its marks, each item of a list on a line of its own that begins with a dash."""
    text = re.sub(r"</?code>", "`", prose)
    text = re.sub(r"<li>\s*(?:<p>)?\s*", "\n- ", text)
    text = re.sub(r"</(p|li|dd|dt|note|important)>|  (?=- )", "\n", text)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def _value(sentence: str, line: str, subject: Subject) -> tuple[Any, int]:
    """The value that the sentence states as the default, None where it states none, and where that statement ends."""
    for match in filter(None, (pattern.search(sentence) for pattern in wording.STATED)):
        value = _valued(match, subject)
        if value is not None:
            return value, match.end()
    states = _states(subject)
    if len(states) == 2:
        is_on = _switched(sentence, subject.name)
        return states.get(is_on) if is_on is not None else None, len(sentence)
    is_default = wording.IS_DEFAULT.search(sentence) if subject.kind == "string" else None
    return (_only_value(line, subject), is_default.end()) if is_default else (None, 0)


def _valued(match: re.Match[str], subject: Subject) -> Any:
    after = match.string[match.end("value") :]
    bound = wording.BOUND.search(match[0])
    if wording.PLURAL.match(after) or (bound and bound[1].lower() not in subject.name.lower()):
        return None
    value = _literal(match["value"], subject)
    return _in_unit(value, after, subject) if subject.kind in ("integer", "number") else value


def _states(subject: Subject) -> dict[bool, Any]:
    """What *on* and *off* are called, of a switch; not both for anything else."""
    if subject.kind == "boolean":
        return {True: True, False: False}
    return {wording.SWITCH[word.lower()]: word for word in map(str, subject.allowed) if word.lower() in wording.SWITCH}


def _switched(sentence: str, name: str) -> bool | None:
    """Whether the switch of this name is on where nobody asked for it, by the sentence's words."""
    is_off = wording.OFF.search(sentence) is not None
    if name.startswith(wording.NEGATIVE) or not (is_off or wording.ON.search(sentence)):
        return None
    return not is_off


def _only_value(line: str, subject: Subject) -> Any:
    """The one allowed value that the line is about, or the one that it begins with."""
    known = subject.allowed or subject.listed
    named = [each for each in known if re.search(rf"(?<![\w-]){re.escape(str(each))}(?![\w-])", line)]
    if len(named) == 1:
        return named[0]
    head = wording.HEAD.match(line)
    return _literal(head["value"], subject) if head else None


def is_conditional(sentence: str, name: str, end: int) -> bool:
    """Whether the statement that ends there depends on anything but the property of this name being left out."""
    said = wording.NO_CONDITION.sub("", re.sub(rf" for `{name}`", "", sentence[:end], flags=re.IGNORECASE))
    unsaid = re.search(wording.UNSAID, sentence, re.IGNORECASE)
    others = {_folded(each) for each in _ENTITY.findall(unsaid[0])} if unsaid else set()
    if others and _folded(name) not in others:
        return True
    after = "" if said.endswith(")") else wording.NO_CONDITION.sub("", sentence[end:])  # `ipv4` (default) for IPv4
    return wording.CONDITION.search(said) is not None or wording.CONDITION_AFTER.match(after) is not None


def _is_about(head: str, value: Any) -> bool:
    """Whether the head of a list's item is the value itself, or says that this is the default."""
    text = _folded(re.sub(r"\((?:the )?default\)", "", head, flags=re.IGNORECASE))
    return text == _folded(value) or "default" in text


def _listed(text: str) -> list[str]:
    """The values that the text says are valid."""
    listed = wording.VALID_VALUES.search(text)
    quoted = re.findall(r"[`\"*]+([\w.\-]+)[`\"*]+", listed[1]) if listed else []
    found = quoted or (re.findall(r"\b[A-Z][A-Z0-9_]+\b", listed[1]) if listed else [])
    return found if len(found) > 1 else []


def _unit(name: str, text: str) -> str:
    of_name = _UNIT_OF_NAME.search(name)
    said = {each.lower() for each in _UNIT_OF_PROSE.findall(text)}
    return of_name[1].lower() if of_name else said.pop() if len(said) == 1 else ""


def _in_unit(value: float | None, after: str, subject: Subject) -> float | None:
    """`1 day` as the 86,400 of a property that counts seconds."""
    if value is None or after.startswith((" * ", " of ")):  # 1024 * 1024 bytes; one of the following
        return None
    said = _TIME_UNIT.match(after)
    if said is None or not subject.unit:
        return value
    converted = value * _SECONDS[said[1].lower()] / _SECONDS[subject.unit]
    return int(converted) if converted.is_integer() else converted


def _literal(raw: str, subject: Subject) -> Any:
    """The value that the text stands for; None where it stands for none of this kind."""
    text = re.sub(r"\((?:the )?default\)", "", raw.strip("`\"“”'* "), flags=re.IGNORECASE).strip().rstrip(".,;")
    if subject.kind in ("integer", "number"):
        return _number(text.replace(",", "").split(" ")[0]) if text else None
    if subject.kind == "boolean":
        is_plain = text.lower() in ("true", "false") or not subject.name.startswith(wording.NEGATIVE)
        return wording.SWITCH.get(text.lower()) if is_plain else None
    if subject.allowed:
        return next((each for each in subject.allowed if _folded(each) == _folded(text)), None)
    if text in subject.listed:
        return text
    is_quoted = raw[0] in "`\"“'*"
    if (
        text.lower() in ("", "null")
        or _PLACEHOLDER.search(text)
        or (not is_quoted and text.lower() in wording.NO_VALUES)
    ):
        return None
    says_one = (
        re.fullmatch(rf"{wording.NUMBER}|\d{{4}}-\d\d-\d\d", text)
        or (text.isupper() and len(text) > 1)
        or "_" in text
        or text.lower() in wording.WORDS
    )
    return text if (is_quoted and len(text.split()) <= 3) or says_one else None


def _number(text: str) -> int | float | None:
    if text.lower() in wording.NUMBER_WORDS:
        return wording.NUMBER_WORDS[text.lower()]
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def _folded(value: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(value).lower())
