"""Identifiers that answers show to one caller, and where each of them was shown. Called by `holdings`."""

from __future__ import annotations

from collections import defaultdict
from typing import Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Operation, PartPlace, Surface
from setpoint.scan.dast.answers import json_of, page_of
from setpoint.scan.dast.checks.access.records import linkable, pattern_of, records_in
from setpoint.scan.dast.checks.access.references import Reference, part_reference, reference_of
from setpoint.scan.dast.naming import noun_of, words_of

_OWN_PAGES: Final = frozenset({"me", "whoami", "self", "profile", "account", "user", "userinfo", "current", "session"})
"""Last words of addresses that tell a caller about itself."""


class ShownIdentifiers:
    """Kept by what they name; with each of them the keys of the operations that showed it."""

    def __init__(self, surface: Surface) -> None:
        self.listed: dict[Reference, dict[Json, set[str]]] = defaultdict(dict)
        """What was asked for."""
        self.mentioned: dict[Reference, dict[Json, set[str]]] = defaultdict(dict)
        """What that speaks of."""
        self.linked: dict[str, dict[tuple[str, ...], set[str]]] = defaultdict(dict)
        """Key of an operation → values of its parts that links hold."""
        self.led_to: set[str] = set()
        """Paths that pages link to."""
        self._base = surface.base
        self._templates = [(operation, pattern_of(operation)) for operation in surface.operations]

    def take(self, operation: Operation, answer: Answer) -> None:
        document = json_of(answer)
        if document is not None:
            self._take_records(operation, document)
            return
        page = page_of(answer)
        if page is not None:
            for link in dict.fromkeys([*page.xpath("//@href"), *page.xpath("//form/@action")]):
                self._take_link(operation, str(link))

    def _take_records(self, operation: Operation, document: Json) -> None:
        noun = noun_of(operation.path)
        words = words_of(operation.path)
        is_self = isinstance(document, dict) and bool(words) and words[-1] in _OWN_PAGES
        for kind, record, is_main in records_in(document, noun):
            for name, value in record.items():
                if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
                    continue
                if is_self and is_main:
                    self.listed["self", "".join(words_of(name))].setdefault(value, set()).add(operation.key)
                reference = reference_of(name, kind)
                for key in {reference or (kind, "".join(words_of(name))), (kind, "".join(words_of(name)))}:
                    table = self.listed if is_main and key[0] == kind else self.mentioned
                    table[key].setdefault(value, set()).add(operation.key)

    def _take_link(self, source: Operation, link: str) -> None:
        base = urlsplit(self._base)
        try:
            at = urlsplit(urljoin(self._base + source.path, link))
        except ValueError:
            return
        if (at.scheme, at.netloc) != (base.scheme, base.netloc) or not at.path.startswith(base.path):
            return
        path, query = at.path.removeprefix(base.path), dict(parse_qsl(at.query))
        self.led_to.add(path)
        for operation, pattern in self._templates:
            found = pattern.fullmatch(path)
            parts = linkable(operation)
            if found is None or not parts:
                continue
            in_path = iter(found.groups())
            texts = [query.get(part.name) if part.place is PartPlace.QUERY else next(in_path) for part in parts]
            if all(texts):
                key = tuple(unquote(text or "") for text in texts)
                self.linked[operation.key].setdefault(key, set()).add(source.key)
                for part, text in zip(parts, key, strict=True):
                    reference = part_reference(operation, part)
                    if reference is not None:
                        self.listed[reference].setdefault(text, set()).add(source.key)
