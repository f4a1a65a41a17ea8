"""What an identity is given: its claims, which were verified before, against the grants of the settings. Pure."""

from __future__ import annotations

from setpoint.model.access import LONGEST_SERVICE, Principal
from setpoint.model.canonical import Json
from setpoint.model.globs import matches
from setpoint.settings.oidc import Grant, OidcProvider


def granted(provider: OidcProvider, claims: dict[str, Json]) -> Principal | None:
    """By the first grant that matches; None where none does."""
    subject = claims["sub"]
    for grant in provider.grants:
        if not _fits(grant, subject, claims):
            continue
        service = _service(grant, claims)
        if service is not None or grant.service_claim is None:
            return Principal(f"oidc:{provider.issuer}#{subject}", grant.scopes, service)
    return None


def _fits(grant: Grant, subject: str, claims: dict[str, Json]) -> bool:
    return matches(grant.subject, subject) and all(
        any(matches(glob, text) for text in _texts(claims.get(name))) for name, glob in grant.claims.items()
    )


def _texts(claim: Json) -> list[str]:
    """A claim's values, as text."""
    values = claim if isinstance(claim, list) else [claim]
    return [_text(each) for each in values if isinstance(each, str | int)]


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _service(grant: Grant, claims: dict[str, Json]) -> str | None:
    """The service that it is bound to; None where it is to none, or where the claim does not name one."""
    if grant.service_claim is None:
        return grant.service
    named = claims.get(grant.service_claim)
    if not isinstance(named, str) or not named.startswith(grant.service_prefix):
        return None
    service = named.removeprefix(grant.service_prefix)
    return service if 0 < len(service) <= LONGEST_SERVICE else None
