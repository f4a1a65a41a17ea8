"""Patterns of policies: wildcards and variables, split once into tokens, then filled in and matched.

Actions, resources and condition values share them. `Resource` has one rule more ("IAM JSON policy elements: Resource"):
a wildcard stays within the segment of the ARN that it stands in, unless it is the segment's last character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Sign(Enum):
    """What stands for text that is not spelt out."""

    MANY = ".*"
    ONE = "."
    MANY_WITHIN = "[^:]*"
    """Within a segment of an ARN."""
    ONE_WITHIN = "[^:]"


@dataclass(frozen=True, slots=True)
class Variable:
    """`${aws:username}` or `${aws:username, 'nobody'}`."""

    key: str
    """In lower case."""
    default: str | None
    text: str
    """As the document spells it."""


Token = str | Sign | Variable
"""A text stands for itself."""

Tokens = tuple[Token, ...]
Lookup = Callable[[str], tuple[str, ...] | None]
"""Condition key → its values; none where it is absent, None where it is unknown."""

Matcher = Callable[[str], bool]

_VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")
_SPECIAL: Final = frozenset("*?$")
"""What `${*}`, `${?}` and `${$}` stand for ("IAM policy elements: Variables and tags")."""

_WITH_DEFAULT: Final = re.compile(r"([^,]*?)\s*,\s*'(.*)'\s*", re.DOTALL)
_WILDCARDS: Final = {"*": Sign.MANY, "?": Sign.ONE}
_WILDCARD: Final = re.compile(r"([*?])")
_COLONS_BEFORE_NAME: Final = 5
"""In an ARN; variables are known only behind them ("Where you can use policy variables")."""


def tokens_of(text: str, *, wildcards: bool = True, variables: bool = False) -> Tokens:
    """The tokens of a condition's value; without wildcards and variables, the text itself."""
    found: list[Token] = []
    position = 0
    for match in _VARIABLE.finditer(text) if variables else ():
        found.extend(_plain(text[position : match.start()], wildcards=wildcards))
        found.append(_variable(match[1], match[0]))
        position = match.end()
    found.extend(_plain(text[position:], wildcards=wildcards))
    return _joined(found)


def resource_tokens(text: str, *, variables: bool) -> Tokens:
    """The tokens of a pattern of `Resource` or `NotResource`."""
    if text == "*":
        return (Sign.MANY,)
    tokens, colons = tokens_of(text, variables=variables), 0
    found: list[Token] = []
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else ":"
        ends_segment = isinstance(following, str) and following.startswith(":")
        match token:
            case Sign.MANY if not ends_segment:
                found.append(Sign.MANY_WITHIN)
            case Sign.ONE:
                found.append(Sign.ONE_WITHIN)
            case Variable(text=spelt) if colons < _COLONS_BEFORE_NAME:
                found.append(spelt)
            case _:
                found.append(token)
        colons += token.count(":") if isinstance(token, str) else 0
    return _joined(found)


def filled(tokens: Tokens, lookup: Lookup) -> tuple[Tokens | None, tuple[str, ...]]:
    """The tokens with every variable replaced, and the keys that are unknown, for which any text may stand.

    None where a variable has neither a value nor a default: such a pattern fits nothing. A key of several values is no
    variable.
    """
    found: list[Token] = []
    missing: list[str] = []
    for token in tokens:
        if not isinstance(token, Variable):
            found.append(token)
            continue
        values = lookup(token.key)
        if values is None:
            missing.append(token.key)
            found.append(Sign.MANY)
        elif len(values) == 1:
            found.append(values[0])
        elif not values and token.default is not None:
            found.append(token.default)
        else:
            return None, ()
    return _joined(found), tuple(missing)


def matcher(tokens: Sequence[Token]) -> Matcher:
    """Whether a whole text fits. Variables have been filled in."""
    match tokens:
        case ():
            return "".__eq__
        case (str(text),):
            return text.__eq__
        case (Sign.MANY,):
            return lambda _text: True
        case (str(text), Sign.MANY):
            return lambda given: given.startswith(text)
    fits = re.compile(_expression(tokens), re.DOTALL).fullmatch
    return lambda given: fits(given) is not None


def action_matcher(patterns: Iterable[str]) -> Matcher:
    """Whether an action in lower case fits one of the patterns."""
    matchers = [matcher(tokens_of(pattern.lower())) for pattern in patterns]
    return lambda action: any(fits(action) for fits in matchers)


def _expression(tokens: Sequence[Token]) -> str:
    """As a regular expression that takes time linear in the text for each wildcard.

    What stands between two wildcards is sought once, where it first fits: a later place leaves less room to the rest.
    """
    blocks: list[tuple[str, str]] = [("", "")]
    for token in tokens:
        match token:
            case Sign.MANY | Sign.MANY_WITHIN:
                blocks.append((token.value, ""))
            case Sign.ONE | Sign.ONE_WITHIN:
                blocks[-1] = (blocks[-1][0], blocks[-1][1] + token.value)
            case str():
                blocks[-1] = (blocks[-1][0], blocks[-1][1] + re.escape(token))
            case Variable():
                raise ValueError(f"{token.text} has not been filled in")
    first, *between, last = blocks if len(blocks) > 1 else [blocks[0], ("", "")]
    return first[1] + "".join(f"(?>{run}?{block})" for run, block in between) + last[0] + last[1]


def _plain(text: str, *, wildcards: bool) -> list[Token]:
    if not wildcards:
        return [text]
    return [_WILDCARDS.get(part, part) for part in _WILDCARD.split(text)]


def _variable(inside: str, spelt: str) -> Token:
    if inside in _SPECIAL:
        return inside
    with_default = _WITH_DEFAULT.fullmatch(inside)
    name, default = (with_default[1], with_default[2]) if with_default else (inside, None)
    return Variable(name.strip().lower(), default, spelt)


def _joined(tokens: Sequence[Token]) -> Tokens:
    """Neighbouring texts as one, and no wildcard that the one before it includes."""
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if token == "":
            continue
        if isinstance(token, str) and isinstance(last, str):
            found[-1] = last + token
        elif token is Sign.MANY and last is Sign.MANY_WITHIN:
            found[-1] = token
        elif token in {Sign.MANY, Sign.MANY_WITHIN} and last in {Sign.MANY, token}:
            continue
        else:
            found.append(token)
    return tuple(found)
