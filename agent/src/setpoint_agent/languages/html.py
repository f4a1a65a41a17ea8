"""HTML: where a value lies in a page, and in the scripts inside of it.

Follows the states of the tokenizer of https://html.spec.whatwg.org/multipage/parsing.html as far as they decide what a
character does there; what only a repair of broken pages would tell is left out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.tokens import SPACE, TEXTS_KEPT, Token, token_at, touched

TEXT, COMMENT, TAG, ATTRIBUTE = "text", "comment", "tag", "attribute"
VALUE, UNQUOTED, URL = "attribute value", "unquoted attribute value", "url attribute"
HANDLER, STYLE_ATTRIBUTE = "script attribute", "style attribute"
SCRIPT, SCRIPT_LITERAL, SCRIPT_COMMENT, STYLE = "script", "script string", "script comment", "style"

URL_ATTRIBUTES: Final = frozenset(
    {"action", "background", "cite", "data", "formaction", "href", "icon", "longdesc", "manifest", "ping", "poster"}
    | {"src", "srcdoc", "srcset", "xlink:href"}
)
"""Attributes whose value is an address (and `srcdoc`, a page), by the index of attributes in the same standard."""

_IN_TEXT: Final = re.compile(
    r"""
  (?P<text>[^<]+)
| (?P<comment><!--.*?(?:--!?>|\Z))
| (?P<markup><[!?][^>]*>?)
| (?P<tag></?(?P<name>[A-Za-z][^\s/>]*))
| (?P<mark><)
""",
    re.VERBOSE | re.DOTALL,
)
_IN_TAG: Final = re.compile(
    r"""
  (?P<close>>)
| (?P<space>[\s/]+)
| (?P<value>=\s*(?:"[^"]*(?P<double>"|\Z)|'[^']*(?P<single>'|\Z)|[^\s>]*))
| (?P<attribute>[^\s/>=]+)
""",
    re.VERBOSE | re.DOTALL,
)
_IN_SCRIPT: Final = re.compile(
    r"""
  (?P<literal>"(?:[^"\\\n]|\\.)*+(?P<double>"?)|'(?:[^'\\\n]|\\.)*+(?P<single>'?)|`(?:[^`\\]|\\.)*+(?P<back>`?))
| (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
| (?P<space>\s+)
| (?P<word>[\w$]+(?:\.[\w$]+)*)
| (?P<mark>.)
""",
    re.VERBOSE | re.DOTALL,
)
_RAW: Final = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style", "title", "textarea")
}
"""Elements whose content holds no tags but their own end."""
_ESCAPED: Final = re.compile(r"&(?:lt|gt|amp|quot|apos|#0*(?:34|38|39|60|62)|#[xX]0*(?:22|26|27|3[cCeE]));")
_ESCAPED_IN_SCRIPT: Final = re.compile(r"\\(?:u00|x)[0-9A-Fa-f]{2}|\\[\"'/`]")
_RUNS_SCRIPT: Final = re.compile(r"\s*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_ENDS_CODE: Final = re.compile(r"[;(){}\"'`<>=\\]")


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a page."""
    tokens = _tokens(text)
    token = token_at(tokens, start)
    if token is None:
        return Placement(TEXT, crosses=False)
    stretch = text[start:end]
    if token.kind == TEXT or (token.kind in {TAG, COMMENT} and token.start == start and stretch[:1] == "<"):
        crosses = any(each.kind != TEXT for each in touched(tokens, start, end))
        return Placement(TEXT, crosses, inert=not crosses and _ESCAPED.search(stretch) is not None)
    crosses = not token.holds(start, end)
    if token.kind == URL:
        crosses = crosses or (start == token.start + token.opened and _RUNS_SCRIPT.match(stretch) is not None)
    if token.kind in {HANDLER, STYLE_ATTRIBUTE, STYLE}:
        crosses = crosses or _ENDS_CODE.search(stretch) is not None
    return Placement(token.kind, crosses, inert=not crosses and _escaped_for(token.kind, stretch))


def _escaped_for(kind: str, stretch: str) -> bool:
    """Whether the stretch bears the mark of an escaper that suffices at that place."""
    if kind == SCRIPT_LITERAL:
        return _ESCAPED_IN_SCRIPT.search(stretch) is not None
    return kind == VALUE and _ESCAPED.search(stretch) is not None


@lru_cache(TEXTS_KEPT)
def _tokens(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    at = 0
    while match := _IN_TEXT.match(text, at):
        at = match.end()
        if match.lastgroup == "tag":
            tokens.append(Token(TAG, match.start(), at))
            at = _tag(text, at, match["name"].lower() if match[0][1] != "/" else "", tokens)
        elif match.lastgroup == "comment":
            tokens.append(Token(COMMENT, match.start(), at, 4, 3 if match[0].endswith("-->") else 0))
        else:
            tokens.append(Token(TAG if match.lastgroup == "markup" else TEXT, match.start(), at))
    return tuple(tokens)


def _tag(text: str, at: int, name: str, tokens: list[Token]) -> int:
    """The attributes of a tag, and what its element holds where that is not markup."""
    attribute = ""
    while match := _IN_TAG.match(text, at):
        at = match.end()
        if match.lastgroup == "close":
            tokens.append(Token(TAG, match.start(), at))
            return _raw(text, at, name, tokens) if name in _RAW else at
        if match.lastgroup == "value":
            tokens.append(_value(match, attribute))
            attribute = ""
            continue
        if match.lastgroup == "attribute":
            attribute = match[0].lower()
        tokens.append(Token(ATTRIBUTE if match.lastgroup == "attribute" else SPACE, match.start(), at))
    return at


def _value(match: re.Match[str], attribute: str) -> Token:
    bare = match[0][1:].lstrip()
    quoted = bare[:1] in {'"', "'"}
    kind = VALUE if quoted else UNQUOTED
    if attribute in URL_ATTRIBUTES:
        kind = URL
    elif attribute.startswith("on"):
        kind = HANDLER
    elif attribute == "style":
        kind = STYLE_ATTRIBUTE
    opened = len(match[0]) - len(bare) + quoted
    return Token(kind, match.start(), match.end(), opened, int(bool(match["double"] or match["single"])))


def _raw(text: str, at: int, name: str, tokens: list[Token]) -> int:
    closing = _RAW[name].search(text, at)
    end = closing.start() if closing else len(text)
    if name == "script":
        tokens.extend(_script(match) for match in _IN_SCRIPT.finditer(text, at, end))
    elif end > at:
        tokens.append(Token(STYLE if name == "style" else TEXT, at, end))
    return end


def _script(match: re.Match[str]) -> Token:
    start, end = match.span()
    if match.lastgroup == "literal":
        closed = bool(match["double"] or match["single"] or match["back"])
        return Token(SCRIPT_LITERAL, start, end, 1, int(closed))
    if match.lastgroup == "comment":
        return Token(SCRIPT_COMMENT, start, end, 2)
    return Token(SPACE if match.lastgroup == "space" else SCRIPT, start, end)
