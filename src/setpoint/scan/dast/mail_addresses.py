"""The e-mail address that an answer shows of whom it is about. Called by checks of forgery, resets and enumeration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of, leaves, page_of
from setpoint.scan.dast.labels import labelled
from setpoint.scan.dast.naming import words_of

ADDRESS: Final = frozenset({"email", "mail", "courriel", "correo"})
"""Words of fields that hold one."""

_LABELS: Final = ADDRESS | {"address", "adresse", "direccion"}
"""Words of labels, whose value tells whether it is a house or a mailbox."""

_MAILBOX: Final = re.compile(r"[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+\.[^\s@<>()\"',;:]+")


def is_address(text: str) -> bool:
    return bool(_MAILBOX.fullmatch(text))


def addresses_in(answer: Answer | None) -> Iterator[str]:
    """Those in fields, or beside labels, that are named like one; what stands in a footer is not about the reader."""
    if answer is None:
        return
    for pointer, value in leaves(json_of(answer)):
        if isinstance(value, str) and is_address(value) and _is_named(pointer.rpartition("/")[2], ADDRESS):
            yield value
    page = page_of(answer)
    for field in page.iter("input") if page is not None else ():
        text = field.get("value", "")
        if is_address(text) and (field.get("type") == "email" or _is_named(field.get("name", ""), ADDRESS)):
            yield text
    yield from (
        value for words, value in labelled(answer).items() if is_address(value) and not _LABELS.isdisjoint(words)
    )


def _is_named(name: str, known: frozenset[str]) -> bool:
    return not known.isdisjoint(words_of(name))
