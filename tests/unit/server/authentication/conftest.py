"""An identity provider on loopback, with real keys and a few ways to misbehave; and a ledger's tokens."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from setpoint.model.access import AccessScope
from setpoint.server.authentication.identities import Identities
from setpoint.settings.oidc import Grant, OidcProvider
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.tokens import SqlTokens

SUBJECT = "repo:example/shop:ref:refs/heads/main"
AUDIENCE = "https://setpoint.example"


class AnyAlgorithm(JWSRegistry):
    """For signing: an issuer's registry is not what is tested."""

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms[name]


@dataclass
class Issuer:
    """What the provider answers; a test changes it at will."""

    url: str = ""
    keys: dict[str, Key] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], bool] | None = None
    """Answers in the provider's place, if it returns True."""

    def add_key(self, kid: str, key: Key | None = None) -> None:
        self.keys[kid] = key or ECKey.generate_key("P-256")

    def documents(self) -> dict[str, Any]:
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.discovery},
            "/keys": {"keys": [key.as_dict(private=False, kid=kid) for kid, key in self.keys.items()]},
        }

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "nbf": now, "exp": now + 300}
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def token(
        self,
        kid: str = "one",
        algorithm: str = "ES256",
        *,
        key: Key | None = None,
        header: dict[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        parts = {"alg": algorithm, "kid": kid, "typ": "JWT", **(header or {})}
        parts = {name: value for name, value in parts.items() if value is not None}
        registry = AnyAlgorithm(strict_check_header=False)
        return jws.serialize_compact(
            parts, json.dumps(self.claims(**changes)), key or self.keys[kid], registry=registry
        )


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            if issuer.answer is not None and issuer.answer(self):
                return
            document = issuer.documents().get(self.path)
            body = json.dumps(document).encode()
            self.send_response(404 if document is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            """Callers that hang up are part of the tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
        issuer.add_key("one")
        yield issuer
        server.shutdown()
        thread.join()


@pytest.fixture
def provider(issuer: Issuer) -> OidcProvider:
    return OidcProvider(
        issuer.url, AUDIENCE, (Grant("repo:example/*:ref:refs/heads/main", frozenset({AccessScope.GATE})),)
    )


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identities(provider: OidcProvider, clock: Clock) -> Identities:
    return Identities([provider], clock=clock)


@pytest.fixture(scope="session")
def rsa_key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="session")
def okp_key() -> OKPKey:
    return OKPKey.generate_key("Ed25519")


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger to copy, so that not every test runs the migrations."""
    path = tmp_path_factory.mktemp("ledger") / "empty.sqlite"
    open_ledger(str(path)).close()
    return path


@pytest.fixture
def store(empty_ledger: Path, tmp_path: Path) -> Iterator[SqlTokens]:
    ledger = open_ledger(str(shutil.copy(empty_ledger, tmp_path / "ledger.sqlite")))
    yield ledger.access(tmp_path / "master.key")
    ledger.close()
