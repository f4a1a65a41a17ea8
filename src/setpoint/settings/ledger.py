"""`ledger` and `state`: the file or database that the ledger is in, and where its other files lie on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.act.delivery.secrets import read_secret
from setpoint.act.delivery.settings import SecretPlace, secret_place
from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.store.ledger.address import SQLITE, is_server, server_address

USUAL: Final = "setpoint.sqlite"

BESIDE: Final = "setpoint"
"""What the files of a ledger in a database are named after: `setpoint.journal`, `setpoint.run`, …"""


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """A ledger in PostgreSQL, which other machines can use, too."""

    url: str = ""
    """Without a password; empty where all of it is a secret."""
    secret: SecretPlace | None = None
    """Where the URL is then."""
    where: str = ""
    """`file:line`, for errors."""

    def address(self) -> str:
        """The URL. Raises `InputError` where the secret is not there, others can read it, or it is no such URL."""
        if self.secret is None:
            return self.url
        url = read_secret(self.secret)
        if not is_server(url):
            raise _no_url(self.where)
        server_address(url, self.where)
        return url

    def __str__(self) -> str:
        """For people."""
        if self.secret is None:
            return server_address(self.url).shown
        return f"what {self.secret.file or self.secret.variable} says"


def read_ledger(fields: Fields, base: Path) -> tuple[Path, DatabaseSettings | None]:
    """Its file; or what the files that belong to it are named after, and where it is."""
    state = fields.optional_text("state")
    where = fields.where("ledger" if fields.has("ledger") else "")
    if isinstance(fields.raw("ledger"), dict):
        section = fields.section("ledger")
        secret = secret_place(section, "url", base)
        section.done()
        return _folder(base, state) / BESIDE, DatabaseSettings(secret=secret, where=where)
    text = fields.text("ledger", USUAL)
    if is_server(text):
        _expect_no_secret(text, where)
        return _folder(base, state) / BESIDE, DatabaseSettings(text, where=where)
    if state is not None:
        raise InputError(
            "state means nothing where the ledger is a file, beside which all of it lies",
            where=fields.where("state"),
            remedy="leave it out",
        )
    path = text.removeprefix(SQLITE)
    if not path or "://" in path:
        raise _no_url(where)
    return base / path, None


def _folder(base: Path, state: str | None) -> Path:
    return base / state if state else base


def _expect_no_secret(url: str, where: str) -> None:
    if server_address(url, where).has_secret:
        raise InputError(
            "the ledger's address holds a password, which whoever reads this file could use",
            where=where,
            remedy="name the variable or file that holds it: ledger: {url_env: NAME}, or {url_file: PATH}",
        )


def _no_url(where: str) -> InputError:
    return InputError(
        "the ledger is in no database that is supported",
        where=where,
        remedy=f"write a path, {SQLITE}<path>, or postgresql://<user>@<host>/<database>",
    )
