"""Services that take keys beside the tokens of accounts: ones that look them up, and ones that only look for them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, jsonify, request
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import Caller, CredentialScheme, Fault, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.authentication.made_up_credentials import MadeUpCredentials
from setpoint.scan.dast.interface import Workbench

ALICE = Caller("alice", "customer", 1)
ACCOUNTS = HeaderAccounts({ALICE: (("authorization", "Bearer t-alice-1"),)})
BEARER = CredentialScheme("bearer", PartPlace.HEADER, "Authorization", "Bearer ")
SCHEMES = {
    "header": CredentialScheme("key", PartPlace.HEADER, "X-Partner-Key"),
    "query": CredentialScheme("key", PartPlace.QUERY, "api_key"),
    "cookie": CredentialScheme("key", PartPlace.COOKIE, "partner"),
    "basic": CredentialScheme("key", PartPlace.HEADER, "Authorization", "Basic "),
}
STOCK = {"items": [{"sku": "A-1001", "left": 7}, {"sku": "A-1002", "left": 3}]}
BESIDE = (("bearer",), ("key",))
Run = Callable[..., list[Fault]]
Accepts = Callable[[str | None], bool]


def any_key(given: str | None) -> bool:
    return bool(given)


def issued(given: str | None) -> bool:
    return given == "k-4711"


def given_at_all(given: str | None) -> bool:
    """A check that forgets that the text may be empty, and knows those that it issued."""
    return given in ("", "k-4711")


def _key(scheme: str) -> str | None:
    match scheme:
        case "header":
            return request.headers.get("X-Partner-Key")
        case "query":
            return request.args.get("api_key")
        case "cookie":
            return request.cookies.get("partner")
    given = request.headers.get("authorization", "")
    is_basic = given.startswith("Basic ")
    return base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")[2] if is_basic else None


def _warehouse(scheme: str, accepts: Accepts, *, bearer: bool = True, refusal: Any = None, status: int = 401) -> Flask:
    app = Flask("warehouse")

    @app.get("/stock")
    @app.get("/stock/low")
    def stock() -> Any:
        is_alice = bearer and request.headers.get("authorization") == "Bearer t-alice-1"
        if is_alice or accepts(_key(scheme)):
            return jsonify(STOCK)
        return jsonify(refusal or {"detail": "who are you"}), status

    return app


@pytest.fixture
def run(serve: Callable[[Any], str], workbench: Callable[..., Workbench]) -> Run:
    def run(app: Flask, *operations: Operation, schemes: tuple[CredentialScheme, ...], **more: Any) -> list[Fault]:
        bench = workbench(serve(app), *operations, accounts=ACCOUNTS, **more)
        bench = replace(bench, surface=replace(bench.surface, schemes=schemes))
        return list(MadeUpCredentials().run(bench))

    return run


def stock(run: Run, scheme: str, accepts: Accepts, security: Any = BESIDE, **more: Any) -> list[Fault]:
    operations = [Operation("GET", path, security=security) for path in ("/stock", "/stock/low")]
    return run(_warehouse(scheme, accepts, **more), *operations, schemes=(BEARER, SCHEMES[scheme]))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("accepts", [any_key, given_at_all])
def test_a_key_that_nobody_issued_is_told_once_for_its_scheme(run: Run, scheme: str, accepts: Accepts) -> None:
    found = stock(run, scheme, accepts)
    asked = SCHEMES[scheme]
    assert [(each.kind, each.cwe, each.path, each.part) for each in found] == [
        ("credential-not-verified", 287, "/stock", f"{asked.place}:{asked.field}")
    ]
    assert found[0].examples == (("GET /stock/low",) if accepts is any_key else ())


def _prices(for_strangers: Any) -> Flask:
    app = Flask("prices")

    @app.get("/prices")
    def prices() -> Any:
        if request.headers.get("authorization") == "Bearer t-alice-1":
            return jsonify({"wholesale": {"lamp": 1400, "kettle": 2400}})
        if request.headers.get("X-Partner-Key"):
            return jsonify(for_strangers)
        return jsonify({"detail": "who are you"}), 401

    return app


@pytest.mark.parametrize(
    ("for_strangers", "is_told"),
    [
        ({"wholesale": {"lamp": 1400, "kettle": 2400}}, True),
        ({"wholesale": {}, "retry_after": 2400}, False),
        ({"remaining": 1400}, False),
    ],
)
def test_numbers_are_data_where_an_account_is_shown_them(run: Run, for_strangers: Any, *, is_told: bool) -> None:
    operation = Operation("GET", "/prices", security=BESIDE)
    assert len(run(_prices(for_strangers), operation, schemes=(BEARER, SCHEMES["header"]))) == int(is_told)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_keys_that_are_looked_up_are_right(run: Run, scheme: str) -> None:
    assert stock(run, scheme, issued) == []


def test_a_key_instead_of_the_tokens_of_accounts(run: Run) -> None:
    alone = (("key",),)
    assert [each.path for each in stock(run, "header", any_key, alone, bearer=False)] == ["/stock"]
    assert stock(run, "header", issued, alone, bearer=False) == []


@pytest.mark.parametrize(
    "refusal",
    [
        {"message": "this key is unknown", "code": "E-17"},
        {"items": [], "total": 0, "page": 1},
        {"error": "no such key", "hint": "ask sales"},
        {"success": False, "reason": "unknown"},
    ],
)
def test_refusals_that_are_answered_well_are_right(run: Run, refusal: Any) -> None:
    app = Flask("warehouse")

    @app.get("/stock")
    def soft() -> Any:
        return jsonify(refusal) if request.headers.get("x-partner-key") else (jsonify(detail="no key"), 401)

    assert run(app, Operation("GET", "/stock", security=(("key",),)), schemes=(SCHEMES["header"],)) == []


def test_what_shows_nobody_the_same_is_not_told(run: Run) -> None:
    assert stock(run, "header", lambda _given: True) == []


def test_a_page_that_refuses_in_its_own_words_is_right(run: Run) -> None:
    app = Flask("warehouse")

    @app.get("/stock")
    def page() -> Any:
        is_given = request.headers.get("x-partner-key")
        return "<h1>This key has no subscription</h1>" if is_given else ("<h1>Hello</h1>", 403)

    assert run(app, Operation("GET", "/stock", security=(("key",),)), schemes=(SCHEMES["header"],)) == []


def test_both_of_two_keys_have_to_be_given(run: Run) -> None:
    app = Flask("warehouse")
    other = CredentialScheme("client", PartPlace.HEADER, "X-Client")

    @app.get("/stock")
    def both() -> Any:
        is_let_in = request.headers.get("x-partner-key") and request.headers.get("x-client")
        return jsonify(STOCK) if is_let_in else (jsonify(detail="no"), 403)

    operation = Operation("GET", "/stock", security=(("key", "client"),))
    found = run(app, operation, schemes=(SCHEMES["header"], other))
    assert [each.part for each in found] == ["header:X-Partner-Key, header:X-Client"]


@pytest.mark.parametrize("name", ["X-API-Key", "X-Auth-Token", "X-Access-Token", "apikey"])
@pytest.mark.parametrize("accepts", [any_key, issued])
def test_usual_headers_that_no_document_names(run: Run, name: str, accepts: Accepts) -> None:
    app = Flask("warehouse")

    @app.get("/stock")
    def hidden() -> Any:
        return jsonify(STOCK) if accepts(request.headers.get(name)) else (jsonify(detail="no"), 401)

    found = run(app, Operation("GET", "/stock", security=(("bearer",),)), schemes=(BEARER,))
    assert [each.part for each in found] == ([f"header:{name}"] if accepts is any_key else [])


@pytest.mark.parametrize("accepts", [any_key, issued])
def test_a_header_that_the_document_needs_as_a_parameter(run: Run, accepts: Accepts) -> None:
    app = Flask("warehouse")

    @app.get("/stock")
    def needed() -> Any:
        given = request.headers.get("x-api-key")
        if given is None:
            return jsonify(detail=[{"loc": ["header", "x-api-key"], "msg": "Field required"}]), 422
        return jsonify(STOCK) if accepts(given) else (jsonify(detail="no"), 403)

    part = Part(PartPlace.HEADER, "x-api-key", {"type": "string"}, example="text", is_required=True)
    found = run(app, Operation("GET", "/stock", (part,)), schemes=())
    assert [each.part for each in found] == (["header:x-api-key"] if accepts is any_key else [])


def test_the_tokens_of_accounts_are_forged_elsewhere_and_the_passive_profile_makes_none_up(run: Run) -> None:
    app = _warehouse("header", any_key)
    assert run(app, Operation("GET", "/stock", security=(("bearer",),)), schemes=(BEARER,)) == []
    keyed = Operation("GET", "/stock", security=BESIDE)
    assert run(app, keyed, schemes=(SCHEMES["header"],), profile=Profile.PASSIVE) == []


def test_a_sound_service_gets_a_request_for_each_operation_and_scheme(
    serve: Callable[[Any], str], workbench: Callable[..., Workbench]
) -> None:
    operations = [Operation("GET", path, security=BESIDE) for path in ("/stock", "/stock/low")]
    bench = workbench(serve(_warehouse("header", issued)), *operations, accounts=ACCOUNTS)
    bench = replace(bench, surface=replace(bench.surface, schemes=(BEARER, SCHEMES["header"])))
    assert list(MadeUpCredentials().run(bench)) == []
    exchanges = bench.sender.exchanges  # type: ignore[attr-defined]  # the tests' own sender
    keyed = [each for each in exchanges if "X-Partner-Key" in dict(each.sent.headers)]
    assert len(keyed) == 3
