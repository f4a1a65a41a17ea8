"""Documents of its API that a target serves by itself. Called by `discovery`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.dast import Answer, KnownFrom, Operation, Sent, Surface
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.interface import Sender
from setpoint.scan.dast.surface.crawl import ROBOTS
from setpoint.scan.dast.surface.document import fetch_document
from setpoint.scan.dast.surface.merge import merged
from setpoint.scan.dast.surface.pages import joined, links_of, paths_in
from setpoint.scan.dast.surface.siblings import MOST_EMPTY, is_sibling, siblings_to_try, with_siblings, without_absent

USUAL: Final = (
    "/openapi.json",
    "/swagger.json",
    "/v3/api-docs",
    "/api/openapi.json",
    "/api/swagger.json",
    "/api-docs",
    "/openapi.yaml",
    "/swagger/v1/swagger.json",
    "/v2/api-docs",
    "/api/v1/openapi.json",
    "/api/schema/",
    "/openapi",
    "/swagger.yaml",
    "/api-json",
    "/docs/openapi.json",
    "/.well-known/openapi.json",
)
"""Where FastAPI, springdoc, Swashbuckle, drf-spectacular, NestJS, Quarkus, connexion and their like put it."""

OTHERS: Final = (
    "/internal/openapi.json",
    "/admin/openapi.json",
    "/openapi-internal.json",
    "/v1/openapi.json",
    "/v2/openapi.json",
)
"""Of parts of an API that its main document leaves out."""

_DOCUMENT: Final = re.compile(
    r"(?:openapi|swagger|api-?docs?|api-?spec)[^?#]*\.(?:json|ya?ml)$|/api-docs(?:/|$)", re.IGNORECASE
)
"""Addresses that look like one of a document."""

_PAGES: Final = ("/", "/docs", "/swagger-ui/index.html", "/api/docs")
"""Of people, which name the document that they show."""


def find_documents(
    base: str, sender: Sender, may_send: Callable[[Operation], str], told: Callable[[str], None]
) -> Surface | None:
    """The first document at the usual addresses, below the base and at the root; None where there is none."""
    for url in _guessed(base, USUAL, may_send):
        surface = _surface_at(url, base, sender)
        if surface is not None and _is_of_document(surface):
            told(f"found the API's document at {url}")
            return replace(surface, remarks=(*surface.remarks, f"the document was found on the target, at {url}"))
    return None


def with_others(
    surface: Surface,
    sender: Sender,
    may_send: Callable[[Operation], str],
    told: Callable[[str], None],
    *,
    known: str = "",
) -> Surface:
    """And the operations of more documents that the target mentions or has beside, and what none tells of: GUESSes.

    `known` is the address of the one that was read already.
    """
    if _is_of_document(surface):
        surface = without_absent(surface, sender, may_send)
    candidates = [*_mentioned(surface.base, sender), *_guessed(surface.base, OTHERS, may_send)]
    for url in dict.fromkeys(candidates):
        found = _surface_at(url, surface.base, sender) if url != known else None
        if found is None:
            continue
        found = without_absent(found, sender, may_send)
        ours = {each.key for each in surface.operations}
        guessed = tuple(
            replace(each, known_from=frozenset({KnownFrom.GUESS})) for each in found.operations if each.key not in ours
        )
        if guessed:
            told(f"found another document at {url}")
            remark = f"another document was found on the target, at {url}"
            surface = merged(surface, replace(found, operations=guessed, remarks=(*found.remarks, remark)))
    return with_siblings(surface, sender, may_send, told)


def looks(surface: Surface, may_send: Callable[[Operation], str]) -> int:
    """Requests that `with_others` makes where the target has nothing more; for plans."""
    beside = sum(1 for _ in siblings_to_try(surface, may_send))
    empty = sum(1 for each in surface.operations if is_sibling(each)) if _is_of_document(surface) else 0
    return 1 + len(_PAGES) + len(_guessed(surface.base, OTHERS, may_send)) + beside + min(empty, MOST_EMPTY)


def _is_of_document(surface: Surface) -> bool:
    """Whether its guesses are what a document says nothing of, and not what a crawl has seen."""
    return any(KnownFrom.DOCUMENT in each.known_from for each in surface.operations)


def _surface_at(url: str, base: str, sender: Sender) -> Surface | None:
    try:
        surface = fetch_document(url, base, sender)
    except (InputError, CouldNotTellError):  # most of these addresses hold something else, or nothing
        return None
    return surface if surface.operations else None


def _guessed(base: str, paths: Iterable[str], may_send: Callable[[Operation], str]) -> list[str]:
    """Addresses below the base and at the root, as far as guesses may be sent."""
    at = urlsplit(base)
    origin = f"{at.scheme}://{at.netloc}"
    allowed = [each for each in paths if not may_send(Operation("GET", each, known_from=frozenset({KnownFrom.GUESS})))]
    return list(dict.fromkeys(home + path for path in allowed for home in (base, origin)))


def _mentioned(base: str, sender: Sender) -> Iterator[str]:
    """In robots.txt, and by the pages that people read it on."""
    at = urlsplit(base)
    origin = f"{at.scheme}://{at.netloc}"
    for path in ("/robots.txt", *_PAGES):
        answer = _page_at(origin, path, sender)
        if answer is None:
            continue
        text = answer.body.decode(errors="replace")
        found = (
            ROBOTS.findall(text)
            if path == "/robots.txt"
            else [*links_of(page_of(answer), origin + path), *paths_in(text)]
        )
        for each in found:
            url = joined(origin, each)
            if url.startswith(f"{origin}/") and _DOCUMENT.search(urlsplit(url).path):
                yield url


def _page_at(origin: str, path: str, sender: Sender) -> Answer | None:
    """What stands there, or where that leads to on this host: `/docs` is often at `/docs/`."""
    answer = sender.send(Sent("GET", origin + path)).answer
    if answer is not None and 300 <= answer.status < 400:
        url = joined(origin + path, answer.header("location"))
        answer = sender.send(Sent("GET", url)).answer if url.startswith(f"{origin}/") else None
    return answer if answer is not None and answer.status == 200 else None
