"""What `auth.yaml` says, as immutable values: read by `reading`, used by `logging_in` and `sessions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller
from setpoint.scan.dast.interface import SpareToken, Webhook


class Place(StrEnum):
    """Where in a request a credential stands."""

    HEADER = "header"
    QUERY = "query"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Carried:
    """How requests carry a token."""

    place: Place = Place.HEADER
    name: str = "authorization"
    prefix: str = "Bearer "


@dataclass(frozen=True, slots=True)
class Basic:
    """User and password with every request (RFC 7617)."""


@dataclass(frozen=True, slots=True)
class Given:
    """A token, key or session that the operator has, as it is."""

    carried: Carried


@dataclass(frozen=True, slots=True)
class Success:
    """How a login that worked is told from one that failed; what is empty does not count."""

    status: int = 0
    redirect: str = ""
    """What the address that it leads to begins with, from its path on."""
    cookie: str = ""
    """The name of a cookie that it sets."""


@dataclass(frozen=True, slots=True)
class FormLogin:
    """A form on a page; its hidden fields, with the token against forged requests, are sent as they stand there."""

    page: str
    user_field: str = ""
    """Empty: the last text field before the password."""
    password_field: str = ""
    """Empty: the first field for a password."""
    also: Mapping[str, Json] = field(default_factory=dict)
    success: Success = Success()


@dataclass(frozen=True, slots=True)
class Refresh:
    """Where a session that ended is renewed without the password."""

    path: str
    field: str = "/refresh_token"
    """Of the request."""
    token: str = "/refresh_token"  # noqa: S105 - where it stands
    """Of the answer to the login."""


@dataclass(frozen=True, slots=True)
class JsonLogin:
    """A JSON document with user and password, answered by a token, or by cookies."""

    path: str
    user_field: str = "/username"
    password_field: str = "/password"  # noqa: S105 - where it stands
    also: Mapping[str, Json] = field(default_factory=dict)
    token: str = ""
    """JSON Pointer; empty: the first of the usual names."""
    carried: Carried = Carried()
    refresh: Refresh | None = None


class Grant(StrEnum):
    """How a client of OAuth 2 gets its token (RFC 6749, 4.3, 4.4, 6)."""

    PASSWORD = "password"  # noqa: S105 - the name of a grant
    CLIENT_CREDENTIALS = "client-credentials"
    REFRESH_TOKEN = "refresh-token"  # noqa: S105 - the name of a grant


@dataclass(frozen=True, slots=True)
class OAuthLogin:
    token_url: str
    """On the target, or on one of `login_hosts`."""
    grant: Grant
    client: str = ""
    client_secret: str = field(default="", repr=False)
    scope: str = ""
    also: Mapping[str, Json] = field(default_factory=dict)
    client_in_body: bool = False
    """Instead of a header of basic authentication."""
    carried: Carried = Carried()


Flow = Basic | Given | FormLogin | JsonLogin | OAuthLogin


@dataclass(frozen=True, slots=True)
class Account:
    caller: Caller
    flow: Flow
    user: str = ""
    secret: str = field(default="", repr=False)
    """Its password, token or key."""
    probe: str = ""
    """Path that answers 2xx to whoever is logged in, and to nobody else; empty where none is named."""


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """All that `auth.yaml` says."""

    accounts: tuple[Account, ...] = ()
    login_hosts: tuple[str, ...] = ()
    """Origins beside the target's own to which logins may go: `https://login.example`."""
    tokens: tuple[SpareToken, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    may_register: bool = False
