"""The API against its own OpenAPI document, by schemathesis with all of its checks, on a real server on loopback."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

# These tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest
import schemathesis
from hypothesis import HealthCheck, reject, settings
from schemathesis.config import SchemathesisConfig
from tests.serving import ingesting, issue, parts_on, populate, running

from setpoint.model.access import AccessScope
from setpoint.server.app import api_document, create_app
from setpoint.store.ledger.opening import open_ledger

ANSWERS: Final = ["2xx", "3xx", "401", "403", "404", "409", "412", "429", "5xx"]
"""To a call that is right in itself; schemathesis knows these but for 412, which any ETag but the right one gets."""

IN_OTHER_FORMATS: Final = ("/v1/sboms", "/v1/affected")
"""Their bodies hold documents, or texts, in formats of others, which this document does not describe."""


def generating(examples: int) -> SchemathesisConfig:
    """So many calls of each operation, beside those that try every parameter's edges; the same ones each time."""
    return SchemathesisConfig.from_dict(
        {
            "generation": {"deterministic": True, "max-examples": examples},
            "checks": {"positive_data_acceptance": {"expected-statuses": ANSWERS}},
            "operations": [
                {"include-path": each, "checks": {"positive_data_acceptance": {"expected-statuses": [*ANSWERS, "422"]}}}
                for each in IN_OTHER_FORMATS
            ],
        }
    )


@schemathesis.serializer("application/x-ndjson")
def as_lines(_context: schemathesis.SerializationContext, value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        reject()  # whatever is sent is text: a body of another type is one that nobody can send
    return value.encode(errors="replace")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a server with two services in its ledger."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(f"{folder}/ledger.sqlite")
        populate(ledger)
        # Who follows changes is let go at once: a stream without an end is tested elsewhere.
        parts = parts_on(ledger, Path(folder), ingest=Path(folder) / "ingest", stopping=lambda: True)
        _Everything.token = issue(parts.tokens, AccessScope.ADMIN)
        with ingesting(Path(folder) / "ingest"), running(create_app(parts)) as url:
            yield url
        parts.authenticator.close()
        ledger.close()


document = api_document()
schema = schemathesis.openapi.from_dict(document, config=generating(12))
closed = schemathesis.openapi.from_dict(document, config=generating(1))


class _Everything:
    """Lets schemathesis show the token, and leave it out or change it where it wants to see what follows."""

    token = ""

    def get(self, _case: schemathesis.Case[Any], _context: schemathesis.AuthContext) -> str:
        return self.token

    def set(self, case: schemathesis.Case[Any], token: str, _context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {token}"


schema.auth(refresh_interval=None)(_Everything)


@schema.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_keeps_what_it_promises(case: schemathesis.Case[Any], address: str) -> None:
    if "Idempotency-Key" in case.headers and case.meta is not None:
        case.headers["Idempotency-Key"] = str(uuid4())
    case.call_and_validate(base_url=address)


@closed.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_tells_nothing_to_who_shows_no_token(case: schemathesis.Case[Any], address: str) -> None:
    answer = case.call_and_validate(base_url=address)
    scope = case.operation.definition.raw["x-setpoint-scope"]
    if scope == "open":
        assert answer.status_code != 401
    else:
        assert answer.status_code in {400, 401, 405, 411, 413}
        assert answer.status_code != 401 or answer.headers["www-authenticate"][0].startswith("Bearer realm=")
