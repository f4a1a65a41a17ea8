"""Where logins lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from flask import Flask, Response, redirect, request
from tests.unit.scan.dast.checks.exposure.conftest import ALICE
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, BodyForm, Caller, Exchange, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.checks.exposure.login_redirects import LoginRedirects
from setpoint.scan.dast.interface import Login


@dataclass(frozen=True)
class LoggingIn(HeaderAccounts):
    """Sends a form to `/login`."""

    base: str = ""

    def login(
        self,
        caller: Caller,
        *,
        cookies: Mapping[str, str] | None = None,  # noqa: ARG002 - as the interface has it
        also: Mapping[str, Json] | None = None,
        user: str = "",  # noqa: ARG002
    ) -> Login | None:
        fields = {"user": caller.name, "password": "right", **(also or {})}
        got = httpx.post(f"{self.base}/login", data=fields, trust_env=False)
        sent = Sent("POST", f"{self.base}/login", tuple(got.request.headers.items()), got.request.content)
        answer = Answer(got.status_code, tuple(got.headers.multi_items()), got.content)
        home = Exchange(Sent("GET", f"{self.base}/home"), Answer(200, (), b"welcome"))
        return Login((Exchange(sent, answer), home))


@pytest.mark.parametrize("place", ["query", "body", ""])
def test_after_a_login(serve: Any, workbench: Any, place: str) -> None:
    app = Flask("login")

    @app.post("/login")
    def login() -> Response:
        if request.form.get("password") != "right":
            return Response("no", 401)
        given = {"query": request.args, "body": request.form, "": {}}[place]
        return Response(status=303, headers={"location": given.get("next", "/home")})

    base = serve(app)
    bench = workbench(base, accounts=LoggingIn({ALICE: (("cookie", "session=alice"),)}, base=base))
    assert [fault.part for fault in LoginRedirects().run(bench)] == ([f"{place}:next"] if place else [])


def test_a_field_that_holds_a_path_is_tried_whatever_it_is_called(serve: Any, workbench: Any) -> None:
    app = Flask("anmeldung")
    app.add_url_rule("/login", "login", lambda: redirect(request.form.get("weiter", "/home")), methods=["POST"])
    form = Operation("POST", "/login", (Part(PartPlace.BODY, "weiter", example="/konto"),), BodyForm.FORM)

    base = serve(app)
    bench = workbench(base, form, accounts=LoggingIn({ALICE: (("cookie", "session=alice"),)}, base=base))
    assert [fault.part for fault in LoginRedirects().run(bench)] == ["body:weiter"]
