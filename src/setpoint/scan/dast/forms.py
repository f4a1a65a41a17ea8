"""Requests of forms with a token against forgery, which is good for one request or one session. Used by `seeding`.

A request is built with a placeholder for the token. When it is sent, the page that the form stands on is asked for
with the very credentials that the request carries, and its token and cookies are put in: as a browser would have it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote_plus, urlsplit

from setpoint.model.dast import Answer, Exchange, Operation, Part, Sent
from setpoint.scan.dast.accounts.cookies import kept, with_cookies
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.interface import Sender
from setpoint.scan.dast.objects import located
from setpoint.scan.dast.surface.pages import TOKEN_FORMAT, forms_of

_PLACEHOLDER: Final = re.compile(rb"setpointtoken(\d{6})")
"""Letters and digits: the same in a URL, a form and a JSON text."""


def is_token(part: Part) -> bool:
    return part.schema.get("format") == TOKEN_FORMAT


class FormSender:
    """A `Sender` that puts fresh tokens into what it sends."""

    def __init__(self, base: str, sender: Sender) -> None:
        self._base = base
        self._sender = sender
        self._waiting: dict[str, tuple[Operation, str]] = {}
        self._by_part: dict[tuple[str, str, str], str] = {}

    def placeholder(self, operation: Operation, part: Part) -> str:
        """Stands for the token of this form until a request with it is sent."""
        at = (operation.key, operation.page, part.name)
        if at not in self._by_part:
            self._by_part[at] = f"setpointtoken{len(self._by_part):06}"
            self._waiting[self._by_part[at]] = (operation, part.name)
        return self._by_part[at]

    def send(self, request: Sent) -> Exchange:
        found = _PLACEHOLDER.search(request.url.encode() + b"\n" + request.body)
        placed = self._waiting.get(found[0].decode()) if found else None
        return self._sender.send(self._fresh(request, *placed) if placed else request)

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        return self._sender.send_raw(data, seconds=seconds)

    def _fresh(self, request: Sent, operation: Operation, name: str) -> Sent:
        headers = tuple((key, value) for key, value in request.headers if key.lower() not in _OF_A_BODY)
        url = self._base + self._page(request, operation)
        answer = self._sender.send(Sent("GET", url, headers, caller=request.caller)).answer
        values = _values(answer, url, operation, name) if answer else {}
        for placeholder, (form, part) in self._waiting.items():
            if form.key == operation.key and form.page == operation.page and part in values:
                written = quote_plus(values[part])
                url = request.url.replace(placeholder, written)
                request = replace(request, url=url, body=request.body.replace(placeholder.encode(), written.encode()))
        return with_cookies(request, kept({}, answer)) if answer else request

    def _page(self, request: Sent, operation: Operation) -> str:
        """The form's page for the very object that the request is about."""
        path = urlsplit(request.url).path.removeprefix(urlsplit(self._base).path)
        page = operation.page
        for name, value in (located(path, operation) or {}).items():
            page = page.replace(f"{{{name}}}", value)
        return page


_OF_A_BODY: Final = frozenset({"content-type", "content-length", "origin"})


def _values(answer: Answer, url: str, operation: Operation, name: str) -> Mapping[str, str]:
    """What the fields of the form hold now: the one with the same action, else any with such a field."""
    forms = [form for form in forms_of(page_of(answer), url) if name in form.values]
    forms.sort(key=lambda form: not (form.method == operation.method and form.path.endswith(operation.path)))
    return forms[0].values if forms else {}
