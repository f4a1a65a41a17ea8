"""What in the arguments of a program is more than an argument: a text for a shell, code, an order. Pure.

`sinks.command` asks it of everything that is started.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

SHELL, PYTHON, PROGRAM = "shell", "python", "whole"

SHELLS: Final = frozenset(["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "su"])
"""Programs that read the argument after `-c` as commands."""
WINDOWS_SHELLS: Final = {"cmd": "/c", "powershell": "-command", "pwsh": "-command"}
"""Shells that read everything after an option as commands."""
INTERPRETERS: Final = {
    "python": ("c", PYTHON),
    "perl": ("e", SHELL),
    "ruby": ("e", SHELL),
    "node": ("e", SHELL),
    "php": ("r", SHELL),
}
"""Programs that read the argument after an option as code; where that is no Python, its quotes are like a shell's."""
IN_FRONT: Final = frozenset(
    [
        "busybox",
        "doas",
        "env",
        "exec",
        "ionice",
        "nice",
        "nohup",
        "setsid",
        "stdbuf",
        "sudo",
        "time",
        "timeout",
        "xargs",
    ]
)
"""Programs that run the command which their own arguments end in."""
OBEYING: Final = {
    "find": ("-exec", "-execdir", "-ok", "-okdir"),
    "git": ("-c", "--exec", "--receive-pack", "--upload-pack"),
    "rsync": ("-e", "--rsh", "--rsync-path"),
    "scp": ("-o", "-S"),
    "ssh": ("-o",),
    "tar": ("--checkpoint-action", "--info-script", "--rsh-command", "--to-command", "--use-compress-program", "-I"),
}
"""Options by which a program runs a command of the caller's choice (https://gtfobins.github.io)."""


class Order(NamedTuple):
    """A text that reached the start of a program and means more than its own characters."""

    text: str
    language: str


def orders(program: str, arguments: Sequence[str]) -> Iterator[Order]:
    """What to examine of a program's start; `arguments` begin with its name."""
    yield Order(program, PROGRAM)
    name = _name(program)
    while name in IN_FRONT:
        position = _next_program(arguments)
        if position is None:
            return
        arguments = arguments[position:]
        yield Order(arguments[0], PROGRAM)
        name = _name(arguments[0])
    yield from _read_as_commands(name, arguments)
    yield from _obeyed(name, arguments)


def reads_commands(program: str, arguments: Sequence[str]) -> bool:
    """Whether a program is a shell that reads its commands from its standard input."""
    return _name(program) in SHELLS and all(each[:1] == "-" and not each.endswith("c") for each in arguments[1:])


def _read_as_commands(name: str, arguments: Sequence[str]) -> Iterator[Order]:
    if name in SHELLS:
        yield from _behind("c", arguments, SHELL)
    elif name in INTERPRETERS:
        yield from _behind(INTERPRETERS[name][0], arguments, INTERPRETERS[name][1])
    elif name in WINDOWS_SHELLS:
        lowered = [each.lower() for each in arguments]
        if WINDOWS_SHELLS[name] in lowered:
            yield Order(" ".join(arguments[lowered.index(WINDOWS_SHELLS[name]) + 1 :]), SHELL)
    elif name == "ssh":  # what follows the host is handed to a shell there
        words = [each for each in arguments[1:] if each[:1] != "-"]
        yield Order(" ".join(words[1:]), SHELL)


def _behind(letter: str, arguments: Sequence[str], language: str) -> Iterator[Order]:
    """The argument behind an option of one letter, alone or last of several (`-lc`)."""
    for option, text in pairwise(arguments[1:]):
        if option[:1] == "-" and option[1:2] != "-" and option.endswith(letter):
            yield Order(text, language)
            return


def _obeyed(name: str, arguments: Sequence[str]) -> Iterator[Order]:
    """Arguments that begin like such an option (`--rsh=…`), or stand behind one."""
    options = OBEYING.get(name)
    if options is None:
        return
    for before, each in pairwise(arguments):
        if before in options or each.startswith(options):
            yield Order(each, SHELL)


def _next_program(arguments: Sequence[str]) -> int | None:
    """Where the command begins that a program in front runs: behind options, settings and durations."""
    for position, each in enumerate(arguments[1:], 1):
        if each and each[0] != "-" and "=" not in each and not each[0].isdigit():
            return position
    return None


def _name(program: str) -> str:
    """`python` of `/usr/bin/python3.11`, `cmd` of `CMD.EXE`."""
    bare = program.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    return bare.rstrip("0123456789.") or bare
