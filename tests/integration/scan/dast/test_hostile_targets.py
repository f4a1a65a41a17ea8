"""What a target sends back does no harm: bounded in size and in time, never followed elsewhere, told as it is."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable

import pytest
from tests.integration.scan.dast.conftest import Answer

from setpoint.model.dast import Exchange, Sent
from setpoint.scan.dast.interface import EndedEarlyError
from setpoint.scan.dast.run_folder import NoFolder
from setpoint.scan.dast.sending.limits import Limits
from setpoint.scan.dast.sending.redaction import Redactor
from setpoint.scan.dast.sending.sender import PacedSender
from setpoint.scan.dast.sending.target import reached, target_of

Hostile = Callable[[Answer], str]

LIMITS = Limits(rate=500, seconds=1.0, largest=100_000)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"


def sender_of(base: str, limits: Limits = LIMITS) -> PacedSender:
    target = reached(target_of(base))
    return PacedSender(target, limits, stop=threading.Event(), record=NoFolder(), redactor=Redactor())


def asked(base: str, path: str = "/") -> Exchange:
    sender = sender_of(base)
    try:
        return sender.send(Sent("GET", base + path))
    finally:
        sender.close()


def repeat(sender: PacedSender, url: str, times: int) -> None:
    for _ in range(times):
        sender.send(Sent("GET", url))


def writing(data: bytes) -> Answer:
    return lambda connection, _request: connection.sendall(data)


def endless(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(HEAD + b"content-length: 10000000000\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def dripping_head(connection: socket.socket, _request: bytes) -> None:
    for each in itertools.cycle(b"HTTP/1.1 200 OK\r\nx: y"):
        connection.sendall(bytes([each]))
        time.sleep(0.05)


def dripping_body(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(HEAD + b"content-length: 1000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def test_an_endless_body_is_cut(hostile: Hostile) -> None:
    answer = asked(hostile(endless)).answer
    assert answer is not None
    assert (len(answer.body), answer.is_whole) == (LIMITS.largest, False)


def test_many_large_bodies_do_not_fill_the_memory(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setpoint.scan.dast.sending.connection.CUT_BYTES", 250_000)
    monkeypatch.setattr("setpoint.scan.dast.sending.connection.LARGEST_THEN", 1_000)
    base = hostile(endless)
    sender = sender_of(base)
    answers = [sender.send(Sent("GET", f"{base}/")).answer for _ in range(5)]
    assert [len(each.body) for each in answers if each] == [100_000] * 3 + [1_000] * 2
    sender.close()


def test_a_bomb_is_unpacked_no_further_than_the_limit(hostile: Hostile) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb)
    answer = asked(hostile(writing(head + bomb))).answer
    assert answer is not None
    assert (len(answer.body), answer.is_whole) == (LIMITS.largest, False)


def test_what_is_packed_unasked_is_unpacked(hostile: Hostile) -> None:
    body = gzip.compress(b"hello")
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
    answer = asked(hostile(writing(head + body))).answer
    assert answer is not None
    assert (answer.body, answer.is_whole) == (b"hello", True)


@pytest.mark.parametrize(
    "data",
    [b"", b"not HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50_000 + b"\r\n"],
    ids=["nothing", "garbage", "endless headers"],
)
def test_what_is_no_answer_is_an_exchange_without_one(hostile: Hostile, data: bytes) -> None:
    exchange = asked(hostile(writing(data)))
    assert exchange.answer is None
    assert exchange.failure


def test_garbage_in_chunks_leaves_what_came_before(hostile: Hostile) -> None:
    garbage = HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n\x00\xff"
    answer = asked(hostile(writing(garbage))).answer
    assert answer is not None
    assert (answer.status, answer.is_whole) == (200, False)


@pytest.mark.parametrize("answer", [dripping_head, dripping_body], ids=["head", "body"])
def test_dripping_ends_in_time(hostile: Hostile, answer: Answer) -> None:
    started = time.monotonic()
    exchange = asked(hostile(answer))
    assert time.monotonic() - started < 2 * LIMITS.seconds
    assert exchange.answer is None or not exchange.answer.is_whole


def test_redirects_are_not_followed(hostile: Hostile) -> None:
    asked_for = []

    def loop(connection: socket.socket, _request: bytes) -> None:
        asked_for.append(1)
        connection.sendall(b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n")

    answer = asked(hostile(loop)).answer
    assert answer is not None
    assert (answer.status, len(asked_for)) == (302, 1)


def test_no_other_host_is_asked(hostile: Hostile) -> None:
    asked_for = []
    other = hostile(lambda _connection, _request: asked_for.append(1))
    sender = sender_of(hostile(writing(HEAD + b"content-length: 0\r\n\r\n")))
    exchange = sender.send(Sent("GET", f"{other}/"))
    assert exchange.answer is None
    assert not asked_for
    sender.close()


def test_a_target_that_falls_silent_ends_the_scan(hostile: Hostile) -> None:
    count = itertools.count()

    def dying(connection: socket.socket, _request: bytes) -> None:
        if next(count) < 3:
            connection.sendall(HEAD + b"content-length: 2\r\nconnection: close\r\n\r\nok")

    base = hostile(dying)
    sender = sender_of(base)
    with pytest.raises(EndedEarlyError, match="had no answer"):
        repeat(sender, f"{base}/", 50)
    assert sender.requests < 15
    sender.close()


def test_more_errors_of_everything_end_the_scan(hostile: Hostile) -> None:
    count = itertools.count()

    def failing(connection: socket.socket, _request: bytes) -> None:
        status = b"200 OK" if next(count) < 25 else b"503 Service Unavailable"
        connection.sendall(b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status)

    base = hostile(failing)
    sender = sender_of(base)
    with pytest.raises(EndedEarlyError, match="server errors"):
        repeat(sender, f"{base}/", 200)
    assert sender.requests < 60
    sender.close()


def test_errors_that_payloads_provoke_do_not_end_the_scan(hostile: Hostile) -> None:
    def picky(connection: socket.socket, request: bytes) -> None:
        status = b"500 Oops" if b"%27" in request else b"200 OK"
        connection.sendall(b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status)

    base = hostile(picky)
    sender = sender_of(base)
    answers = [sender.send(Sent("GET", f"{base}{path}")).answer for path in ["/"] * 20 + ["/?q=%27"] * 60]
    assert [each.status for each in answers if each is not None].count(500) == 60
    sender.close()


def test_a_slow_target_ends_the_scan(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setpoint.scan.dast.sending.health.SLOW", 0.1)
    monkeypatch.setattr("setpoint.scan.dast.sending.health.SLOWER", 2)
    count = itertools.count()

    def slowing(connection: socket.socket, _request: bytes) -> None:
        if next(count) >= 20:
            time.sleep(0.4)
        connection.sendall(HEAD + b"content-length: 0\r\nconnection: close\r\n\r\n")

    base = hostile(slowing)
    sender = sender_of(base, Limits(rate=500, seconds=5.0))
    with pytest.raises(EndedEarlyError, match="at first"):
        repeat(sender, f"{base}/", 60)
    sender.close()


def test_the_budget_is_kept(hostile: Hostile) -> None:
    base = hostile(writing(HEAD + b"content-length: 0\r\n\r\n"))
    sender = sender_of(base, Limits(rate=500, budget=3))
    with pytest.raises(EndedEarlyError, match="budget of 3 requests"):
        repeat(sender, f"{base}/", 10)
    assert sender.requests == 3
    sender.close()


def test_bytes_go_out_as_they_are(hostile: Hostile) -> None:
    sender = sender_of(hostile(lambda connection, _request: connection.sendall(b"anything")))
    assert sender.send_raw(b"GET / HTTP/1.1\r\n\r\n", seconds=1) == b"anything"
    sender.close()


def test_a_firewall_that_begins_to_refuse_everything_ends_the_scan(hostile: Hostile) -> None:
    asked_for = []

    def refusing(connection: socket.socket, _request: bytes) -> None:
        asked_for.append(1)
        status = b"200 OK" if len(asked_for) <= 30 else b"403 Forbidden"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")

    base = hostile(refusing)
    sender = sender_of(base)
    with pytest.raises(EndedEarlyError, match="were refused, as by a firewall"):
        repeat(sender, f"{base}/", 200)
    assert len(asked_for) < 60
    sender.close()


def test_what_refuses_by_right_does_not_end_the_scan(hostile: Hostile) -> None:
    def guarded(connection: socket.socket, request: bytes) -> None:
        status = b"403 Forbidden" if b"/admin" in request else b"200 OK"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")

    base = hostile(guarded)
    sender = sender_of(base)
    repeat(sender, f"{base}/", 1)
    repeat(sender, f"{base}/admin", 60)
    sender.close()


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 429)])
def test_a_pause_that_is_asked_for_is_kept(hostile: Hostile, method: str, status: int) -> None:
    """What writes is not sent again: that it is refused may be what a check waits for."""
    times: list[float] = []

    def limited(connection: socket.socket, _request: bytes) -> None:
        times.append(time.monotonic())
        head = b"429 Too Many Requests\r\nretry-after: 1" if len(times) == 1 else b"200 OK"
        connection.sendall(b"HTTP/1.1 " + head + b"\r\ncontent-length: 0\r\n\r\n")

    base = hostile(limited)
    sender = sender_of(base)
    answer = sender.send(Sent(method, f"{base}/")).answer
    assert answer is not None
    assert answer.status == status
    sender.send(Sent("GET", f"{base}/"))
    assert times[1] - times[0] >= 0.9
    sender.close()


def test_pauses_are_bounded(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setpoint.scan.dast.sending.pace.MOST_PAUSE", 0.02)
    monkeypatch.setattr("setpoint.scan.dast.sending.sender.MOST_WAITING", 0.1)
    base = hostile(writing(b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 86400\r\ncontent-length: 0\r\n\r\n"))
    sender = sender_of(base)
    with pytest.raises(EndedEarlyError, match="of waiting"):
        repeat(sender, f"{base}/", 20)
    sender.close()
