"""The entries of `logins:` in `auth.yaml`: by which flow accounts log in. Called by `reading`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.model.canonical import Json
from setpoint.scan.dast.accounts.secrets import read_secret
from setpoint.scan.dast.accounts.settings import (
    Basic,
    Carried,
    Flow,
    FormLogin,
    Given,
    Grant,
    JsonLogin,
    OAuthLogin,
    Place,
    Refresh,
    Success,
)


class LoginKind(StrEnum):
    BASIC = "basic"
    BEARER = "bearer"
    API_KEY = "api-key"
    FORM = "form"
    JSON = "json"
    OAUTH2 = "oauth2"


@dataclass(frozen=True, slots=True)
class NamedLogin:
    """What accounts mean by its name."""

    flow: Flow
    probe: str
    takes_token: bool
    """Whether its accounts have a token or key instead of user and password."""


def origin_of(url: str) -> str:
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}".lower()


class LoginReader:
    """Entries of `logins`, whose addresses stay on the allowed origins."""

    def __init__(self, base: str, folder: Path, origins: set[str]) -> None:
        self._base = base
        self._folder = folder
        self._origins = origins

    def login(self, fields: Fields) -> NamedLogin:
        kind = fields.choice("kind", LoginKind)
        readers: dict[LoginKind, Callable[[Fields], Flow]] = {
            LoginKind.BASIC: lambda _fields: Basic(),
            LoginKind.BEARER: lambda _fields: Given(Carried()),
            LoginKind.API_KEY: lambda fields: Given(_carried(fields, Carried(Place.HEADER, "x-api-key", ""))),
            LoginKind.FORM: self._form,
            LoginKind.JSON: self._json,
            LoginKind.OAUTH2: self._oauth,
        }
        flow = readers[kind](fields)
        probe = self._address(fields, "probe") if fields.has("probe") else ""
        fields.done()
        takes_token = isinstance(flow, Given) or (isinstance(flow, OAuthLogin) and flow.grant is Grant.REFRESH_TOKEN)
        return NamedLogin(flow, probe, takes_token)

    def _form(self, fields: Fields) -> FormLogin:
        success = fields.section("success")
        flow = FormLogin(
            page=self._address(fields, "page"),
            user_field=fields.optional_text("user_field") or "",
            password_field=fields.optional_text("password_field") or "",
            also=_also(fields),
            success=Success(
                status=int(success.number("status", 0, most=599)),
                redirect=success.optional_text("redirect") or "",
                cookie=success.optional_text("cookie") or "",
            ),
        )
        success.done()
        return flow

    def _json(self, fields: Fields) -> JsonLogin:
        usual = JsonLogin("")
        return JsonLogin(
            path=self._address(fields, "path"),
            user_field=_pointer(fields, "user_field", usual.user_field),
            password_field=_pointer(fields, "password_field", usual.password_field),
            also=_also(fields),
            token=_pointer(fields, "token", ""),
            carried=_carried(fields.section("carried"), Carried(), whole=True),
            refresh=self._refresh(fields.section("refresh")) if fields.has("refresh") else None,
        )

    def _refresh(self, fields: Fields) -> Refresh:
        usual = Refresh("")
        refresh = Refresh(
            path=self._address(fields, "path"),
            field=_pointer(fields, "field", usual.field),
            token=_pointer(fields, "token", usual.token),
        )
        fields.done()
        return refresh

    def _oauth(self, fields: Fields) -> OAuthLogin:
        has_secret = fields.has("client_secret")
        return OAuthLogin(
            token_url=self._address(fields, "token_url"),
            grant=fields.choice("grant", Grant),
            client=fields.optional_text("client") or "",
            client_secret=read_secret(fields, "client_secret", self._folder) if has_secret else "",
            scope=fields.optional_text("scope") or "",
            also=_also(fields),
            client_in_body=fields.flag("client_in_body", default=False),
            carried=_carried(fields.section("carried"), Carried(), whole=True),
        )

    def _address(self, fields: Fields, key: str) -> str:
        """Absolute; what the file gives is one, or a path below the target's base."""
        given = fields.text(key)
        address = self._base + given if given.startswith("/") else urljoin(f"{self._base}/", given)
        if origin_of(address) not in self._origins:
            raise InputError(
                f"{fields.path}.{key} leads to {origin_of(address)}, which is not the target",
                where=fields.where(key),
                remedy="allow it: login_hosts",
            )
        return address


def _carried(fields: Fields, usual: Carried, *, whole: bool = False) -> Carried:
    """`whole`: the mapping holds nothing else."""
    place = fields.choice("in", Place, usual.place)
    is_usual = place is usual.place and not fields.has("name")
    carried = Carried(
        place,
        fields.text("name", usual.name if place is usual.place else None),
        fields.optional_text("prefix") or (usual.prefix if is_usual else ""),
    )
    if whole:
        fields.done()
    return carried


def _also(fields: Fields) -> Mapping[str, Json]:
    also = fields.section("also")
    return {name: also.raw(name) for name in also.names()}


def _pointer(fields: Fields, key: str, usual: str) -> str:
    """A JSON Pointer; a plain name is that of a member of the whole document."""
    given = fields.optional_text(key)
    if given is None:
        return usual
    return given if given.startswith("/") else f"/{given}"
