"""Options of `setpoint up` that say where and how the server listens, in the place of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from setpoint.cli.options import Decorator
from setpoint.settings import Settings

_FILE: Final = click.Path(path_type=Path)

_OPTIONS: Final[tuple[Decorator, ...]] = (
    click.option("--listen", metavar="HOST:PORT", help="Where the server answers."),
    click.option("--tls-certificate", type=_FILE, help="The server's certificate with its chain, as PEM."),
    click.option("--tls-key", type=_FILE, help="The certificate's key, as PEM."),
    click.option("--insecure", is_flag=True, help="Listen beyond this machine without TLS: tokens go in the clear."),
)


@dataclass(frozen=True, slots=True)
class Listening:
    listen: str | None
    tls_certificate: Path | None
    tls_key: Path | None
    insecure: bool

    def revise(self, settings: Settings) -> Settings:
        """Raises `InputError` for what is no address, or half of a certificate and its key."""
        server = settings.server.revised(
            listen=self.listen, certificate=self.tls_certificate, key=self.tls_key, insecure=self.insecure
        )
        return replace(settings, server=server)

    def arguments(self) -> list[str]:
        """The same options again, for a process that is started with them."""
        named = {"--listen": self.listen, "--tls-certificate": self.tls_certificate, "--tls-key": self.tls_key}
        given = [part for name, value in named.items() if value is not None for part in (name, str(value))]
        return [*given, *(["--insecure"] if self.insecure else [])]


def listening_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options, which the command gets as one argument: `listening`."""

    @wraps(command)
    def gathered(
        *, listen: str | None, tls_certificate: Path | None, tls_key: Path | None, insecure: bool, **others: Any
    ) -> Any:
        return command(**others, listening=Listening(listen, tls_certificate, tls_key, insecure))

    listed: Callable[..., Any] = gathered
    for option in reversed(_OPTIONS):
        listed = option(listed)
    return listed
