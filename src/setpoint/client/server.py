"""Which server is asked, and by whom: made by the command line, checked before anything is sent."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from setpoint.errors import InputError
from setpoint.model.hosts import is_loopback

WHERE: Final = "--server"

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
"""RFC 6750, section 2.1: what a header can carry. Setpoint's own tokens and those of identity providers are such."""


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    """`https://host:port`, with a path where a proxy has it below one."""
    token: str = field(default="", repr=False)
    """Who asks; empty for nobody."""
    ca_file: Path | None = None
    """PEM: who may have signed its certificate, in place of the authorities that everybody trusts."""
    insecure: bool = False
    """Whether the token may cross a network in the clear."""

    def check(self) -> None:
        """Raises `InputError` for what is no address or no token, and where the token would be seen on its way.

        Neither is repeated: a token can have been given in the place of the other, and a URL can hold a password.
        """
        parts = _parts(self.url)
        if parts.scheme == "http" and not self.insecure and not is_loopback(parts.hostname):
            raise InputError(
                "the token would cross the network in the clear",
                where=WHERE,
                remedy="write https://; on a network that nobody else sees, add --insecure",
            )
        if self.token and not _TOKEN.fullmatch(self.token):
            raise InputError("this is no token: it has characters that no token has", remedy="check where it is from")

    @property
    def is_here(self) -> bool:
        """Whether what is sent stays on this machine."""
        return is_loopback(_parts(self.url).hostname)

    def trusted(self) -> ssl.SSLContext | None:
        """By what its certificate is checked; None for the authorities that everybody trusts."""
        if self.ca_file is None:
            return None
        try:
            return ssl.create_default_context(cafile=str(self.ca_file))
        except ssl.SSLError as error:
            raise InputError("this holds no certificate in PEM", where=str(self.ca_file)) from error
        except OSError as error:
            raise InputError(f"the file cannot be read ({error.strerror})", where=str(self.ca_file)) from error


def _parts(url: str) -> SplitResult:
    remedy = "write https://host:port"
    try:
        parts = urlsplit(url)
        port_is_right = parts.port != 0
    except ValueError as error:
        raise InputError("this is no URL", where=WHERE, remedy=remedy) from error
    plain = url.isascii() and url.isprintable() and not re.search(r"[\s?#]", url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_right or not plain:
        raise InputError("this is no URL of a server", where=WHERE, remedy=remedy)
    if parts.username is not None or parts.password is not None:
        raise InputError("this URL has a user in it", where=WHERE, remedy=f"{remedy}; who asks is told by a token")
    return parts
