"""What a check has to keep out at one place of one language, for a value there to be harmless. Pure.

`probes_for` gives short texts that each would turn a value into an attack at that place. A check that lets none of them
through is sufficient; one that stops some of them lowers the confidence.
"""

from __future__ import annotations

from typing import Final

_BY_LANGUAGE: Final[dict[str, tuple[str, ...]]] = {
    "sql": ("' or 1=1", " or 1=1", ";--"),
    "shell": (";id", "|id", "&id", "$(id)", "`id`"),
    "path": ("../x",),
    "html": ("<b>",),
    "xpath": ("' or '", " or 1=1"),
    "ldap": ("*", ")(x=y"),
    "url": ("//x.example", "http://x.example", "@x.example"),
    "python": ("'", "(", ";"),
    "template": ("{{7*7}}", "{%x%}", "${7*7}"),
    "regex": ("(a+)+", ".*"),
    "header": ("\r\nx",),
    "log": ("\nx",),
    "state": ("'", "<", ";", "{"),
}
"""Where no quote encloses the value. One for each way of crossing the boundary that needs other characters."""

_QUOTED: Final = frozenset({"sql", "shell", "xpath", "python", "nosql"})
"""Languages in which a value between quotes is harmless as long as it does not end them."""


def probes_for(language: str, text: str, start: int, end: int) -> tuple[str, ...]:
    """The probes for the stretch [start, end) of `text`; none: no check of characters can suffice there."""
    quote = _enclosing_quote(text, start, end) if language in _QUOTED else ""
    if quote:
        return (quote,)
    return _BY_LANGUAGE.get(language, ())


def _enclosing_quote(text: str, start: int, end: int) -> str:
    """The quote that is open where the stretch begins, if the same one follows behind it; or that it brings along."""
    if end - start > 1 and text[start] in "'\"" and text[end - 1] == text[start]:
        return text[start]
    open_quote = ""
    for character in text[:start]:
        if open_quote:
            open_quote = "" if character == open_quote else open_quote
        elif character in "'\"":
            open_quote = character
    return open_quote if open_quote and open_quote in text[end:] else ""
