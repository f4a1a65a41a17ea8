from __future__ import annotations

from typing import Any

import pytest

from setpoint.model.dast import CredentialScheme, PartPlace, Surface
from setpoint.scan.dast.surface.document import surface_of
from setpoint.scan.dast.surface.merge import merged

BASE = "http://shop.example"


def _surface(document: dict[str, Any]) -> Surface:
    whole = {"info": {"title": "t", "version": "1"}, "paths": {}, **document}
    return surface_of(whole, "openapi.json", BASE, lambda _location: {}, where="openapi.json")


@pytest.mark.parametrize(
    ("said", "place", "field", "prefix"),
    [
        ({"type": "apiKey", "in": "header", "name": "X-API-Key"}, PartPlace.HEADER, "X-API-Key", ""),
        ({"type": "apiKey", "in": "query", "name": "key"}, PartPlace.QUERY, "key", ""),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, PartPlace.COOKIE, "sid", ""),
        ({"type": "http", "scheme": "Basic"}, PartPlace.HEADER, "Authorization", "Basic "),
        ({"type": "http", "scheme": "bearer"}, PartPlace.HEADER, "Authorization", "Bearer "),
    ],
)
def test_schemes_are_read(said: dict[str, str], place: PartPlace, field: str, prefix: str) -> None:
    surface = _surface({"openapi": "3.0.3", "components": {"securitySchemes": {"a": said}}})
    assert surface.schemes == (CredentialScheme("a", place, field, prefix),)
    assert merged(Surface(BASE, ()), surface).schemes == surface.schemes


def test_schemes_of_swagger_are_read() -> None:
    said = {"a": {"type": "basic"}, "b": {"type": "apiKey", "in": "query", "name": "key"}}
    assert _surface({"swagger": "2.0", "securityDefinitions": said}).schemes == (
        CredentialScheme("a", PartPlace.HEADER, "Authorization", "Basic "),
        CredentialScheme("b", PartPlace.QUERY, "key"),
    )


@pytest.mark.parametrize(
    "said", [{"type": "oauth2"}, {"type": "apiKey", "in": "body", "name": "k"}, {"type": "http"}, {}, "key", None, []]
)
def test_what_is_none_is_passed_over(said: Any) -> None:
    assert _surface({"openapi": "3.0.3", "components": {"securitySchemes": {"a": said}}}).schemes == ()
