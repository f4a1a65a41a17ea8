"""One server over a real connection: what is sent, what is believed, and what is told when there is no answer."""

from __future__ import annotations

import io
import socket
import threading
from typing import Any

import orjson
import pytest
from tests.unit.client.canned import Canned, Connect, Told, problem

from setpoint.client import connection as module
from setpoint.client.connection import Connection
from setpoint.client.server import Server
from setpoint.errors import (
    ConflictError,
    CouldNotTellError,
    InputError,
    LedgerError,
    NotFoundError,
    OutOfOrderError,
    TemporaryError,
)
from setpoint.wire.order import OrderDocument, OrderRequest
from setpoint.wire.page import Page
from setpoint.wire.problem import NO_SUCH_OPERATION
from setpoint.wire.service import ReleaseDocument

RELEASE = {"service": "payments", "version": "1", "first_seen": "2026-05-31T12:00:00Z"}
ORDER = {
    "id": 3, "kind": "pause", "remediation": None, "actor": "token:me", "reason": "why", "at": "2026-05-31T12:00:00Z",
    "done_at": None, "outcome": "",
}  # fmt: skip


def release(version: int) -> dict[str, str]:
    return RELEASE | {"version": str(version)}


def test_a_document_comes_with_who_asks(server: Canned, connect: Connect) -> None:
    server.tell_json(RELEASE)
    found = connect().get("/x", ReleaseDocument, service="a b&c", closed=False, nothing=None)
    assert found.version == "1"
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/v1/x?service=a+b%26c&closed=false")
    assert asked.headers["Authorization"] == "Bearer secret"
    assert asked.headers["User-Agent"].startswith("setpoint/")


def test_without_a_token_none_is_sent(server: Canned, connect: Connect) -> None:
    server.tell_json(RELEASE)
    connect("").get("/x", ReleaseDocument)
    assert "Authorization" not in server.asked[0].headers


def test_a_server_may_be_below_a_path(server: Canned) -> None:
    server.tell_json(RELEASE)
    with Connection(Server(f"{server.url}/setpoint/")) as connection:
        connection.get("/x", ReleaseDocument)
    assert server.asked[0].path == "/setpoint/v1/x"


def test_a_newer_server_may_say_more(server: Canned, connect: Connect) -> None:
    server.tell_json({"items": [RELEASE | {"new": {"a": 1}}], "next": None, "newer": True})
    assert [each.version for each in connect().items("/x", Page[ReleaseDocument])] == ["1"]


def test_pages_are_followed_by_their_cursors_alone(server: Canned, connect: Connect) -> None:
    pages: list[Any] = [
        {"items": [release(1), release(2)], "next": "https://elsewhere.example.org/steal?cursor=abc&limit=2"},
        {"items": [release(3)], "next": "/v1/x?limit=2&cursor=def"},
        {"items": [], "next": None},
    ]
    server.tell(*(Told(orjson.dumps(page)) for page in pages))
    found = connect().items("/x", Page[ReleaseDocument], most=2, service="payments")
    assert [each.version for each in found] == ["1", "2", "3"]
    assert [each.path for each in server.asked] == [
        "/v1/x?service=payments&limit=2",
        "/v1/x?service=payments&limit=2&cursor=abc",
        "/v1/x?service=payments&limit=2&cursor=def",
    ]


@pytest.mark.parametrize("following", ["/v1/x", "/v1/x?cursor=a&cursor=b", "/v1/x?cursor=", "nonsense"])
def test_a_page_without_a_way_on_is_told(server: Canned, connect: Connect, following: str) -> None:
    server.tell_json({"items": [RELEASE], "next": following})
    with pytest.raises(CouldNotTellError, match="pages do not end"):
        list(connect().items("/x", Page[ReleaseDocument]))


def test_pages_that_go_in_circles_end(server: Canned, connect: Connect) -> None:
    server.tell_json({"items": [RELEASE], "next": "/v1/x?cursor=same"})
    with pytest.raises(CouldNotTellError, match="pages do not end"):
        list(connect().items("/x", Page[ReleaseDocument]))
    assert len(server.asked) == 2


@pytest.mark.parametrize(("limit", "most"), [("LARGEST_LIST", 1000), ("LIST_WITHIN", 0.0)])
def test_pages_without_end_are_cut(
    server: Canned, connect: Connect, limit: str, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, limit, most)
    pages: list[Any] = [{"items": [RELEASE], "next": f"/v1/x?cursor={number}"} for number in range(99)]
    server.tell(*(Told(orjson.dumps(page)) for page in pages))
    with pytest.raises(CouldNotTellError, match="ask for less at once"):
        list(connect().items("/x", Page[ReleaseDocument]))
    assert len(server.asked) < 20


@pytest.mark.parametrize(
    ("limit", "most", "told"),
    [("LARGEST_FILE", 1000, "more than 1,000 bytes"), ("FILE_WITHIN", 0.0, "no whole answer")],
)
def test_a_download_without_end_is_cut(
    server: Canned, connect: Connect, limit: str, most: float, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, limit, most)
    server.tell(Told(b" " * 1001))
    with pytest.raises(CouldNotTellError, match=told):
        connect().download("/x", b"{}", io.BytesIO(), within=5.0)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"<html>", b'{"service": 1}', b"\xff"])
def test_what_is_no_answer_is_told(server: Canned, connect: Connect, body: bytes) -> None:
    server.tell(Told(body))
    with pytest.raises(CouldNotTellError, match="no answer that this program knows") as told:
        connect().get("/x", ReleaseDocument)
    assert told.value.where == server.url


def test_an_answer_without_end_is_cut(server: Canned, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_ANSWER", 1000)
    server.tell(Told(b" " * 1001))
    with pytest.raises(CouldNotTellError, match="more than 1,000 bytes"):
        connect().get("/x", ReleaseDocument)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(server: Canned, connect: Connect, status: int) -> None:
    server.tell(Told(b"", status, {"Location": f"{server.url}/elsewhere"}))
    with pytest.raises(CouldNotTellError, match=f"answered {status}"):
        connect().get("/x", ReleaseDocument)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "more", "kind", "told"),
    [
        (404, {}, NotFoundError, "f:1: no; do"),
        (409, {}, ConflictError, "f:1: no; do"),
        (422, {}, InputError, "f:1: no; do"),
        (503, {"exit_code": 3}, CouldNotTellError, "f:1: no; do"),
        (500, {"exit_code": 3}, OutOfOrderError, "f:1: no; do"),
        (503, {"exit_code": 2}, LedgerError, "f:1: no; do"),
        (403, {}, InputError, "{url}: no; do"),
        (401, {}, InputError, "{url}: no; give one that is good now, by SETPOINT_TOKEN or --token-file"),
    ],
)
def test_an_error_is_told_as_it_would_be_here(
    server: Canned, connect: Connect, status: int, more: dict[str, Any], kind: type[Exception], told: str
) -> None:
    server.tell(Told(problem(status, "no", **{"where": "f:1", "remedy": "do", **more}), status))
    with pytest.raises(kind) as refused:
        connect().get("/x", ReleaseDocument)
    assert type(refused.value) is kind
    assert str(refused.value) == told.format(url=server.url)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [404, 405])
def test_an_older_server_is_told_from_one_that_has_no_such_thing(server: Canned, connect: Connect, status: int) -> None:
    server.tell(Told(problem(status, "there is nothing here", type=NO_SUCH_OPERATION, where="/v1/x"), status))
    with pytest.raises(CouldNotTellError, match="the server has no /v1/x; it may be older than this program"):
        connect().get("/x", ReleaseDocument)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
def test_some_other_server_is_not_believed(server: Canned, connect: Connect, status: int) -> None:
    server.tell(Told(b"<html>", status))
    with pytest.raises(CouldNotTellError, match=f"answered {status}; is this Setpoint's address"):
        connect().get("/x", ReleaseDocument)


def test_who_asks_too_often_waits_as_long_as_he_is_told(server: Canned, connect: Connect, waited: list[float]) -> None:
    refused = Told(problem(429, "too often", delay=0.4), 429, {"Retry-After": "2"})
    server.tell(refused, refused, Told(orjson.dumps(RELEASE)))
    assert connect().get("/x", ReleaseDocument).version == "1"
    assert waited == [2, 2]


def test_who_is_told_to_come_back_tomorrow_does_not_wait(server: Canned, connect: Connect, waited: list[float]) -> None:
    server.tell(Told(problem(429, "too often", delay=86400), 429, {"Retry-After": "86400"}))
    with pytest.raises(TemporaryError, match="too often") as told:
        connect().get("/x", ReleaseDocument)
    assert (waited, told.value.exit_code, told.value.delay) == ([], 3, 86400)


@pytest.mark.parametrize(
    "lost",
    [
        Told(b"", 502),
        Told(b"", 504),
        Told(problem(503, "busy", delay=1.0, exit_code=3), 503, {"Retry-After": "1"}),
        Told(cut=True),
    ],
)
def test_a_change_happens_once_however_often_it_is_sent(
    server: Canned, connect: Connect, waited: list[float], lost: Told
) -> None:
    server.tell(lost, Told(orjson.dumps(ORDER), 201))
    assert connect().post("/orders/pause", OrderRequest(reason="why"), OrderDocument).id == 3
    first, second = server.asked
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] != ""
    assert first.json() == second.json() == {"reason": "why"}

    server.tell(lost, Told(orjson.dumps(ORDER), 201))
    with pytest.raises(TemporaryError):
        connect().post("/tokens", OrderRequest(reason="why"), OrderDocument, once=False)
    server.tell(lost, Told(orjson.dumps(ORDER)))
    with pytest.raises(TemporaryError):
        connect().delete("/waivers/w1", OrderDocument)
    assert len(server.asked) == 4
    assert "Idempotency-Key" not in server.asked[2].headers


def test_two_changes_have_two_keys(server: Canned, connect: Connect) -> None:
    server.tell(Told(orjson.dumps(ORDER), 201))
    for _ in range(2):
        connect().post("/orders/pause", OrderRequest(reason="why"), OrderDocument)
    assert len({each.headers["Idempotency-Key"] for each in server.asked}) == 2


def test_a_server_that_is_not_there_is_could_not_tell(waited: list[float]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            Connection(Server(url, "secret"), sleep=waited.append) as connection,
            pytest.raises(TemporaryError) as told,
        ):
            connection.get("/x", ReleaseDocument)
    assert told.value.diagnostics() == f"{url}: the server cannot be reached; check its address, and whether it runs"
    assert told.value.exit_code == 3
    assert len(waited) == 3


def test_a_slow_server_is_not_waited_for(server: Canned, connect: Connect) -> None:
    held = threading.Event()
    server.tell(Told(orjson.dumps(RELEASE), hold=held))
    with pytest.raises(TemporaryError, match=r"no whole answer came within 0\.2 seconds"):
        connect().get("/x", ReleaseDocument, within=0.2)
    held.set()
    assert len(server.asked) == 1


def test_nor_one_that_sends_a_byte_now_and_then(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, Drip(listener):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Connection(Server(url)) as connection, pytest.raises(TemporaryError, match=r"within 0\.3 seconds"):
            connection.get("/x", ReleaseDocument, within=0.3)


class Drip:
    """Answers at once, and then sends its body by bytes, each long before anybody would give up on it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_ending: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        caller, _ = self._listener.accept()
        with caller:
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not self._ended.wait(0.05):
                try:
                    caller.sendall(b" ")
                except OSError:
                    return


@pytest.mark.parametrize(("name", "value"), [("ALL_PROXY", "nonsense://x"), ("SSL_CERT_FILE", "/nowhere.pem")])
def test_an_environment_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match="proxies or certificates"):
        Connection(Server("https://setpoint.example.org", "secret"))


def test_what_is_on_this_machine_is_not_asked_for_by_way_of_a_proxy(
    server: Canned, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.tell_json(RELEASE)
    assert connect().get("/x", ReleaseDocument).version == "1"
