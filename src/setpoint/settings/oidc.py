"""`server.oidc:`: which identity providers vouch for whom, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.model.access import AccessScope, check_scopes
from setpoint.model.hosts import is_loopback

Member = TypeVar("Member", bound=StrEnum)


class Algorithm(StrEnum):
    """Signatures by a key pair (RFC 7518 section 3.1, RFC 8037, RFC 9864); none that a shared secret could make."""

    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    ED25519 = "Ed25519"
    EDDSA = "EdDSA"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who of a provider's gets what. The first grant that matches counts, and no other."""

    subject: str
    """A glob over the claim `sub`: `*` for any run of characters, `?` for one."""
    scopes: frozenset[AccessScope]
    claims: Mapping[str, str] = field(default_factory=dict)
    """Claim → a glob that it has to match, besides; of a list, one element has to."""
    service: str | None = None
    """The one service that it is bound to."""
    service_claim: str | None = None
    """The claim that names that service; without the claim, the grant does not match."""
    service_prefix: str = ""
    """What the claim begins with before the service's name; where it does not, the grant does not match."""


@dataclass(frozen=True, slots=True)
class OidcProvider:
    issuer: str
    """As the claim `iss` spells it, letter by letter."""
    audience: str
    """What the claim `aud` has to be, or hold."""
    grants: tuple[Grant, ...]
    algorithms: frozenset[Algorithm] = frozenset(Algorithm)
    keys_valid_for: float = 86400.0
    """Seconds for which its keys are good while it cannot be reached."""


def read_oidc(fields: Fields) -> tuple[OidcProvider, ...]:
    providers: dict[str, OidcProvider] = {}
    for each in fields.sections("oidc"):
        provider = _provider(each)
        if provider.issuer in providers:
            raise InputError(
                f"the issuer {provider.issuer} stands twice",
                where=each.where("issuer"),
                remedy="put all its grants into one entry",
            )
        providers[provider.issuer] = provider
    return tuple(providers.values())


def _provider(fields: Fields) -> OidcProvider:
    usual = OidcProvider("", "", ())
    provider = OidcProvider(
        issuer=_issuer(fields),
        audience=fields.text("audience"),
        grants=tuple(_grant(each) for each in fields.sections("grants")),
        algorithms=_members(fields, "algorithms", Algorithm, "signature that is taken") or usual.algorithms,
        keys_valid_for=fields.seconds("keys_valid_for", usual.keys_valid_for, least=60.0, most=7 * 86400.0),
    )
    if not provider.grants:
        raise InputError(
            f"{fields.path} grants nothing", where=fields.where("grants"), remedy="list who gets which scopes: grants:"
        )
    fields.done()
    return provider


def _issuer(fields: Fields) -> str:
    issuer = fields.text("issuer")
    try:
        url = urlsplit(issuer)
        port_is_right = url.port != 0
    except ValueError as error:
        raise fields.wrong("issuer", "a URL") from error
    plain = not (url.query or url.fragment or "?" in issuer or "#" in issuer or url.username or url.password)
    if not (plain and url.hostname and port_is_right and _is_safe(url)):
        raise fields.wrong("issuer", "an https:// URL without query, fragment and user (http:// on loopback only)")
    return issuer


def _is_safe(url: SplitResult) -> bool:
    return url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname))


def _members(fields: Fields, key: str, kind: type[Member], what: str, *, required: bool = False) -> frozenset[Member]:
    known, named = {str(each): each for each in kind}, fields.texts(key, required=required)
    unknown = next((each for each in named if each not in known), None)
    if unknown is not None:
        remedy = did_you_mean(unknown, known)
        raise InputError(f"{unknown!r} is no {what}", where=fields.where(key), remedy=remedy)
    return frozenset(known[each] for each in named)


def _grant(fields: Fields) -> Grant:
    claims = fields.section("claims")
    grant = Grant(
        subject=fields.text("subject"),
        scopes=_members(fields, "scopes", AccessScope, "scope", required=True),
        claims={name: claims.text(name) for name in claims.names()},
        service=fields.optional_text("service"),
        service_claim=fields.optional_text("service_claim"),
        service_prefix=fields.optional_text("service_prefix") or "",
    )
    _check(grant, fields)
    fields.done()
    return grant


def _check(grant: Grant, fields: Fields) -> None:
    narrowing = [glob for glob in grant.claims.values() if not _matches_all(glob)]
    if _matches_all(grant.subject) and not narrowing:
        raise InputError(
            f"{fields.path} is for whoever the issuer vouches for",
            where=fields.where("subject"),
            remedy="give a narrower subject, or claims that are required besides",
        )
    if grant.service is not None and grant.service_claim is not None:
        raise InputError(
            f"{fields.path} names its service twice",
            where=fields.where("service_claim"),
            remedy="give either service or service_claim",
        )
    if grant.service_prefix and grant.service_claim is None:
        raise InputError(
            f"{fields.path} has a prefix of a claim that it does not name",
            where=fields.where("service_prefix"),
            remedy="give service_claim too",
        )
    is_bound = grant.service is not None or grant.service_claim is not None
    check_scopes(grant.scopes, is_bound=is_bound, where=fields.where("scopes"))


def _matches_all(glob: str) -> bool:
    """Whether it says nothing of what it is to match."""
    return not glob.strip("*?")
