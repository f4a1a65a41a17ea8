"""Tokens through the API, on a real ledger; what these operations do not touch is left out."""

from __future__ import annotations

import asyncio
import re
import shutil
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from httpx import ASGITransport, AsyncClient, Response

from setpoint.model.access import AccessScope, TokenRequest
from setpoint.server.app import create_app
from setpoint.server.authentication.authenticator import Authenticator
from setpoint.server.metrics import Metrics
from setpoint.server.parts import ServerParts
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.wire.token import AgentKeysDocument, IssuedTokenDocument, TokenDocument

TOKEN = re.compile(r"sp_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")
UNUSED = cast("Any", None)


class Caller:
    """Calls the application in this process, one call after the other."""

    def __init__(self, runner: asyncio.Runner, client: AsyncClient) -> None:
        self._runner = runner
        self._client = client

    def request(self, method: str, address: str, **options: Any) -> Response:
        return self._runner.run(self._client.request(method, address, **options))

    def get(self, address: str, **options: Any) -> Response:
        return self.request("GET", address, **options)

    def post(self, address: str, **options: Any) -> Response:
        return self.request("POST", address, **options)

    def delete(self, address: str) -> Response:
        return self.request("DELETE", address)


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger to copy, so that not every test runs the migrations."""
    path = tmp_path_factory.mktemp("ledger") / "empty.sqlite"
    open_ledger(str(path)).close()
    return path


@pytest.fixture
def ledger(empty_ledger: Path, tmp_path: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(str(shutil.copy(empty_ledger, tmp_path / "ledger.sqlite")))
    yield opened
    opened.close()


@pytest.fixture
def client(ledger: SqlLedger, tmp_path: Path) -> Iterator[Caller]:
    tokens, metrics = ledger.access(tmp_path / "master.key"), Metrics()
    authenticator = Authenticator(tokens, count_refusal=metrics.refused)
    parts = ServerParts(
        described=UNUSED,
        ledger=ledger,
        pages=UNUSED,
        answers=UNUSED,
        tokens=tokens,
        authenticator=authenticator,
        gatekeeper=UNUSED,
        assessor=UNUSED,
        ingest=UNUSED,
        explainer=UNUSED,
        workers=UNUSED,
        try_channel=UNUSED,
        status=UNUSED,
        metrics=metrics,
    )
    admin = tokens.issue(TokenRequest("admin", frozenset({AccessScope.ADMIN})), "test", datetime.now(UTC))
    transport, headers = ASGITransport(create_app(parts)), {"Authorization": f"Bearer {admin.text}"}
    with asyncio.Runner() as runner:
        asynchronous = AsyncClient(transport=transport, base_url="http://server", headers=headers)
        yield Caller(runner, asynchronous)
        runner.run(asynchronous.aclose())
    authenticator.close()


def issue(client: Caller, **request: Any) -> IssuedTokenDocument:
    response = client.post("/v1/tokens", json={"name": "ci", "scopes": ["gate"], **request})
    assert response.status_code == 201
    return IssuedTokenDocument.model_validate_json(response.content)


def as_holder(client: Caller, text: str, path: str = "/v1/agent/keys") -> Response:
    return client.get(path, headers={"Authorization": f"Bearer {text}"})


def test_a_token_is_issued_once_and_found_in_the_list(client: Caller, ledger: SqlLedger) -> None:
    until = datetime.now(UTC) + timedelta(days=1)
    issued = issue(client, service="shop", expires_at=until.isoformat())
    assert TOKEN.fullmatch(issued.text)
    listed = client.get("/v1/tokens")
    items = [TokenDocument.model_validate(each) for each in listed.json()["items"]]
    assert {each.name for each in items} == {"admin", "ci"}
    (found,) = (each for each in items if each.name == "ci")
    assert (found.service, found.scopes, found.expires_at) == ("shop", (AccessScope.GATE,), until)
    assert found.created_by == "token:admin"
    assert issued.text not in listed.text
    assert [row.actor for row in ledger.audit() if row.action == "token issued"] == ["test", "token:admin"]


def test_an_answer_with_a_secret_is_kept_by_nobody(client: Caller) -> None:
    response = client.post("/v1/tokens", json={"name": "agent", "scopes": ["ingest"], "agent": True})
    assert response.headers["Cache-Control"] == "no-store"
    keys = as_holder(client, response.json()["text"])
    assert keys.headers["Cache-Control"] == "no-store"
    assert "ETag" not in keys.headers


def test_the_list_comes_in_pages(client: Caller) -> None:
    for number in range(5):
        issue(client, name=f"ci{number}")
    names, address = [], "/v1/tokens?limit=2"
    while address:
        page = client.get(address).json()
        assert len(page["items"]) <= 2
        names += [each["name"] for each in page["items"]]
        address = page["next"]
    assert sorted(names) == ["admin", *(f"ci{number}" for number in range(5))]


def test_an_agent_gets_its_own_keys_and_nobody_elses(client: Caller) -> None:
    one, two = (issue(client, name=name, scopes=["ingest"], agent=True, service="shop") for name in ("one", "two"))
    keys = [AgentKeysDocument.model_validate_json(as_holder(client, each.text).content) for each in (one, two)]
    assert [each.policy for each in keys] == [one.policy_key, two.policy_key]
    assert keys[0].fleet == keys[1].fleet
    assert len(urlsafe_b64decode(keys[0].fleet)) == 32
    assert as_holder(client, issue(client, name="no-agent", scopes=["ingest"]).text).status_code == 404
    assert as_holder(client, issue(client, name="reader", scopes=["read"]).text).status_code == 403
    assert client.get("/v1/agent/keys").status_code == 404


def test_a_revoked_token_is_refused_from_the_next_call_on(client: Caller) -> None:
    issued = issue(client, scopes=["admin"])
    assert as_holder(client, issued.text, "/v1/tokens").status_code == 200
    revoked = client.delete(f"/v1/tokens/{issued.token.id}")
    assert [each["id"] for each in revoked.json()["items"]] == [issued.token.id]
    refused = as_holder(client, issued.text, "/v1/tokens")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="setpoint", error="invalid_token"'
    assert client.delete(f"/v1/tokens/{issued.token.id}").json()["items"] == []


def test_rotating_gives_another_secret(client: Caller) -> None:
    issued = issue(client, scopes=["admin"])
    response = client.post("/v1/tokens/ci/rotate", json={"overlap": 0})
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    rotated = IssuedTokenDocument.model_validate_json(response.content)
    assert rotated.token.rotated_from == issued.token.id
    assert as_holder(client, issued.text, "/v1/tokens").status_code == 401
    assert as_holder(client, rotated.text, "/v1/tokens").status_code == 200


def test_what_leaked_opens_nothing_though_the_ledger_is_ahead_of_the_clock(client: Caller, ledger: SqlLedger) -> None:
    ledger.visitor().note("me", "said", "something", {}, datetime.now(UTC) + timedelta(hours=2))
    leaked = issue(client, scopes=["admin"])
    assert client.post("/v1/tokens/ci/rotate", json={"overlap": 0}).status_code == 201
    assert as_holder(client, leaked.text, "/v1/tokens").status_code == 401


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"name": "admin", "scopes": ["gate"]}, 409),
        ({"name": "x", "scopes": ["admin"], "service": "shop"}, 409),
        ({"name": "x", "scopes": ["gate"], "agent": True}, 409),
        ({"name": "x", "scopes": ["gate"], "expires_at": "2020-01-01T00:00:00Z"}, 409),
        ({"name": "x", "scopes": ["gate"], "expires_at": "9999-12-31T23:59:59Z"}, 409),
        ({"name": "x", "scopes": ["gate"], "agent": 0}, 422),
        ({"name": "x", "scopes": []}, 422),
        ({"name": "x", "scopes": ["all"]}, 422),
        ({"name": "two words", "scopes": ["gate"]}, 422),
        ({"name": "x", "scopes": ["gate"], "owner": "me"}, 422),
    ],
)
def test_what_nobody_should_have_is_refused(client: Caller, request_: dict[str, Any], status: int) -> None:
    refused = client.post("/v1/tokens", json=request_)
    assert (refused.status_code, refused.headers["Content-Type"]) == (status, "application/problem+json")


def test_what_is_not_there_cannot_be_changed(client: Caller) -> None:
    assert client.delete("/v1/tokens/nobody").status_code == 404
    assert client.post("/v1/tokens/nobody/rotate", json={}).status_code == 404
    assert client.post("/v1/tokens/admin/rotate", json={"overlap": 1e9}).status_code == 422
    assert client.post("/v1/tokens/admin/rotate", json={"overlap": "0"}).status_code == 422


@pytest.mark.parametrize("scope", [each for each in AccessScope if each is not AccessScope.ADMIN])
def test_only_an_admin_makes_tokens(client: Caller, scope: AccessScope) -> None:
    other = issue(client, scopes=[scope])
    headers = {"Authorization": f"Bearer {other.text}"}
    calls = (("GET", "/v1/tokens"), ("POST", "/v1/tokens"), ("DELETE", "/v1/tokens/x"), ("POST", "/v1/tokens/x/rotate"))
    for method, path in calls:
        refused = client.request(method, path, headers=headers, json={} if method == "POST" else None)
        assert refused.status_code == 403
        assert 'scope="admin"' in refused.headers["WWW-Authenticate"]
        assert client.request(method, path, headers={"Authorization": ""}).status_code == 401
