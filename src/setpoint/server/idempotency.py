"""`Idempotency-Key`: a change that is asked for twice under one key happens once, and is answered twice the same.

As in the IETF's draft, *The Idempotency-Key HTTP Header Field*: a key that was used for another call is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Header, Request, Response

from setpoint.loop import instructions
from setpoint.model.canonical import digest
from setpoint.server.problems import RefusedError
from setpoint.server.view import View
from setpoint.store.interface import KeptAnswer, KeptAnswers, LedgerWriter
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


class AnsweredError(Exception):
    """The same call was answered meanwhile; whatever was done for it now is to be taken back."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def once(
    view: View,
    request: Request,
    body: Document,
    key: str | None,
    status: int,
    act: Callable[[LedgerWriter], Document],
    *,
    alone: bool = True,
) -> Response:
    """Act in one transaction with keeping the answer; or, under a key that was used before, only answer again.

    Where it need not be `alone`, it shares the transaction with other such calls of the moment: `act` may then be begun
    twice, and what it reads is without what they write.
    """
    ledger, asked = view.parts.ledger, fingerprint(request, body) if key is not None else ""
    now = instructions.time_of(ledger)

    def answered(writer: LedgerWriter) -> tuple[KeptAnswer, bool]:
        if key is None:
            return _answer(asked, status, act(writer)), True
        return view.parts.answers.once(
            view.principal.name, key, now, lambda writer: _answer(asked, status, act(writer))
        )

    if alone:
        writer = ledger.visitor()
        with writer.transaction():
            kept, acted = answered(writer)
    else:
        kept, acted = ledger.together(answered)
    return _response(_expect_same(kept, asked), acted=acted)


@dataclass(frozen=True, slots=True)
class Once:
    """For what takes long before it is written down: the answer is looked for first, and kept with what is written."""

    view: View
    asked: str
    """The fingerprint of the call."""
    key: str | None

    def recall(self) -> Response | None:
        """The answer under this key; None where it is still to be made."""
        if self.key is None:
            return None
        kept = self._answers.recall(self.view.principal.name, self.key, self._now)
        return None if kept is None else self._again(kept)

    def keep(self, answer: Document) -> None:
        """In the transaction in hand; raises `AnsweredError` where another call under the key was faster."""
        if self.key is None:
            return
        made = self._made(answer)
        kept, is_new = self._answers.once(self.view.principal.name, self.key, self._now, lambda _writer: made)
        if not is_new:
            raise AnsweredError(self._again(kept))

    def answer(self, answer: Document) -> Response:
        return _response(self._made(answer), acted=True)

    def _made(self, answer: Document) -> KeptAnswer:
        return _answer(self.asked, HTTPStatus.OK, answer)

    def _again(self, kept: KeptAnswer) -> Response:
        return _response(_expect_same(kept, self.asked), acted=False)

    @property
    def _answers(self) -> KeptAnswers:
        return self.view.parts.answers

    @property
    def _now(self) -> datetime:
        return instructions.time_of(self.view.parts.ledger)


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
