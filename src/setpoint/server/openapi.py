"""The OpenAPI document: FastAPI's, with what every operation may answer, and how a caller says who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from setpoint import __version__
from setpoint.wire.problem import ProblemDocument

ABOUT = """\
Every answer is JSON; every error is a problem document (RFC 9457). A list comes in pages: follow `next`.
`x-setpoint-scope` says which scope an operation needs, `x-setpoint-narrows` whether a token that is bound to a service
may call it, and then sees that service only.
"""

BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of Setpoint's (`sp_…`), or one of a configured identity provider's.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Made once, since no operation is added later."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="Setpoint",
            version=__version__,
            description=ABOUT,
            routes=app.routes,
            separate_input_output_schemas=False,
        )
        components = document.setdefault("components", {})
        components.setdefault("securitySchemes", {})["bearer"] = BEARER
        schemas = components.setdefault("schemas", {})
        schemas[ProblemDocument.__name__] = ProblemDocument.model_json_schema()
        # FastAPI's own form of an error, which nothing here answers with.
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for methods in document["paths"].values():
            for operation in methods.values():
                for parameter in operation.get("parameters", ()):
                    parameter["schema"] = _present(parameter["schema"])
        app.openapi_schema = document
    return app.openapi_schema


def _present(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of a parameter that is there: one that may be left out is not one that may be null."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    kept = dict(schema)
    if len(kinds) == 1:
        del kept["anyOf"]
        kept.update(kinds[0])
    return kept
