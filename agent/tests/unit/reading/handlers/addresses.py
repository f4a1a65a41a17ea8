"""Addresses that go to `sink`, of hosts that the code names or of any."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlparse

from tests.unit.reading.handlers.shared import (
    RejectedError,
    Sink,
)


def safe_host(value: str, sink: Sink) -> None:
    parsed = urlparse(value)
    if parsed.scheme != "https" or parsed.netloc not in {"name", "example.com"}:
        raise RejectedError
    sink(value)


def safe_host_by_name(value: str, sink: Sink) -> None:
    host = urlparse(value).hostname
    if host != "example.com":
        raise RejectedError
    sink(value)


def unsafe_scheme_only(value: str, sink: Sink) -> None:
    if urlparse(value).scheme not in {"", "https"}:
        raise RejectedError
    sink(value)


def safe_host_with_a_dot(value: str, sink: Sink) -> None:
    host = urlparse(value).hostname or ""
    if host != "example.org" and not host.endswith(".com"):
        raise RejectedError
    sink(value)


def unsafe_host_without_a_dot(value: str, sink: Sink) -> None:
    if not urlparse(value).netloc.endswith("example.com"):
        raise RejectedError
    sink(value)


def safe_no_host(value: str, sink: Sink) -> None:
    parts = urlparse(value.removeprefix("https:"))
    if parts.netloc == "elsewhere" or not parts.scheme:
        sink("/" + value.lstrip("/"))


def safe_public_host(value: str, sink: Sink) -> None:
    for found in resolved(urlparse(value).hostname):
        if ip_address(found).is_private:
            raise RejectedError
    sink(value)


def unsafe_loopback_only_host(value: str, sink: Sink) -> None:
    for found in resolved(urlparse(value).hostname):
        if ip_address(found).is_loopback:
            raise RejectedError
    sink(value)


def unsafe_scheme_by_name(value: str, sink: Sink) -> None:
    scheme = urlparse(value).scheme
    if scheme not in ("http", "https"):
        raise RejectedError
    sink(value)


def resolved(host: str | None) -> list[str]:
    return ["9.9.9.9"] if host else []
