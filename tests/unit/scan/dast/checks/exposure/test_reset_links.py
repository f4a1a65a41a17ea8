"""Where links for a new password lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, jsonify, request
from tests.unit.scan.dast.checks.exposure.conftest import ALICE, get
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import BodyForm, Caller, Operation, Part, PartPlace
from setpoint.scan.dast.checks.exposure.reset_links import ResetLinks

RESET = Operation("POST", "/password/forgot", (Part(PartPlace.BODY, "/email", is_required=True),), BodyForm.JSON)


@dataclass(frozen=True)
class Named(HeaderAccounts):
    def user(self, caller: Caller) -> str:
        return f"{caller.name}@shop.example"


def service(header: str = "", *, shows: bool = False) -> Flask:
    app = Flask("reset")
    sent: list[str] = []

    @app.post("/password/forgot")
    def forgot() -> Any:
        assert request.json["email"] == "alice@shop.example"
        host = request.headers.get(header, "shop.example") if header else "shop.example"
        sent.append(f"To set a new password: https://{host}/password/new?token=a1b2")
        return jsonify(sent=True, asked_at=request.host, mail=sent[-1] if shows else "on its way")

    @app.get("/outbox")
    def outbox() -> Any:
        return jsonify(sent)

    return app


@pytest.mark.parametrize("shows", [True, False])
@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Forwarded-Server", ""])
def test_a_link_to_any_host(found: Any, header: str, shows: bool) -> None:
    accounts = Named({ALICE: (("cookie", "session=alice"),)})
    faults = found(ResetLinks, service(header, shows=shows), RESET, get("/outbox"), accounts=accounts)
    assert [(fault.kind, fault.part, fault.cwe) for fault in faults] == (
        [("reset-link-to-any-host", f"header:{header}", 640)] if header else []
    )


@pytest.mark.parametrize("header", ["Host", ""])
def test_a_box_that_nobody_told_of(found: Any, header: str) -> None:
    accounts = Named({ALICE: (("cookie", "session=alice"),)})
    faults = found(ResetLinks, service(header), RESET, accounts=accounts)
    assert [fault.part for fault in faults] == ([f"header:{header}"] if header else [])


def site(trusts: str) -> Flask:
    """With a form that wants an address, and an outbox that shows each account its own mails."""
    app = Flask("site")
    addresses = {"alice": "alice@shop.test"}
    sent: list[str] = []

    @app.get("/account")
    def account() -> Any:
        name = request.cookies.get("session", "")
        return f"<h1>Your account</h1><p>Name: {name}</p><p>Address: {addresses[name]}</p>" if name else ("", 401)

    @app.post("/forgotten-password")
    def forgot() -> Any:
        if request.form["email"] in addresses.values():
            host = request.headers.get(trusts, "shop.test") if trusts else "shop.test"
            sent.append(f'<a href="https://{host}/new-password?token=a1b2">a new password</a>')
        return "", 302, {"location": "/sent"}

    @app.get("/outbox")
    def outbox() -> Any:
        return "".join(sent) if request.cookies.get("session") == "alice" else ("", 302, {"location": "/login"})

    return app


@dataclass(frozen=True)
class ByName(HeaderAccounts):
    def user(self, caller: Caller) -> str:
        return caller.name


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", ""])
def test_an_account_that_logs_in_by_name_is_named_by_the_address_of_its_page(found: Any, header: str) -> None:
    form = Operation(
        "POST", "/forgotten-password", (Part(PartPlace.BODY, "email"),), BodyForm.FORM, page="/forgotten-password"
    )
    accounts = ByName({ALICE: (("cookie", "session=alice"),)})
    faults = found(ResetLinks, site(header), form, get("/account"), get("/outbox"), accounts=accounts)
    assert [fault.part for fault in faults] == ([f"header:{header}"] if header else [])
