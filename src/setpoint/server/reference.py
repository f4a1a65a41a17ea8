"""`/docs`: the OpenAPI document as one page for people, without a script or anything from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import Response

from setpoint.server.api.routes import SCOPE_KEY

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{font-family:ui-monospace,monospace}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top;border-bottom:1px solid #ddd}"
)

_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

POLICY: Final = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; frame-ancestors 'none'"
"""Of content (*Content Security Policy Level 3*): this page's style, and nothing else."""


def reference_page(document: Mapping[str, Any]) -> Response:
    body = "".join(_parts(document))
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>Setpoint's API</title><style>{STYLE}</style>{body}"
    return Response(page, headers={"Content-Security-Policy": POLICY}, media_type="text/html; charset=utf-8")


def _parts(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield f"<h1>Setpoint's API {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
    yield "<p>Every field and example: <a href=/openapi.json>/openapi.json</a></p>"
    yield "<table><tr><th>operation<th>scope<th>what<th>takes"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            takes = ", ".join(f"<code>{escape(each['name'])}</code>" for each in operation.get("parameters", ()))
            yield (
                f"<tr><td><code>{escape(method.upper())} {escape(path)}</code>"
                f"<td>{escape(operation[SCOPE_KEY])}<td>{escape(operation['summary'])}<td>{takes}"
            )
    yield "</table>"
