"""Requests of forms whose fields come filled in: with a token against forgery, or with what is there now.

A request is built with placeholders for them. When it is sent, the page that the form stands on is asked for with the
very credentials that the request carries, and its values and cookies are put in: as a browser would have it. So a
token is good for this session and request, and a form that changes an object changes nothing else of it. Used by
`seeding`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote_plus, urlsplit

from setpoint.model.dast import Answer, Exchange, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.accounts.cookies import kept, with_cookies
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.creations import is_about_caller
from setpoint.scan.dast.interface import Sender
from setpoint.scan.dast.naming import segments_of
from setpoint.scan.dast.path_templates import located
from setpoint.scan.dast.shown_objects import made_by
from setpoint.scan.dast.styles import written
from setpoint.scan.dast.surface.pages import TOKEN_FORMAT, forms_of

_PLACEHOLDER: Final = re.compile(rb"setpointfield\d{6}")
"""Letters and digits: the same in a URL, a form and a JSON text."""


def is_token(part: Part) -> bool:
    return part.schema.get("format") == TOKEN_FORMAT


def is_filled_in(operation: Operation, part: Part) -> bool:
    """Whether the form's page has a value for it that is about the very object, or about this session."""
    if not operation.page or part.place is not PartPlace.BODY:
        return False
    if is_token(part):
        return True
    is_update = "{" in operation.path or is_about_caller(operation)
    return is_update and part.example is not None and "const" not in part.schema


class FormSender:
    """A `Sender` that puts fresh tokens into what it sends."""

    def __init__(self, base: str, sender: Sender) -> None:
        self._base = base
        self._sender = sender
        self._waiting: dict[str, tuple[Operation, Part]] = {}
        self._by_part: dict[tuple[str, str, str], str] = {}
        self.made: defaultdict[str, list[str]] = defaultdict(list)
        """Path → what each request to it made, as far as its answer names that: of checks, too."""
        self.answered: set[tuple[str, str]] = set()
        """Method and path of whatever was answered well."""

    def placeholder(self, operation: Operation, part: Part) -> str:
        """Stands for what the form's page holds, until a request with it is sent."""
        at = (operation.key, operation.page, part.name)
        if at not in self._by_part:
            self._by_part[at] = f"setpointfield{len(self._by_part):06}"
            self._waiting[self._by_part[at]] = (operation, part)
        return self._by_part[at]

    def send(self, request: Sent) -> Exchange:
        found = _PLACEHOLDER.search(request.url.encode() + b"\n" + request.body)
        placed = self._waiting.get(found[0].decode()) if found else None
        exchange = self._sender.send(self._fresh(request, placed[0]) if placed else request)
        if exchange.answer is not None and exchange.answer.status < 400:
            path = urlsplit(request.url).path
            self.answered.add((request.method, path))
            if request.method in {"POST", "PUT"}:
                self.made[path].append(made_by(exchange.answer))
        return exchange

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        return self._sender.send_raw(data, seconds=seconds)

    def _fresh(self, request: Sent, operation: Operation) -> Sent:
        headers = tuple((key, value) for key, value in request.headers if key.lower() not in _OF_A_BODY)
        page = self._base + self._page(request, operation)
        answer = self._sender.send(Sent("GET", page, headers, caller=request.caller)).answer
        fields = [(holder, part) for holder, (form, part) in self._waiting.items() if form.key == operation.key]
        values = _values(answer, page, operation, {part.name for _, part in fields}) if answer else {}
        for holder, part in fields:
            value = quote_plus(values.get(part.name, written("" if part.example is None else part.example)))
            body = request.body.replace(holder.encode(), value.encode())
            request = replace(request, url=request.url.replace(holder, value), body=body)
        return with_cookies(request, kept({}, answer)) if answer else request

    def _page(self, request: Sent, operation: Operation) -> str:
        """The form's page for the very object that the request is about."""
        path = urlsplit(request.url).path.removeprefix(urlsplit(self._base).path)
        page = operation.page
        for name, value in (located(path, operation) or {}).items():
            page = page.replace(f"{{{name}}}", value)
        return page


_OF_A_BODY: Final = frozenset({"content-type", "content-length", "origin"})


def _values(answer: Answer, url: str, operation: Operation, names: set[str]) -> Mapping[str, str]:
    """What the fields of the form hold now: the one with the same action, else any with such a field."""
    forms = [form for form in forms_of(page_of(answer), url) if not names.isdisjoint(form.values)]
    forms.sort(key=lambda form: not (form.method == operation.method and _is_at(operation, form.path)))
    return forms[0].values if forms else {}


def _is_at(operation: Operation, path: str) -> bool:
    steps = len(segments_of(operation.path))
    return located("/".join(segments_of(path)[-steps:]) if steps else "", operation) is not None
