"""Whether a request reads what only an account should, whatever else a page says to each session."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from flask import Flask, Response, jsonify, request
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import Caller, Operation, Sent
from setpoint.scan.dast.checks.authentication.guarded import guarded, reads
from setpoint.scan.dast.interface import Workbench

ANNA = Caller("anna")


@pytest.mark.parametrize("is_let_in", [True, False])
def test_a_token_that_every_session_has_for_itself_is_not_what_the_account_is_told(
    serve: Callable[[Flask], str], workbench: Callable[..., Workbench], is_let_in: bool
) -> None:
    app = Flask("site")
    tokens: dict[str, str] = {}

    @app.get("/me")
    def me() -> Response | tuple[Response, int]:
        session = request.cookies.get("sid", "")
        if session != "annas" and not (is_let_in and session):
            return jsonify(error="log in"), 401
        return jsonify(csrf=tokens.setdefault(session, secrets.token_hex(12)), name="Anna Marsh", plan="small")

    accounts = HeaderAccounts({ANNA: (("cookie", "sid=annas"),)})
    bench = workbench(serve(app), Operation("GET", "/me"), accounts=accounts)
    (target,) = guarded(bench)
    another = Sent("GET", f"{bench.surface.base}/me", (("cookie", "sid=another"),))
    assert bool(reads(bench, target, another)) is is_let_in
