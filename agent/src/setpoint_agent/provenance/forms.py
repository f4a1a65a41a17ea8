"""What a value may have become before the application used it: decoded, taken out of JSON, or joined with other marks.

Called once for each value of a request, by `needles`. Encoded forms are not made here: `views` decodes the argument.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import combining, normalize

from setpoint_agent.provenance.steps import STEPS, decode_base64

MOST_FORMS: Final = 24
LONGEST_DECODED: Final = 4_096
"""Characters of a value that is looked into; longer ones are only looked for as they are."""
DEEPEST: Final = 2
"""Encodings undone one after the other."""
MOST_LEAVES: Final = 16
"""Values taken out of one JSON text."""

_PLAIN: Final = re.compile(r"[A-Za-z_.-]{1,15}|[0-9.:-]{1,15}")
"""Holds no encoding that could be told from an ordinary word or number."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w*")
_AROUND: Final = " \t\r\n\"'"
_SPACES: Final = re.compile(r"\s+")
_MARKS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Form:
    """One text that the value may have become, and by which steps."""

    text: str
    how: tuple[str, ...] = ()
    within: str = ""
    """What it is a piece of."""


def decoded_forms(text: str) -> tuple[Form, ...]:
    """The value itself, first; then what it is once decoded."""
    forms = [Form(text)]
    if _PLAIN.fullmatch(text) or len(text) > LONGEST_DECODED:
        return tuple(forms)
    seen = {text, ""}
    reached = 0
    for _ in range(DEEPEST):
        latest, reached = forms[reached:], len(forms)
        for form in latest:
            for each in _decoded(form):
                if each.text not in seen and len(forms) < MOST_FORMS:
                    seen.add(each.text)
                    forms.append(each)
    return tuple(forms)


def joined_forms(text: str) -> tuple[Form, ...]:
    """The value with its spaces or marks replaced or dropped, without accents, and reversed: rarer, so tried later."""
    texts = (
        *(_SPACES.sub(mark, text) for mark in ("_", "-", "")),
        *(_MARKS.sub(mark, text) for mark in ("_", "-", " ", "")),
        _without_accents(text),
    )
    unlike = dict.fromkeys(stripped for each in texts if (stripped := each.strip("_- ")) != text)
    return (*(Form(each, ("cut",)) for each in unlike), Form(text[::-1], ("reversed",)))


def _decoded(form: Form) -> Iterator[Form]:
    stripped = form.text.strip(_AROUND)
    yield Form(stripped, (*form.how, "cut"))
    for each in _credentials(form.text):
        yield Form(each, (*form.how, "cut"))
    for step in STEPS:
        yield Form(step.undo(form.text), (*form.how, step.name))
    for leaf in _leaves(form.text):
        yield Form(leaf, (*form.how, "json"))
    # Bytes that are no text (a pickle) read the same here as where the argument of a sink is made text.
    if _BASE64.fullmatch(stripped) and (octets := decode_base64(stripped)) is not None:
        yield Form(octets.decode("utf-8", "replace"), (*form.how, "base64"))


def _credentials(text: str) -> tuple[str, ...]:
    """The token, or the user and the password, of an `Authorization` header (RFC 7617, RFC 6750)."""
    scheme, _, rest = text.partition(" ")
    if scheme.lower() == "bearer":
        return (rest,)
    if scheme.lower() != "basic" or (octets := decode_base64(rest.strip())) is None:
        return ()
    user, _, password = octets.decode("utf-8", "replace").partition(":")
    return (user, password)


def _leaves(text: str) -> list[str]:
    """The texts and numbers inside of a JSON object or array, and the names that no code would write."""
    if not text.lstrip().startswith(("{", "[")):
        return []
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return []
    leaves: list[str] = []
    waiting: list[Any] = [document]
    while waiting and len(leaves) < MOST_LEAVES:
        node = waiting.pop(0)
        if isinstance(node, dict):
            leaves.extend(name for name in node if not _IDENTIFIER.fullmatch(name))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node[:MOST_LEAVES])
        elif isinstance(node, str | int | float) and not isinstance(node, bool):
            leaves.append(str(node))
    return leaves[:MOST_LEAVES]


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(each for each in normalize("NFKD", text) if not combining(each))
