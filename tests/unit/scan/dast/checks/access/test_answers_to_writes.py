"""Answers to writes, logins and registrations that hold passwords, hashes and codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Response, jsonify, request
from tests.unit.scan.dast.checks.access.conftest import ALICE, BEARERS, Shop, body_part
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import BodyForm, Caller, Operation, Sent
from setpoint.scan.dast.checks.access.answers_to_writes import AnswersToWrites
from setpoint.scan.dast.interface import Login, Workbench

MakeBench = Callable[..., Any]

HASH = "$2b$12$" + "a" * 53
SET = Operation(
    "POST",
    "/vaults",
    (body_part("title", example="a vault"), body_part("password", example="correct-horse-7")),
    BodyForm.JSON,
)
ASK = Operation("POST", "/resets", (body_part("email", example="alice@shop.example"),), BodyForm.JSON)


def shop_that_answers(answer: Callable[[dict[str, Any]], Any]) -> Shop:
    shop = Shop()
    shop.app.add_url_rule("/vaults", "vaults", lambda: (shop.caller(), answer(request.json))[1], methods=["POST"])
    shop.app.add_url_rule("/resets", "resets", lambda: answer(request.json), methods=["POST"])
    return shop


def with_header(sent: dict[str, Any]) -> Response:
    answer = jsonify({"id": 1})
    answer.headers["X-Debug"] = str(sent)
    return answer


@pytest.mark.parametrize(
    ("operation", "answer", "part"),
    [
        (SET, lambda sent: {"id": 1, **sent}, "body:/password"),
        (SET, lambda sent: {"id": 1, "received": str(sent)}, "body:/received"),
        (SET, lambda _sent: {"data": {"id": 1, "secret_kept": HASH}}, "body:/data/secret_kept"),
        (SET, with_header, "header:x-debug"),
        (SET, lambda sent: Response(f"stored {sent}", mimetype="text/plain"), "body:"),
        (ASK, lambda _sent: {"reset_token": "f00ba7c0ffee"}, "body:/reset_token"),
        (ASK, lambda _sent: {"debug": {"otp": "481516"}}, "body:/debug/otp"),
    ],
    ids=["echo", "echo in a text", "hash", "header", "plain text", "reset token", "otp"],
)
def test_what_no_answer_should_hold(shop_bench: MakeBench, operation: Operation, answer: Any, part: str) -> None:
    (fault,) = AnswersToWrites().run(shop_bench(shop_that_answers(answer), operation))
    assert (fault.kind, fault.part, fault.caller) == ("excessive-data-exposure", part, "alice")
    assert "correct-horse-7" not in fault.message + fault.difference


@pytest.mark.parametrize(
    "answer",
    [
        lambda sent: {"id": 1, "title": sent.get("title")},
        lambda _sent: {"password": "********", "has_password": True},
        lambda sent: {"told": "this horse is correct", "length": len(str(sent))},
        lambda _sent: {"token": "f00ba7c0ffee", "api_key": "k-81928371"},
        lambda _sent: {"confirmation_code": "ABC123", "reset_token_expires_at": "2026-01-01"},
        lambda sent: (jsonify({"error": f"refused {sent}"}), 422),
    ],
    ids=["named fields", "masked", "words", "keys that are made", "a booking's code", "refused"],
)
def test_what_answers_are_for(shop_bench: MakeBench, answer: Any) -> None:
    bench = shop_bench(shop_that_answers(answer), SET, ASK)
    assert list(AnswersToWrites().run(bench)) == []


@dataclass(frozen=True)
class LoggingIn(HeaderAccounts):
    """Whose login is a request to `/sessions`, and who may register."""

    base: str = ""
    sender: Any = None
    secrets: frozenset[str] = frozenset({"own-secret-5"})
    may_register: bool = True

    def user(self, caller: Caller) -> str:
        return caller.name

    def login(self, caller: Caller, **_more: Any) -> Login | None:
        body = b'{"username":"%s","password":"own-secret-5"}' % caller.name.encode()
        sent = Sent("POST", f"{self.base}/sessions", (("content-type", "application/json"),), body)
        return Login((self.sender.send(sent),))


REGISTER = Operation(
    "POST",
    "/register",
    tuple(replace(body_part(each), is_required=True) for each in ("username", "password")),
    BodyForm.JSON,
    security=(),
)


@pytest.mark.parametrize("is_faulty", [True, False])
def test_logins_and_registrations(
    workbench: Callable[..., Workbench], serve: Callable[[Any], str], is_faulty: bool
) -> None:
    shop = Shop()

    def answer() -> Any:
        return {"token": "f00ba7c0ffee", "user": request.json if is_faulty else {"username": request.json["username"]}}

    shop.app.add_url_rule("/sessions", "sessions", answer, methods=["POST"])
    shop.app.add_url_rule("/register", "register", answer, methods=["POST"])
    base = serve(shop.app)
    plain = workbench(base, REGISTER, accounts=HeaderAccounts({ALICE: BEARERS[ALICE]}))
    accounts = LoggingIn({ALICE: BEARERS[ALICE]}, base=base, sender=plain.sender)
    bench = replace(plain, accounts=accounts, may_send=lambda _operation: "left to registrations")
    found = [(each.path, each.part) for each in AnswersToWrites().run(bench)]
    both = [("/sessions", "body:/user/password"), ("/register", "body:/user/password")]
    assert found == (both if is_faulty else [])


def test_the_plan_sends_nothing(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_that_answers(lambda sent: sent), SET)
    assert [each.operation for each in AnswersToWrites().plan(bench)] == [SET.key]
    assert bench.sender.exchanges == []
