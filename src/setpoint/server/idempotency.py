"""`Idempotency-Key`: a change that is asked for twice under one key happens once, and is answered twice the same.

As in the IETF's draft, *The Idempotency-Key HTTP Header Field*: a key that was used for another call is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Header, Request, Response

from setpoint.loop import instructions
from setpoint.model.canonical import digest
from setpoint.server.problems import RefusedError
from setpoint.server.view import View
from setpoint.store.interface import KeptAnswer, LedgerWriter
from setpoint.wire.document import Document

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[!-~]+$",
        description="Of the caller's making, another for each change: a repeated call under it changes nothing more. "
        "Kept for a day.",
    ),
]

REPLAYED: Final = {"Idempotency-Replayed": "true"}


def once(
    view: View, request: Request, body: Document, key: str | None, status: int, act: Callable[[LedgerWriter], Document]
) -> Response:
    """Act in one transaction with keeping the answer; or, under a key that was used before, only answer again."""
    ledger = view.parts.ledger
    if key is None:
        writer = ledger.visitor()
        with writer.transaction():
            return _response(_answer("", status, act(writer)), acted=True)
    asked, now = fingerprint(request, body), instructions.time_of(ledger)
    kept, acted = view.parts.answers.once(
        view.principal.name, key, now, lambda writer: _answer(asked, status, act(writer))
    )
    return _response(_expect_same(kept, asked), acted=acted)


def recall(view: View, request: Request, body: Document, key: str | None) -> Response | None:
    """The answer under this key, for what is done in a transaction of its own; None where it is still to be done."""
    if key is None:
        return None
    kept = view.parts.answers.recall(view.principal.name, key, instructions.time_of(view.parts.ledger))
    return None if kept is None else _response(_expect_same(kept, fingerprint(request, body)), acted=False)


def keep(view: View, request: Request, body: Document, key: str | None, answer: Document) -> Response:
    """Answer, and keep that under the key."""
    asked = fingerprint(request, body)
    made = _answer(asked, HTTPStatus.OK, answer)
    if key is None:
        return _response(made, acted=True)
    now = instructions.time_of(view.parts.ledger)
    kept = view.parts.answers.keep(view.principal.name, key, now, made)
    return _response(_expect_same(kept, asked), acted=kept == made)


def fingerprint(request: Request, body: Document) -> str:
    """Of all that is asked."""
    return digest(request.method, request.url.path, body.model_dump(mode="json"))


def _answer(asked: str, status: int, document: Document) -> KeptAnswer:
    return KeptAnswer(asked, status, document.model_dump_json())


def _expect_same(kept: KeptAnswer, asked: str) -> KeptAnswer:
    if kept.fingerprint != asked:
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "this key was used for another call",
            where="Idempotency-Key",
            remedy="make another key for each change",
        )
    return kept


def _response(answer: KeptAnswer, *, acted: bool) -> Response:
    headers = {} if acted else REPLAYED
    return Response(answer.body, answer.status, headers=headers, media_type="application/json")
