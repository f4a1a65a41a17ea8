from __future__ import annotations

from typing import Any

from tests.unit.scan.dast.checks.configuration.answering import app_of, get, text

from setpoint.scan.dast.checks.configuration.api_documents import ApiDocuments

DOCUMENT = text('{"openapi": "3.1.0", "paths": {"/orders/{id}": {}, "/internal/users": {}}}', "application/json")


def test_a_document_that_tells_more_than_the_operator(found: Any) -> None:
    (fault,) = found(ApiDocuments(), app_of({"/internal/openapi.json": DOCUMENT}), get("/orders/{order}"))
    assert (fault.kind, fault.path, fault.owasp) == ("exposed-api-document", "/internal/openapi.json", "API9:2023")
    assert "/internal/users" in fault.difference


def test_the_operators_own_is_fine(found: Any) -> None:
    app = app_of({"/openapi.json": DOCUMENT})
    assert not found(ApiDocuments(), app, get("/orders/{order}"), get("/internal/users"))
    assert not found(ApiDocuments(), app, get("/v1/orders/{order}"), get("/v1/internal/users"))


def test_json_that_is_no_document(found: Any) -> None:
    assert not found(ApiDocuments(), app_of({}, text('{"paths": {"/a": {}}}', "application/json")), get("/"))
