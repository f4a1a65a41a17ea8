"""Bodies that no document tells of: of logins, as the login of `auth.yaml` has them; of others, as refusals name them.

Called by `seeding`, before anything is learnt. Only what was refused without a body is asked again, `TRIES` times at
most.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, BodyForm, Exchange, Operation, Part, PartPlace, Surface
from setpoint.scan.dast.action_words import LOGINS, PASSWORDS
from setpoint.scan.dast.creations import said_by
from setpoint.scan.dast.named_fields import asks_for_json, named_in_refusal
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.new_accounts import is_registration

TRIES: Final = 2

REFUSED: Final = frozenset({400, 415, 422})
"""What was sent is not what it takes (RFC 9110, 15.5)."""

USUAL: Final = ("/username", "/password")

_GIVES_SESSION: Final = LOGINS | {"auth", "session", "sessions", "token", "tokens"}
_OTHERWISE: Final = frozenset(
    {"callback", "delete", "forgot", "introspect", "invalidate", "logout", "otp", "refresh", "renew", "reset", "revoke"}
    | {"rotate", "signout", "validate", "verify"}
)
"""Words of operations about sessions that take no password."""

Send = Callable[[Operation, dict[Part, Json]], Exchange | None]


def with_unsaid_bodies(
    surface: Surface, send: Send, may_send: Callable[[Operation], str], login_fields: Sequence[str]
) -> Surface:
    """`login_fields`: pointers to user and password, as own accounts log in; empty where none does so."""
    fields = tuple(login_fields) or _of_other_login(surface) or USUAL
    operations = [
        _told(each, send, fields) if _is_unsaid(each) and not may_send(each) else each for each in surface.operations
    ]
    return replace(surface, operations=tuple(operations))


def is_like_login(operation: Operation) -> bool:
    """By its words alone: `POST /auth/legacy-login`, `POST /v1/token`."""
    said = _said(operation)
    return operation.method == "POST" and bool(said & _GIVES_SESSION) and not said & _OTHERWISE


def _said(operation: Operation) -> frozenset[str]:
    """With `sign-in` as `signin`, too."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    words = words_of(last)
    return frozenset((*words, "".join(words[-2:]), *said_by(operation)))


def _is_unsaid(operation: Operation) -> bool:
    """Whether nothing is known to go with it: values for other parts are not learnt yet."""
    is_bare = not operation.parts and not operation.page and operation.body in (BodyForm.NONE, BodyForm.JSON)
    return operation.method == "POST" and is_bare and not is_registration(operation)


def _of_other_login(surface: Surface) -> tuple[str, ...]:
    for operation in surface.operations:
        named = [each.name for each in operation.parts if each.place is PartPlace.BODY and each.is_required]
        secret = [each for each in named if not PASSWORDS.isdisjoint(words_of(each))]
        if is_like_login(operation) and len(named) == 2 and len(secret) == 1:
            return tuple(f"/{each.lstrip('/')}" for each in sorted(named, key=secret.__contains__))
    return ()


def _told(operation: Operation, send: Send, login_fields: Sequence[str]) -> Operation:
    """The operation with the body that it was found to take; as it was where that is not to be found out."""
    answer = _refusal(send(operation, {}))
    if answer is None:
        return operation
    is_login, names = is_like_login(operation), _pointers(named_in_refusal(answer))
    if not (is_login or names or asks_for_json(answer)):
        return operation
    told = _with_fields(operation, (names or list(login_fields)) if is_login else names, BodyForm.JSON)
    best = told if names or is_login else operation
    for number in range(TRIES):
        answer = _refusal(send(told, _made_up(told)))
        if answer is None:
            return told
        more = [each for each in _pointers(named_in_refusal(answer)) if each not in _names(told)]
        if more:
            best = told = _with_fields(operation, [*_names(told), *more], told.body)
        elif number == 0 and told.parts:
            told = _with_fields(operation, _names(told), BodyForm.FORM)
        else:
            break
    return best


def _refusal(exchange: Exchange | None) -> Answer | None:
    """None where the body, or its absence, is not what is wrong."""
    answer = exchange.answer if exchange else None
    return answer if answer is not None and answer.status in REFUSED else None


def _pointers(names: Sequence[str]) -> list[str]:
    return [f"/{each.replace('.', '/')}" for each in names]


def _names(operation: Operation) -> list[str]:
    return [f"/{each.name.lstrip('/')}" for each in operation.parts if each.place is PartPlace.BODY]


def _with_fields(operation: Operation, pointers: Sequence[str], form: BodyForm) -> Operation:
    """Fields of forms have names, those of JSON are pointed at."""
    names = pointers if form is BodyForm.JSON else [each.lstrip("/") for each in pointers]
    fields = (Part(PartPlace.BODY, each, {"type": "string"}, is_required=True) for each in names)
    others = (each for each in operation.parts if each.place is not PartPlace.BODY)
    return replace(operation, body=form, parts=(*others, *fields))


def _made_up(operation: Operation) -> dict[Part, Json]:
    """Of nobody: whoever is asked for by a login is not there, and no account is locked."""
    if not is_like_login(operation):
        return {}
    values: dict[Part, Json] = {}
    for part in operation.parts:
        if part.place is PartPlace.BODY:
            is_address = not {"email", "mail"}.isdisjoint(words_of(part.name))
            values[part] = f"nobody{secrets.token_hex(5)}{'@example.com' if is_address else ''}"
    return values
