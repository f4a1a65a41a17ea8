"""The keys, passwords and bearer tokens that an OpenAPI document names. Called by `document`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import CredentialScheme, PartPlace
from setpoint.scan.dast.surface.references import References
from setpoint.scan.dast.surface.schemas import items

_PLACES: Final[Mapping[Json, PartPlace]] = {
    "header": PartPlace.HEADER,
    "query": PartPlace.QUERY,
    "cookie": PartPlace.COOKIE,
}
_PREFIXES: Final[Mapping[str, str]] = {"basic": "Basic ", "bearer": "Bearer "}


def schemes_of(document: Mapping[str, Json], references: References) -> Iterator[CredentialScheme]:
    """Those that a caller holds by itself: none of OAuth 2 or OpenID Connect, whose tokens another service gives."""
    for name, raw in items(document.get("components"), "securitySchemes"):
        said = references.resolved(raw)
        if not isinstance(said, Mapping):
            continue
        kind, place, field = said.get("type"), _PLACES.get(said.get("in")), str(said.get("name") or "")
        prefix = _PREFIXES.get(str(said.get("scheme") if kind == "http" else kind).lower())
        if kind == "apiKey" and place is not None and field:
            yield CredentialScheme(str(name), place, field)
        elif kind in ("http", "basic") and prefix:
            yield CredentialScheme(str(name), PartPlace.HEADER, "Authorization", prefix)
