"""Where a ledger is: in a file of SQLite's, or in a database of PostgreSQL's. `opening` and the settings read it here.

Nothing of it is shown but what `shown` says: a password may stand anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from setpoint.errors import InputError

SQLITE: Final = "sqlite:///"

SCHEMES: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
"""libpq's two names for its addresses, and SQLAlchemy's with the driver that is used."""

SECRETS: Final = frozenset({"password", "sslpassword"})
"""Parameters of a connection (PostgreSQL documentation, *Parameter Key Words*)."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A database of PostgreSQL's, as libpq's addresses name it."""

    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: int | None = None
    database: str = ""
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Other parameters of the connection: `sslmode`, `host` of a socket's folder, …"""

    @property
    def has_secret(self) -> bool:
        return bool(self.password) or any(name in SECRETS for name, _ in self.options)

    @property
    def shown(self) -> str:
        """For people: without whatever may be a secret."""
        host = self.host or dict(self.options).get("host", "")
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port is not None else ""
        return f"postgresql://{user}{f'[{host}]' if ':' in host else host}{port}/{self.database}"


def is_server(text: str) -> bool:
    return text.partition("://")[0].lower() in SCHEMES and "://" in text


def server_address(text: str, where: str = "") -> ServerAddress:
    """Raises `InputError` for what is no address; its words hold nothing of the text."""
    try:
        parts = urlsplit(text)
        login, _, place = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        host, port = _host_and_port(place)
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        # From None: the exception may hold the password.
        raise InputError(
            "the ledger's address cannot be read",
            where=where,
            remedy="write postgresql://user@host:5432/database; encode special characters in percent",
        ) from None
    return ServerAddress(
        unquote(user), unquote(password), unquote(host), port, unquote(parts.path.removeprefix("/")), tuple(options)
    )


def _host_and_port(place: str) -> tuple[str, int | None]:
    """Raises `ValueError` for a port that is none. An IPv6 address is in brackets."""
    if place.startswith("["):
        host, bracket, port = place[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise ValueError("the bracket is open")
        port = port.removeprefix(":")
    else:
        host, _, port = place.partition(":")
    if not port:
        return host, None
    if not (port.isascii() and port.isdecimal() and 0 < int(port) <= 65535):
        raise ValueError("this is no port")
    return host, int(port)
