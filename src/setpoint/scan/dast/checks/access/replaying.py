"""The same request by somebody else: how it is sent, with which mixtures of values, and against which controls."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid4

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Exchange, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.access.holdings import Values
from setpoint.scan.dast.checks.access.marks import SHARED_WORDS
from setpoint.scan.dast.checks.access.references import naming_parts
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

MOST_VARIANTS: Final = 3
"""Mixtures of own and foreign values for one operation."""

_NOWHERE: Final = 1_900_000_000
"""A number that no table has counted to yet, and that 32 bits hold."""


def ask(bench: Workbench, operation: Operation, values: Values, caller: Caller) -> Exchange:
    """The operation with these values, as this caller."""
    return bench.sender.send(bench.accounts.authorised(bench.build(operation, values), caller))


def may_try(bench: Workbench, operation: Operation) -> bool:
    """Whether it may be asked for what no visitor's browser would ask for."""
    return bench.profile is not Profile.PASSIVE and not bench.may_send(operation)


def is_for_everybody(operation: Operation) -> bool:
    """Whether the document, or its very name, says that everybody may."""
    words = {word for text in (operation.path, operation.name, *operation.tags) for word in words_of(text)}
    return operation.security == () or not SHARED_WORDS.isdisjoint(words)


def variants(operation: Operation, foreign: Values, own: Values | None) -> Iterator[tuple[Part, Values]]:
    """The part at stake and values: all of another's; then, of several, each one alone among the caller's own.

    A server that compares only `{user}` of `/users/{user}/orders/{order}` refuses the first of them alone.
    """
    named = [part for part in naming_parts(operation) if part in foreign]
    named.sort(key=lambda part: (part.place is PartPlace.PATH, operation.path.find(f"{{{part.name}}}")))
    if not named:
        return
    yield named[-1], foreign
    differing = [part for part in named if own is not None and part in own and own[part] != foreign[part]]
    if own is not None and len(differing) > 1:
        for part in list(reversed(differing))[: MOST_VARIANTS - 1]:
            yield part, {**own, part: foreign[part]}


def nobodys(part: Part, values: Values) -> Values:
    """The same, but naming something that does not exist."""
    return {**values, part: unknown_like(values[part])}


def unknown_like(value: Json) -> Json:
    """Of the same form as the value, and naming nothing."""
    if isinstance(value, list):
        return [unknown_like(each) for each in value]
    if isinstance(value, int):
        return _NOWHERE + secrets.randbelow(1_000_000)
    text = str(value)
    if text.isdecimal():
        return str(_NOWHERE + secrets.randbelow(1_000_000))
    try:
        UUID(text)
    except ValueError:
        name, at, host = text.partition("@")
        return "".join(secrets.choice(string.ascii_lowercase) for _ in range(max(len(name), 8))) + at + host
    return str(uuid4())
