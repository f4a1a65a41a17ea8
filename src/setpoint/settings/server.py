"""`server:`: where the API listens, who is let in besides tokens, and how much anybody may ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.model.hosts import is_loopback
from setpoint.settings.oidc import OidcProvider, read_oidc

DEFAULT_LISTEN: Final = "127.0.0.1:8437"

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call, one token, and all of them together may take."""

    body_bytes: int = MEBIBYTE
    """Of a call, except for what is ingested; as it is sent (compressed)."""
    inflated_bytes: int = 16 * MEBIBYTE
    """Of a call, once it is inflated."""
    ingest_bytes: int = 16 * MEBIBYTE
    """Of what is ingested at once, as it is sent (compressed)."""
    depth: int = 32
    """Levels of a JSON body."""
    seconds: float = 10.0
    """In which a call's headers and body have to arrive."""
    rate: float = 50.0
    """Calls a second of one token, in the long run."""
    burst: int = 200
    """Calls that one token may make at once."""
    connections: int = 1000


@dataclass(frozen=True, slots=True)
class Tls:
    certificate: Path
    """PEM: the server's certificate, followed by those that it was signed with."""
    key: Path
    """PEM, without a pass phrase."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    host: str = "127.0.0.1"
    port: int = 8437
    tls: Tls | None = None
    insecure: bool = False
    """Whether it may listen beyond loopback without TLS: tokens then cross the network in the clear."""
    open_metrics: bool = False
    """Whether `/metrics` answers without a token."""
    oidc: tuple[OidcProvider, ...] = ()
    limits: Limits = field(default_factory=Limits)
    master_key: Path = Path("setpoint.sqlite.master.key")
    """The file of the key under which agents' keys are kept wrapped."""
    where: str = ""
    """`file:line`, for errors."""

    def revised(
        self,
        *,
        listen: str | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        insecure: bool = False,
    ) -> ServerSettings:
        """With what the command line says in the place of what the file does."""
        host, port = _address(listen) if listen is not None else (self.host, self.port)
        tls = _tls(certificate, key, "--tls-certificate and --tls-key") or self.tls
        return replace(self, host=host, port=port, tls=tls, insecure=insecure or self.insecure)

    def check(self) -> None:
        """Raises `InputError` where tokens would cross a network in the clear, and nobody said that they may."""
        if self.tls is None and not self.insecure and not is_loopback(self.host):
            raise InputError(
                f"the server would listen on {self.host}, beyond this machine, without TLS",
                where=self.where,
                remedy="give tls_certificate and tls_key, or say insecure: true where TLS ends in front of it",
            )


def read_server(fields: Fields, base: Path, ledger: Path) -> ServerSettings:
    where = fields.where("listen" if fields.has("listen") else "")
    host, port = _address(fields.text("listen", DEFAULT_LISTEN), where)
    certificate, key, master_key = (fields.optional_text(each) for each in ("tls_certificate", "tls_key", "master_key"))
    settings = ServerSettings(
        host=host,
        port=port,
        tls=_tls(base / certificate if certificate else None, base / key if key else None, where),
        insecure=fields.flag("insecure", default=False),
        open_metrics=fields.flag("open_metrics", default=False),
        oidc=read_oidc(fields),
        limits=_limits(fields.section("limits")),
        master_key=base / master_key if master_key else ledger.with_name(f"{ledger.name}.master.key"),
        where=where,
    )
    fields.done()
    return settings


def _limits(fields: Fields) -> Limits:
    usual = Limits()
    limits = Limits(
        body_bytes=int(fields.number("body_bytes", usual.body_bytes, least=1024)),
        inflated_bytes=int(fields.number("inflated_bytes", usual.inflated_bytes, least=1024, most=1024 * MEBIBYTE)),
        ingest_bytes=int(fields.number("ingest_bytes", usual.ingest_bytes, least=1024)),
        depth=int(fields.number("depth", usual.depth, least=4, most=100)),
        seconds=fields.seconds("seconds", usual.seconds, least=0.1, most=600.0),
        rate=fields.number("rate", usual.rate, least=0.01),
        burst=int(fields.number("burst", usual.burst, least=1)),
        connections=int(fields.number("connections", usual.connections, least=1, most=100_000)),
    )
    fields.done()
    return limits


def _tls(certificate: Path | None, key: Path | None, where: str) -> Tls | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        missing = "tls_certificate" if certificate is None else "tls_key"
        raise InputError(f"TLS needs a certificate and its key; {missing} is missing", where=where)
    return Tls(certificate, key)


def _address(listen: str, where: str = "--listen") -> tuple[str, int]:
    """`host:port`; an IPv6 address in brackets."""
    host, colon, port = listen.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        host = ""
    if not colon or not host or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise InputError(
            f"{listen!r} is no address to listen on", where=where, remedy=f"write host:port, such as {DEFAULT_LISTEN}"
        )
    return host, int(port)
