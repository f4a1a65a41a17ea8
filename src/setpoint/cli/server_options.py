"""`setpoint --server …`: which server answers a command in the place of the ledger here, and who asks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

from setpoint.errors import InputError

if TYPE_CHECKING:
    from setpoint.client.server import Server

Result = TypeVar("Result")

LARGEST_TOKEN: Final = 64 * 1024
"""Bytes of the file; identity providers that list many groups come to a few thousand."""

_FILE: Final = click.Path(path_type=Path)

_OPTIONS: Final = (
    click.option(
        "--server",
        metavar="URL",
        envvar="SETPOINT_SERVER",
        show_envvar=True,
        help="Ask this server instead of the ledger here.",
    ),
    click.option(
        "--token",
        metavar="TOKEN",
        envvar="SETPOINT_TOKEN",
        show_envvar=True,
        help="Who asks it. Every user of this machine sees command lines: rather use the variable, or a file.",
    ),
    click.option(
        "--token-file",
        type=_FILE,
        envvar="SETPOINT_TOKEN_FILE",
        show_envvar=True,
        help="The file that holds the token.",
    ),
    click.option(
        "--ca-file",
        type=_FILE,
        envvar="SETPOINT_CA_FILE",
        show_envvar=True,
        help="Who may have signed its certificate (PEM), in place of the authorities that everybody trusts.",
    ),
    click.option(
        "--insecure",
        is_flag=True,
        help="Without TLS also beyond this machine: the token crosses the network in the clear.",
    ),
)


def server_options(group: Callable[..., Any]) -> Callable[..., Any]:
    """The options, in front of the command's name."""
    for option in reversed(_OPTIONS):
        group = option(group)
    return group


def only_here(does: str, *, remedy: str = "leave that out") -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """For what no server can do in the place of this machine: it refuses one that is named on the command line.

    `does` is what follows the command's name. A server that the environment names is for the other commands, and left
    alone.
    """

    def decorate(command: Callable[..., Result]) -> Callable[..., Result]:
        @wraps(command)
        def checked(*arguments: Any, **options: Any) -> Result:
            context = click.get_current_context()
            if context.find_root().get_parameter_source("server") is ParameterSource.COMMANDLINE:
                raise InputError(f"{context.command_path} {does}, and asks no server", where="--server", remedy=remedy)
            return command(*arguments, **options)

        return checked

    return decorate


def named_server(context: click.Context) -> Server | None:
    """The server that is to answer; None for the ledger here.

    A configuration on the command line says more than a server in the environment.
    """
    root = context.find_root()
    url = root.params.get("server")
    from_environment = root.get_parameter_source("server") is ParameterSource.ENVIRONMENT
    if url is None or (from_environment and context.get_parameter_source("config") is ParameterSource.COMMANDLINE):
        return None
    return server_at(context, url, insecure=root.params["insecure"])


def server_at(context: click.Context, url: str, *, insecure: bool) -> Server:
    """The server at an address, asked by whom the options in front of the command say."""
    from setpoint.client.server import Server

    root = context.find_root()
    return Server(url, _token(root), root.params.get("ca_file"), insecure)


def lacks_client() -> InputError:
    return InputError(
        "asking a server needs httpx and pydantic", remedy="install them with: pip install 'setpoint[client]'"
    )


def _token(root: click.Context) -> str:
    """What the command line says goes before the environment."""
    text, file = root.params.get("token"), root.params.get("token_file")
    if text and file:
        text_is_here, file_is_here = (
            root.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in ("token", "token_file")
        )
        if text_is_here == file_is_here:
            raise InputError("two tokens are given", where="--token-file", remedy="give either a token or its file")
        text, file = (text, None) if text_is_here else (None, file)
    if file:
        return _read(file)
    return str(text or "").strip()


def _read(file: Path) -> str:
    from setpoint.files import read_bytes

    token = read_bytes(file, limit=LARGEST_TOKEN).decode(errors="replace").strip()
    if not token:
        raise InputError("there is no token in this file", where=str(file))
    return token
