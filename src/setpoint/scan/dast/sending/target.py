"""The one host that a scan sends to: named by people, looked up once, and the same until the end."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from setpoint.errors import CouldNotTellError, InputError

PORTS: Final = {"http": 80, "https": 443}
CONNECT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    """A name or an address, as in a URL but for the brackets of IPv6."""
    port: int
    path: str = ""
    """What all operations are below; without a slash at its end."""
    address: str = field(default="", compare=False)
    """What `host` was found to be, once a connection was made; every later one goes there."""

    @property
    def authority(self) -> str:
        """As a `Host` header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def base(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def is_loopback(self) -> bool:
        """Nobody can stand between it and the scan."""
        return bool(self.address) and ip_address(self.address.partition("%")[0]).is_loopback

    def holds(self, url: str) -> bool:
        """Whether it is of this host, by this scheme and on this port."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            return False
        return (parts.scheme, (parts.hostname or "").lower(), port) == (self.scheme, self.host, self.port)


def target_of(url: str) -> Target:
    """What is meant by a URL, without a look at the network. Raises `InputError`."""
    parts, port = _split(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise InputError(f"{url!r} is no address of a site", where="URL", remedy="such as https://staging.example")
    if parts.username is not None or parts.password is not None:
        raise InputError("the address holds credentials", where="URL", remedy="put them into --auth")
    if parts.query or parts.fragment:
        raise InputError("the address goes beyond a path", where="URL", remedy="leave out what begins with ? or #")
    return Target(parts.scheme, parts.hostname.lower(), port or PORTS[parts.scheme], parts.path.rstrip("/"))


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url.strip())
        return parts, parts.port
    except ValueError as error:
        raise InputError(
            f"this is no address ({error})", where="URL", remedy="such as https://host:8443/api"
        ) from error


def reached(target: Target) -> Target:
    """With the first of its host's addresses that takes a connection. Raises `CouldNotTellError` where none does."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CouldNotTellError(f"the name of {target.base} is not known ({_words(error)})") from error
    why = ""
    for address in dict.fromkeys(str(entry[4][0]) for entry in found):
        try:
            socket.create_connection((address, target.port), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            why = _words(error)
        else:
            return replace(target, address=address)
    raise CouldNotTellError(
        f"{target.base} takes no connections ({why})", remedy="check the address, and that it is running"
    )


def _words(error: Exception) -> str:
    return getattr(error, "strerror", "") or str(error) or type(error).__name__
