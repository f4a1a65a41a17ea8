"""Which methods a path has: for the header `Allow`, which the framework fills from the first route that it meets."""

from __future__ import annotations

import re

from fastapi import FastAPI

from setpoint.server.openapi import describe

_PARAMETER = re.compile(r"\\\{[^}]*\\\}")


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Those that the OpenAPI document names; none for a path that is not in it."""
    paths = describe(app)["paths"]
    for place in ("[^/]+", ".+"):  # a name in a path may have a slash
        found = {
            method.upper()
            for template, operations in paths.items()
            if re.fullmatch(_PARAMETER.sub(place, re.escape(template)), path)
            for method in operations
        }
        if found:
            return sorted(found)
    return []
