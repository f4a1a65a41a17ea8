"""ETags: of an answer's bytes, so that what has not changed is not sent again, nor changed unseen (RFC 9110, 8.8.3)."""

from __future__ import annotations

import hashlib
import re
from http import HTTPStatus

from fastapi import Response

from setpoint.server.problems import RefusedError
from setpoint.wire.document import Document

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def etag_of(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def tagged(response: Response, if_none_match: str | None) -> Response:
    """The response with its ETag; 304 without the body where the caller has it. What nobody may keep has none."""
    if response.headers.get("Cache-Control") == "no-store":
        return response
    tag = etag_of(bytes(response.body))
    response.headers["ETag"] = tag
    # Whoever keeps it asks first, each time: the next caller may see less, and everything changes with a beat.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    if if_none_match is None or not _names(if_none_match, tag):
        return response
    kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)


def expect_unchanged(document: Document, if_match: str | None) -> None:
    """412 where the caller acts on another state of it than the one that it is in."""
    if if_match is None or _names(if_match, etag_of(document.model_dump_json().encode())):
        return
    raise RefusedError(
        HTTPStatus.PRECONDITION_FAILED,
        "it is not as you saw it any more",
        where="If-Match",
        remedy="read it again, and decide again",
    )


def _names(header: str, tag: str) -> bool:
    return header.strip() == "*" or any(each.removeprefix("W/") == tag for each in _TAG.findall(header))
