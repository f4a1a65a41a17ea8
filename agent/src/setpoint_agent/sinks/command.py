"""Commands: what a shell is told to run, and which program the system is told to start.

A value that is one argument among others, without a shell, changes nothing but what the program is asked to do: it is
reported only where it chooses the program, or where that program takes such an argument for an order. The interpreter
announces whatever is started; wrappers are only needed where others than the interpreter start it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import COMMAND_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.patching.audit import Listener
from setpoint_agent.patching.interface import Patch
from setpoint_agent.request import current
from setpoint_agent.sinks.command_lines import PROGRAM, PYTHON, SHELL, orders, reads_commands
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument, examining, looking

MOST_ARGUMENTS: Final = 256
"""Arguments of one program that are looked at."""


def _sink(name: str, language: str = SHELL) -> Sink:
    return Sink(COMMAND_INJECTION, name, language, frozenset({SHELL}))


def _sinks(name: str) -> dict[str, Sink]:
    return {language: _sink(name, language) for language in (SHELL, PYTHON, PROGRAM)}


_SYSTEM: Final = _sink("os.system")
_STDIN: Final = _sink("subprocess.Popen.communicate")
_SPAWN: Final = _sinks("os.spawn")
_TERMINAL: Final = _sinks("pty.spawn")
_ASYNCIO_SHELL: Final = _sink("asyncio.create_subprocess_shell")
_PARAMIKO: Final = _sink("paramiko.SSHClient.exec_command")
_ASYNCIO: Final = _sinks("asyncio.create_subprocess_exec")


def _system(arguments: tuple[Any, ...]) -> None:
    if current.get() is not None:
        examine(_SYSTEM, arguments[0])


def _starting(name: str, program_at: int, arguments_at: int) -> Listener:
    """A listener for an event that carries a program and its arguments, its own name first."""
    sinks = _sinks(name)

    def started(event: tuple[Any, ...]) -> None:
        if current.get() is not None:
            _examine_start(sinks, event[program_at], event[arguments_at])

    return started


def _examine_start(sinks: Mapping[str, Sink], program: Any, arguments: Any) -> None:
    given = [arguments] if isinstance(arguments, str | bytes | os.PathLike) else list(arguments)[:MOST_ARGUMENTS]
    words = [_word(each) for each in given]
    for order in orders(_word(program) or next(iter(words), ""), words):
        examine(sinks[order.language], order.text)


def _spawned(arguments: Sequence[Any], _: Mapping[str, Any]) -> None:
    """`os._spawnvef(mode, file, arguments, …)`, which all of `os.spawn*` end in: its child starts the program."""
    _examine_start(_SPAWN, arguments[1], arguments[2])


def _created(arguments: Sequence[Any], _: Mapping[str, Any]) -> None:
    """`asyncio.create_subprocess_exec(program, *arguments)`: event loops of C start it without a word."""
    _examine_start(_ASYNCIO, arguments[0], arguments)


def _communicated(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """`Popen.communicate(input)` with a shell that reads its commands there."""
    given = argument(arguments, keywords, 1, "input")
    command = getattr(arguments[0], "args", None)
    if given and isinstance(command, list | tuple):
        words = [_word(each) for each in command[:MOST_ARGUMENTS]]
        if words and reads_commands(words[0], words):
            examine(_STDIN, given)


def _in_terminal(event: tuple[Any, ...]) -> None:
    """`pty.spawn(arguments)`, whose child starts the program as well."""
    if current.get() is not None:
        words = event[0]
        _examine_start(_TERMINAL, words if isinstance(words, str) else words[0], words)


def _word(argument: Any) -> str:
    if isinstance(argument, str):
        return argument
    return os.fsdecode(argument) if isinstance(argument, bytes | os.PathLike) else ""


PATCHES: Final = (
    Patch("os", "_spawnvef", looking(_spawned)),
    Patch("subprocess", "Popen.communicate", looking(_communicated)),
    Patch("asyncio.subprocess", "create_subprocess_shell", examining(_ASYNCIO_SHELL, 0, "cmd")),
    Patch("asyncio.subprocess", "create_subprocess_exec", looking(_created)),
    Patch("paramiko.client", "SSHClient.exec_command", examining(_PARAMIKO, 1, "command")),
)
AUDITS: Final = {
    "os.system": _system,
    "subprocess.Popen": _starting("subprocess.Popen", 0, 1),
    "os.exec": _starting("os.exec", 0, 1),
    "os.posix_spawn": _starting("os.posix_spawn", 0, 1),
    "pty.spawn": _in_terminal,
}
