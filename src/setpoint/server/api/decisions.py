"""Decisions, and the gate that makes them."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import Query, Request, Response

from setpoint.errors import CouldNotTellError, InputError, NotFoundError
from setpoint.model.access import AccessScope
from setpoint.model.admitting import BroughtError
from setpoint.model.policy import Stage
from setpoint.server.api.paging import USUAL, Cursor, Limit, before_number, page
from setpoint.server.api.parameters import ByService
from setpoint.server.api.routes import Routes, Seen
from setpoint.server.idempotency import AnsweredError, IdempotencyKey, Once, fingerprint
from setpoint.server.view import View
from setpoint.wire.decision import DatedDecisionDocument
from setpoint.wire.gate import ApprovalDocument, ApprovalRequest, GateAnswer, GateRequest
from setpoint.wire.page import Page
from setpoint.wire.taken_scan import ScanRequest, TakenScanDocument

routes = Routes("decisions")

BySubject = Annotated[
    str | None, Query(min_length=1, max_length=2048, description="Only about this entity or release, by URN.")
]


@routes.get("/decisions", scope=AccessScope.READ, narrows=True, summary="What was decided, newest first")
def list_decisions(
    view: Seen,
    request: Request,
    service: ByService = None,
    subject: BySubject = None,
    stage: Stage | None = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Page[DatedDecisionDocument]:
    decided = view.decisions(
        service=service, subject=subject, stage=stage, before=before_number(cursor), limit=limit + 1
    )
    return page(
        request,
        decided,
        limit,
        shown=lambda each: DatedDecisionDocument.of((each[1], each[2])),
        place=lambda each: [each[0]],
    )


@routes.post(
    "/gate",
    scope=AccessScope.GATE,
    narrows=True,
    response_model=GateAnswer,
    summary="Whether a release may pass a stage, and why; recorded, unless something is only supposed",
)
async def ask_gate(view: Seen, request: Request, body: GateRequest, key: IdempotencyKey = None) -> Response:
    # In threads of its own: a gate waits for no other question.
    return await to_thread.run_sync(_ask, view, request, body, key, limiter=view.parts.threads.gate)


def _ask(view: View, request: Request, body: GateRequest, key: str | None) -> Response:
    release, stage, what_if = body.model()
    bringing = body.bringing()
    view.own(release.service)
    once = Once(view, fingerprint(request, body), key)
    known = once.recall()
    if known is not None:
        return known
    try:
        if what_if is None:
            # With the decision or not at all: who asks again after a crash gets that one, or makes the only one.
            decided = view.decide(release, stage, lambda decision: once.keep(GateAnswer.of(decision)), bringing)
            return once.answer(GateAnswer.of(decided))
        as_it_is, would_be = view.suppose(release, stage, what_if, bringing)
        supposed = GateAnswer.of(would_be, as_it_is)
        once.keep(supposed)
        return once.answer(supposed)
    except AnsweredError as answered:
        return answered.response
    except (NotFoundError, BroughtError):
        raise
    except InputError as error:
        # What is declared cannot be read: the caller has done nothing wrong, and nothing can be told.
        raise CouldNotTellError(error.what, where=error.where, remedy=error.remedy) from error


@routes.post(
    "/gate/approvals",
    scope=AccessScope.OPERATE,
    narrows=True,
    response_model=ApprovalDocument,
    summary="Answer for a release of a tightened service, for a while",
)
def approve_release(view: Seen, request: Request, body: ApprovalRequest, key: IdempotencyKey = None) -> Response:
    once = Once(view, fingerprint(request, body), key)
    known = once.recall()
    if known is not None:
        return known
    try:
        grant = view.approve(body.release(), body.reason, lambda given: once.keep(ApprovalDocument.of(given)))
    except AnsweredError as answered:
        return answered.response
    return once.answer(ApprovalDocument.of(grant))


@routes.post(
    "/scans",
    scope=AccessScope.GATE,
    narrows=True,
    response_model=TakenScanDocument,
    summary="Take a scan of a release that comes without a question to the gate, of what runs, say",
)
def take_scan(view: Seen, request: Request, body: ScanRequest, key: IdempotencyKey = None) -> Response:
    once = Once(view, fingerprint(request, body), key)
    known = once.recall()
    if known is not None:
        return known
    try:
        taken = view.take_scan(*body.model(), lambda given: once.keep(TakenScanDocument.of(given)))
    except AnsweredError as answered:
        return answered.response
    return once.answer(TakenScanDocument.of(taken))
