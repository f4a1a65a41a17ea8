"""What people want of an agent, told in the answer to its report: signed with the agent's own key, for its boot alone.

Signed bytes are `v1`, the boot, when it was issued, and `on` or `off`, with line feeds between them: an answer that was
forged, kept back or meant for another changes nothing there.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

import orjson
import structlog
from anyio import to_thread
from fastapi import Response
from starlette.responses import StreamingResponse

from setpoint.errors import Error, NotFoundError
from setpoint.model.inside import AgentSwitch
from setpoint.server.forwarding import AGENT_HEADER
from setpoint.server.view import View
from setpoint.wire.agent import InstructionDocument

FORM: Final = "v1"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Sender:
    service: str
    instance: str
    boot: str


async def instructed(taken: Response, view: View) -> Response:
    """The answer to a report, with what is wanted of the agent that sent it, where somebody ever said so."""
    named = taken.headers.get(AGENT_HEADER)
    if named is None:
        return taken
    del taken.headers[AGENT_HEADER]
    if taken.status_code != HTTPStatus.OK or not isinstance(taken, StreamingResponse):
        return taken
    told = await to_thread.run_sync(_told, view, _sender(named))
    if told is None:
        return taken
    receipt = orjson.loads(await _whole(taken.body_iterator))
    if taken.background is not None:
        await taken.background()
    return Response(orjson.dumps({**receipt, **told}), taken.status_code, media_type="application/json")


def signature(key: bytes, boot: str, issued: str, wanted: str) -> str:
    return hmac.new(key, f"{FORM}\n{boot}\n{issued}\n{wanted}".encode(), "sha256").hexdigest()


def _told(view: View, sender: _Sender) -> dict[str, object] | None:
    """None also where it cannot be told now: the report is taken all the same, and the next one is answered again."""
    try:
        switch = view.switch_for(sender.service, sender.instance)
        key = None if switch is None or view.principal.token is None else _key(view, view.principal.token)
    except Error as error:
        log.warning("an agent could not be told what is wanted of it", why=error.diagnostics())
        return None
    return None if switch is None or key is None else _signed(switch, sender.boot, key)


def _key(view: View, token: str) -> bytes | None:
    """None for a token that is no agent's: whoever has it follows no instruction."""
    try:
        return view.parts.tokens.agent_keys(token).policy
    except NotFoundError:
        return None


def _signed(switch: AgentSwitch, boot: str, key: bytes) -> dict[str, object]:
    issued = switch.issued_at.isoformat()
    instruction = InstructionDocument.model_validate({"agent": switch.wanted, "issued": issued, "for": boot})
    return {
        "instructions": instruction.model_dump(mode="json", by_alias=True),
        "signature": signature(key, boot, issued, switch.wanted),
    }


def _sender(named: str) -> _Sender:
    source, _, boot = named.partition(" ")
    service, _, instance = source.partition(":")[2].partition("/")
    return _Sender(unquote(service), unquote(instance), boot)


async def _whole(pieces: AsyncIterable[str | bytes | memoryview]) -> bytes:
    return b"".join([bytes(each) async for each in pieces if not isinstance(each, str)])
