"""What a form made: told by the addresses that pages lead to afterwards, and did not before. Called by `learning`.

A site without a document shows an object's address only once there is an object; the surface learns of it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from setpoint.model.dast import Answer, BodyForm, Caller, Exchange, Operation, PartPlace, Surface
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.creations import NOT_MADE, UPDATES, is_about_caller
from setpoint.scan.dast.deeds import sets_own_address
from setpoint.scan.dast.forms import is_filled_in, is_token
from setpoint.scan.dast.naming import is_parameter, segments_of, words_of
from setpoint.scan.dast.objects import Known
from setpoint.scan.dast.path_templates import collection_of, parameters
from setpoint.scan.dast.surface.pages import joined, links_of
from setpoint.scan.dast.surface.sighted import below
from setpoint.scan.dast.surface.templates import template_of

Get = Callable[[str, Caller], Exchange]
"""The page at this address, as this caller."""


def makes_by_form(operation: Operation) -> bool:
    """Whether it is a form that may make something: people write into it, and nothing is there yet to be changed."""
    if operation.method != "POST" or not operation.page or operation.body not in (BodyForm.FORM, BodyForm.MULTIPART):
        return False
    if not NOT_MADE.isdisjoint(word for step in segments_of(operation.path) for word in words_of(step)):
        return False
    fields = [part for part in operation.parts if part.place is PartPlace.BODY]
    if any(
        part.schema.get("format") == "password" or is_filled_in(operation, part)
        for part in fields
        if not is_token(part)
    ):
        return False
    if (
        is_about_caller(operation)
        or sets_own_address(operation)
        or not UPDATES.isdisjoint(words_of((segments_of(operation.path) or ("",))[-1]))
    ):
        return False
    return any(part.example is None and "const" not in part.schema and "enum" not in part.schema for part in fields)


class FormWatch:
    """The addresses of objects that pages around a form lead to, before and after it is sent."""

    def __init__(self, surface: Surface, operation: Operation, caller: Caller, get: Get) -> None:
        self._base = surface.base
        self._caller = caller
        self._get = get
        lists = {operation.page.partition("?")[0], collection_of(operation.path)}
        fixed = [each for each in sorted(lists) if not any(map(is_parameter, segments_of(each)))]
        read = {each.path for each in surface.operations if each.method == "GET"}
        self._pages = [each for each in fixed if each in read]
        self._before = set(self._shown())

    def made(self, answer: Answer) -> Known | None:
        """The one object whose address is new, where it is one."""
        url = self._base + "/"
        led = [joined(url, answer.header("location"))] if answer.header("location") else []
        new = {found for each in led if (found := self._object_at(each)) is not None} - self._before
        if not new:
            follow = led if led and below(self._base, led[0]) else []
            shown = {found for each in follow for found in self._on(each)} | set(self._linked(answer, url))
            new = ({*shown, *self._shown()}) - self._before
        if len({(template, value) for template, value, _ in new}) != 1:
            return None
        template, value, name = next(iter(new))
        return Known(self._caller.name, template, {name: value}, is_own=True)

    def _shown(self) -> Iterator[tuple[str, str, str]]:
        for page in self._pages:
            yield from self._on(self._base + page)

    def _on(self, url: str) -> Iterator[tuple[str, str, str]]:
        answer = self._get(url, self._caller).answer
        if answer is not None:
            yield from self._linked(answer, url)

    def _linked(self, answer: Answer, url: str) -> Iterator[tuple[str, str, str]]:
        for address in links_of(page_of(answer), url):
            if found := self._object_at(address):
                yield found

    def _object_at(self, address: str) -> tuple[str, str, str] | None:
        """Collection, value and the name of its parameter, of an address with one identifier."""
        at = below(self._base, address)
        if at is None:
            return None
        template, values = template_of(urlsplit(at[0]).path)
        named = list(parameters(template))
        if len(named) != 1:
            return None
        name, collection = named[0]
        return collection, values[name], name
