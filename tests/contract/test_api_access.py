"""Every operation of the API, with every kind of token: what opens it, and that nothing else does.

A new operation has to be entered in the table here, so that somebody looks at who may call it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

# These tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest
from httpx import Response
from tests.serving import SERVICES, Caller, bucket, ingesting, issue, parts_on, populate

from setpoint.model.access import INCLUDED, AccessScope
from setpoint.server.app import api_document, create_app
from setpoint.store.ledger.opening import open_ledger

OPEN: Final = "open"
BOUND: Final = "may be called with a token of one service"

TABLE: Final = {
    "GET /healthz": (OPEN, ""),
    "GET /readyz": (OPEN, ""),
    "GET /metrics": ("read", ""),
    "GET /v1/services": ("read", BOUND),
    "GET /v1/services/{name}": ("read", BOUND),
    "GET /v1/services/{name}/threshold": ("read", BOUND),
    "GET /v1/services/{name}/releases": ("read", BOUND),
    "GET /v1/services/{name}/signals": ("read", BOUND),
    "GET /v1/resources": ("read", BOUND),
    "GET /v1/drift": ("read", BOUND),
    "GET /v1/drift/explanation": ("read", BOUND),
    "GET /v1/drift/folded": ("read", BOUND),
    "GET /v1/findings": ("read", BOUND),
    "GET /v1/beats": ("read", BOUND),
    "GET /v1/beats/latest": ("read", BOUND),
    "GET /v1/decisions": ("read", BOUND),
    "POST /v1/gate": ("gate", BOUND),
    "POST /v1/gate/approvals": ("operate", BOUND),
    "POST /v1/scans": ("gate", BOUND),
    "GET /v1/remediations": ("read", BOUND),
    "GET /v1/remediations/{number}": ("read", BOUND),
    "POST /v1/remediations/{number}/approve": ("operate", BOUND),
    "POST /v1/remediations/{number}/reject": ("operate", BOUND),
    "POST /v1/remediations/{number}/undo": ("operate", BOUND),
    "GET /v1/orders": ("read", ""),
    "POST /v1/orders/pause": ("operate", ""),
    "POST /v1/orders/resume": ("operate", ""),
    "GET /v1/waivers": ("read", ""),
    "POST /v1/waivers": ("operate", ""),
    "GET /v1/waivers/{identity}": ("read", ""),
    "DELETE /v1/waivers/{identity}": ("operate", ""),
    "GET /v1/policies": ("read", BOUND),
    "GET /v1/policy": ("read", BOUND),
    "GET /v1/policy/in-force": ("read", BOUND),
    "GET /v1/audit": ("read", ""),
    "GET /v1/audit/verify": ("read", ""),
    "GET /v1/alerts": ("read", ""),
    "GET /v1/alerts/channels": ("read", ""),
    "POST /v1/alerts/{channel}/test": ("operate", ""),
    "GET /v1/doctor": ("operate", ""),
    "POST /v1/policies/replay": ("read", ""),
    "GET /v1/permissions": ("read", ""),
    "GET /v1/status": ("read", ""),
    "GET /v1/changes": ("read", ""),
    "POST /v1/ingest": ("ingest", BOUND),
    "POST /v1/agent/reports": ("ingest", BOUND),
    "GET /v1/agent/keys": ("ingest", BOUND),
    "GET /v1/agents": ("read", BOUND),
    "GET /v1/agents/derivation": ("read", BOUND),
    "POST /v1/agents/switch": ("operate", BOUND),
    "GET /v1/services/{name}/runtime": ("read", BOUND),
    "GET /v1/services/{name}/runtime/routes": ("read", BOUND),
    "GET /v1/services/{name}/runtime/files": ("read", BOUND),
    "GET /v1/services/{name}/runtime/functions": ("read", BOUND),
    "GET /v1/services/{name}/runtime/flows": ("read", BOUND),
    "POST /v1/sboms": ("gate", BOUND),
    "GET /v1/sboms/{digest}": ("read", BOUND),
    "GET /v1/services/{name}/sbom": ("read", BOUND),
    "GET /v1/services/{name}/sboms": ("read", BOUND),
    "GET /v1/services/{name}/components/drift": ("read", BOUND),
    "GET /v1/instances": ("read", BOUND),
    "GET /v1/instances/without-bill": ("read", BOUND),
    "POST /v1/instances": ("gate", BOUND),
    "DELETE /v1/services/{name}/instances": ("gate", BOUND),
    "POST /v1/affected": ("read", BOUND),
    "GET /v1/identities": ("read", BOUND),
    "GET /v1/identities/one": ("read", BOUND),
    "GET /v1/identities/accounts": ("read", BOUND),
    "POST /v1/signals/query": ("read", ""),
    "POST /v1/signals/export": ("read", ""),
    "GET /v1/tokens": ("admin", ""),
    "POST /v1/tokens": ("admin", ""),
    "POST /v1/tokens/{token}/rotate": ("admin", ""),
    "DELETE /v1/tokens/{token}": ("admin", ""),
}

PLACES: Final = {
    "name": "payments",
    "number": "1",
    "identity": "w1",
    "token": "nobody",
    "channel": "oncall",
    "digest": "0" * 32,
}
"""What stands in paths; all of it is one service's."""

NAMING: Final = {"POST /v1/gate", "POST /v1/gate/approvals", "POST /v1/sboms", "POST /v1/instances"}
"""Their bodies name the service that they are about."""

ELSEWHERE: Final = PLACES | {"name": "shop", "number": "2"}
"""The same of the other service."""

DOCUMENT: Final = api_document()
OPERATIONS: Final = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
GUARDED: Final = [name for name, operation in OPERATIONS.items() if operation["x-setpoint-scope"] != OPEN]


class Tokens:
    """One of each kind."""

    def __init__(self, tokens: Any) -> None:
        now = datetime.now(UTC)
        self.of_scope = {scope: issue(tokens, scope) for scope in AccessScope}
        made, ended = now - timedelta(days=2), now - timedelta(days=1)
        self.expired = issue(tokens, AccessScope.ADMIN, name="expired", at=made, expires_at=ended)
        self.revoked = issue(tokens, AccessScope.ADMIN, name="revoked")
        tokens.revoke("revoked", "test", now)
        everything = set(AccessScope) - {AccessScope.ADMIN}
        self.bound = issue(tokens, *sorted(everything), name="bound", service="payments")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Caller, Tokens]]:
    folder = tmp_path_factory.mktemp("server")
    ledger = open_ledger(str(folder / "ledger.sqlite"))
    populate(ledger)
    parts = parts_on(ledger, folder, ingest=folder / "ingest", stopping=lambda: True)
    caller = Caller(create_app(parts))
    with ingesting(folder / "ingest"):
        yield caller, Tokens(parts.tokens)
    caller.close()
    parts.authenticator.close()
    ledger.close()


def call(caller: Caller, name: str, token: str, places: dict[str, str] | None = None) -> int:
    """The status of a call that is right in itself."""
    return ask(caller, name, token, places or PLACES).status_code


def ask(caller: Caller, name: str, token: str, places: dict[str, str], parameters: Any = None) -> Response:
    method, path = name.split(" ", 1)
    options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"} if token else {}}
    required = {
        each["name"] for each in OPERATIONS[name].get("parameters", ()) if each["in"] == "query" and each["required"]
    }
    entity = bucket(f"{places['name']}-data")
    usual = {"id": "encryption/bucket", "service": places["name"], "urn": entity, "version": "1.4.2", "name": "ci"}
    parameters = {each: usual[each] for each in required} | (parameters or {})
    if name == "GET /v1/policy/in-force":
        parameters = {"id": "encryption/bucket", "service": places["name"]} | (parameters or {})
    body = example_of(OPERATIONS[name])
    if name in {"POST /v1/gate", "POST /v1/gate/approvals", "POST /v1/sboms"}:
        body = body | {"service": places["name"]}
    if name == "POST /v1/instances":
        body = {"instances": [each | {"service": places["name"]} for each in body["instances"]]}
    if body is not None:
        options["json"] = body
    return caller.request(method, path.format(**places), params=parameters, **options)


def example_of(operation: dict[str, Any]) -> Any:
    """The body that the document itself shows; None where there is none."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return None
    described = content.get("application/json", {}).get("schema", {})
    name = described.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name]["examples"][0] if name else {}


def test_every_operation_is_in_the_table() -> None:
    said = {
        name: (operation["x-setpoint-scope"], BOUND if operation.get("x-setpoint-narrows") else "")
        for name, operation in OPERATIONS.items()
    }
    assert said == TABLE


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("scope", list(AccessScope))
def test_opens_to_its_scope_alone(served: tuple[Caller, Tokens], name: str, scope: AccessScope) -> None:
    caller, tokens = served
    needed = AccessScope(TABLE[name][0])
    status = call(caller, name, tokens.of_scope[scope])
    assert (status not in {401, 403}) == (needed in INCLUDED[scope])
    assert status < 500


@pytest.mark.parametrize("name", GUARDED)
def test_stays_shut_to_who_is_nobody(served: tuple[Caller, Tokens], name: str) -> None:
    caller, tokens = served
    unknown = f"{tokens.revoked[:-7]}{'0' * 7}"
    shown = ("", "nonsense", unknown, tokens.expired, tokens.revoked)
    assert [call(caller, name, token) for token in shown] == [401] * len(shown)


@pytest.mark.parametrize("name", GUARDED)
def test_a_bound_token_opens_what_narrows(served: tuple[Caller, Tokens], name: str) -> None:
    caller, tokens = served
    status = call(caller, name, tokens.bound)
    if TABLE[name][0] == AccessScope.ADMIN or not TABLE[name][1]:
        assert status == 403
    else:
        assert status not in {401, 403}


@pytest.mark.parametrize("name", [each for each in GUARDED if TABLE[each][1]])
def test_a_bound_token_sees_nothing_of_another_service(served: tuple[Caller, Tokens], name: str) -> None:
    caller, tokens = served
    about_another = "{name}" in name or "{number}" in name or name in NAMING
    if about_another:
        assert call(caller, name, tokens.bound, ELSEWHERE) in {403, 404}
        return
    answer = ask(caller, name, tokens.bound, PLACES)
    assert not any(other in answer.text for other in set(SERVICES) - {"payments"})
    names = {each["name"] for each in OPERATIONS[name].get("parameters", ())}
    if "service" in names:
        assert ask(caller, name, tokens.bound, PLACES, {"service": "shop"}).status_code == 403


@pytest.mark.parametrize("name", [each for each in OPERATIONS if TABLE[each][0] == OPEN])
def test_what_is_open_tells_nothing_of_anybody(served: tuple[Caller, Tokens], name: str) -> None:
    caller, _ = served
    answer = ask(caller, name, "", PLACES)
    assert answer.status_code == 200
    assert not any(service in answer.text for service in SERVICES)
