from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.scan.dast.conftest import PlainSender
from werkzeug.wrappers import Request, Response

from setpoint.model.dast import Answer, Exchange, Sent
from setpoint.scan.dast.absent import Absences


@pytest.fixture
def is_absent(serve: Any) -> Callable[..., bool]:
    """Whether the answers of a handler to these paths, in their order, are what it says of any; of the last one."""

    def is_absent(handler: Callable[[Request], Response], *paths: str) -> bool:
        sender = PlainSender(serve(Request.application(handler)))
        absences = Absences(sender.send)
        *_, last = [absences.is_like(sender.send(Sent("GET", sender.base + path))) for path in paths]
        return last

    return is_absent


def only(path: str, content: str, other: Callable[[Request], Response]) -> Callable[[Request], Response]:
    return lambda request: Response(content) if request.path == path else other(request)


def test_a_status_that_says_so(is_absent: Any) -> None:
    assert is_absent(lambda _: Response("no", 404), "/a.txt")
    assert is_absent(lambda _: Response("", 302, {"location": "/login"}), "/a.txt")


def test_a_file_among_others_that_are_not_there(is_absent: Any) -> None:
    assert not is_absent(only("/a.txt", "content", lambda _: Response("no", 404)), "/a.txt")
    assert not is_absent(only("/a.txt", "content", lambda _: Response("<h1>Sorry</h1>")), "/a.txt")


@pytest.mark.parametrize(
    "path", ["/a.txt", "/.env", "/.env.bak", "/folder/", "/a.php~", "/deep/down/backup.tar.gz", "/log"]
)
def test_a_page_of_apology_with_the_name_and_a_number_that_differs(is_absent: Any, path: str) -> None:
    def sorry(request: Request) -> Response:
        lines = [f"There is no {request.path}", *"abcdefgh", f"Number {secrets.token_hex(4)}"]
        return Response("".join(f"<p>{line}</p>" for line in lines), content_type="text/html")

    assert is_absent(sorry, path)


def test_what_is_said_to_one_kind_of_names_is_compared_with_it(is_absent: Any) -> None:
    def by_kind(request: Request) -> Response:
        return Response("a script" if request.path.endswith(".js") else "no", 200 if request.path[-1] == "s" else 404)

    assert is_absent(by_kind, "/a.js")
    assert is_absent(by_kind, "/a.txt")


@pytest.mark.parametrize("answer", [None, Answer(429, (), b""), Answer(503, (), b"")])
def test_what_cannot_be_compared_proves_nothing(answer: Answer | None) -> None:
    absences = Absences(lambda request: Exchange(request, answer))
    assert absences.is_like(Exchange(Sent("GET", "http://127.0.0.1/.env"), Answer(200, (), b"A=1")))


def test_each_kind_of_names_is_asked_for_once(serve: Any) -> None:
    sender = PlainSender(serve(Request.application(lambda _: Response("yes"))))
    absences = Absences(sender.send)
    for path in ("/a.txt", "/b.txt", "/c.txt", "/b.zip"):
        absences.is_like(sender.send(Sent("GET", sender.base + path)))
    assert len(sender.exchanges) == 4 + 2
