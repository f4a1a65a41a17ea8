"""A request as a line for a shell, to repeat it by hand. Pure; used for SARIF and by the command."""

from __future__ import annotations

import shlex
from typing import Final

from setpoint.model.dast import Sent

_OF_THE_SENDER: Final = frozenset({"x-setpoint-probe"})
_VARIABLE: Final = "$"


def curl_line(sent: Sent) -> str:
    """Of a redacted request: its credentials are variables of the shell (`$ALICE_AUTHORIZATION`)."""
    words = ["curl", "--include", "--path-as-is"]
    words += ["--head"] if sent.method == "HEAD" else ["--request", shlex.quote(sent.method)]
    for name, value in sent.headers:
        if name.lower() not in _OF_THE_SENDER:
            words += ["--header", _header(name, value)]
    if sent.body:
        words += ["--data-binary", _body(sent.body)]
    return " ".join([*words, shlex.quote(sent.url)])


def _header(name: str, value: str) -> str:
    """In double quotes where the shell has to put a credential in."""
    if value.startswith(_VARIABLE) and value[1:].isidentifier():
        return f'"{name}: {value}"'
    return shlex.quote(f"{name}: {value}" if value else f"{name};")


def _body(body: bytes) -> str:
    try:
        text = body.decode()
        return shlex.quote(text) if text.isprintable() else _escaped(body)
    except UnicodeDecodeError:
        return _escaped(body)


def _escaped(body: bytes) -> str:
    """As bash, zsh and POSIX.1-2024 (section 2.2.4) have what cannot be typed."""
    return "$'{}'".format("".join(chr(each) if _is_plain(each) else f"\\x{each:02x}" for each in body))


def _is_plain(byte: int) -> bool:
    return 0x20 <= byte < 0x7F and chr(byte) not in "'\\"
