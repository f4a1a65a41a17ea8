"""Pages that hold input: what was sent is weighed against what was escaped."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.looks import AT_FIRST
from setpoint_agent.request import Request
from setpoint_agent.sinks import pages
from setpoint_agent.sources.answers import Headers, tell, tell_head

HTML = ("Content-Type", "text/html; charset=utf-8")


def view() -> None:
    """Makes the pages of these tests, as far as evidence goes."""


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    yield
    pages._looked_at.clear()


def send(request: Request, body: str | bytes, headers: Headers, status: int = 200) -> None:
    request.handler = view.__code__
    answer = tell_head(request, status, headers)
    answer.add(body if isinstance(body, bytes) else body.encode())
    tell(request, answer)


@pytest.mark.parametrize(
    ("page", "context"),
    [
        ("<p>Dear {}!</p>", "text"),
        ("<input value='{}'>", "attribute value"),
        ("<a href={}>", "url attribute"),
        ("<script>show('{}')</script>", "script string"),
        ("<p onclick='show({})'>", "script attribute"),
    ],
)
def test_places(watching: Watch, smith: str, page: str, context: str) -> None:
    evidence = watching("sinks.pages", sources=False)
    with request_of(smith) as request:
        send(request, page.format(smith), [HTML])
    assert [(each.context, each.frames[0].function) for each in evidence] == [(context, "view")]


def test_what_is_no_page(watching: Watch, smith: str) -> None:
    evidence = watching("sinks.pages", sources=False)
    with request_of(smith, "4711") as request:
        send(request, f"<p>{smith}</p>", [("Content-Type", "application/json")])
        send(request, f"<p>{smith}</p>", [HTML, ("Content-Disposition", "attachment; filename=a.html")])
        send(request, f"<p>{smith}</p>", [HTML, ("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT")])
        send(request, f"<p>{smith}</p>", [HTML], status=302)
        send(request, "<p>4711</p>", [HTML])
        send(request, "", [HTML])
    assert evidence == []


def test_compressed_and_broken(watching: Watch, smith: str) -> None:
    evidence = watching("sinks.pages", sources=False)
    with request_of(smith) as request:
        send(request, gzip.compress(f"<p>{smith}</p>".encode()), [HTML, ("Content-Encoding", "gzip")])
        send(request, b"not compressed", [HTML, ("Content-Encoding", "gzip")])
        send(request, b"\xff\xfe<p>", [HTML])
    assert len(evidence) == 1


def test_escapes_are_counted(watching: Watch, smith: str) -> None:
    evidence = watching("sinks.pages", sources=False)
    with request_of(smith) as request:
        request.note_escaped(smith)
        send(request, f"<p>{smith}</p>", [HTML])
        assert evidence == []
        send(request, f"<p>{smith}</p><b>{smith}</b>", [HTML])
    assert len(evidence) == 1


def test_later_some_are_looked_at(watching: Watch, smith: str) -> None:
    evidence = watching("sinks.pages", sources=False)
    for _ in range(AT_FIRST + pages.LATER * 2 + 2):  # escapes of the two that are due need not have been noted
        with request_of(smith) as request:
            send(request, f"<p>{smith}</p>", [HTML])
    assert len(evidence) == AT_FIRST + 2
