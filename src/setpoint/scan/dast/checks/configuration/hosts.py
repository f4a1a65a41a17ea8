"""Where a target stands, as its address tells."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

_HTTPS: Final = 443


def is_loopback(url: str) -> bool:
    """Whether only this machine reaches it: its transport and certificate tell nothing of the service's own."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_encrypted(url: str) -> bool:
    return urlsplit(url).scheme == "https"


def host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (_HTTPS if parts.scheme == "https" else 80)


def root_of(url: str) -> str:
    """Scheme, host and port, without a path."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))


def pointed_to(url: str, link: str) -> SplitResult | None:
    """The address that a link on the page at `url` leads to; None where it is none that a browser could read."""
    try:
        return urlsplit(urljoin(url, link.strip()))
    except ValueError:
        return None
