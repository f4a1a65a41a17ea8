"""What in a program's arguments is more than an argument."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.sinks.command_lines import PROGRAM, PYTHON, SHELL, Order, orders, reads_commands


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["/bin/sh", "-c", "ls blue"], [Order("ls blue", SHELL)]),
        (["bash", "-lc", "ls blue"], [Order("ls blue", SHELL)]),
        (["bash", "-x", "-c", "ls blue"], [Order("ls blue", SHELL)]),
        (["env", "A=C", "sudo", "sh", "-c", "ls"], [Order("sudo", PROGRAM), Order("sh", PROGRAM), Order("ls", SHELL)]),
        (["timeout", "10", "bash", "-c", "ls"], [Order("bash", PROGRAM), Order("ls", SHELL)]),
        (["cmd.exe", "/C", "dir", "blue"], [Order("dir blue", SHELL)]),
        (["ssh", "-q", "host", "ls", "blue"], [Order("ls blue", SHELL)]),
        (["/usr/bin/python3.11", "-c", "print(1)"], [Order("print(1)", PYTHON)]),
        (["find", ".", "-name", "blue"], []),
        (["find", ".", "-exec", "blue", ";"], [Order("-exec", SHELL), Order("blue", SHELL)]),
        (["tar", "-cf", "a.tar", "--checkpoint-action=exec=blue"], [Order("--checkpoint-action=exec=blue", SHELL)]),
        (["ls", "-l", "blue"], []),
        (["sh", "script.sh", "blue"], []),
        (["nohup"], []),
    ],
)  # fmt: skip
def test_orders(arguments: list[str], expected: list[Order]) -> None:
    assert list(orders(arguments[0], arguments)) == [Order(arguments[0], PROGRAM), *expected]


def test_shells_that_read_their_input() -> None:
    assert reads_commands("/bin/bash", ["/bin/bash"])
    assert reads_commands("sh", ["sh", "-s"])
    assert not reads_commands("sh", ["sh", "-c"])
    assert not reads_commands("sh", ["sh", "script.sh"])
    assert not reads_commands("cat", ["cat"])


@given(st.text(max_size=10), st.lists(st.text(max_size=10) | st.sampled_from(["sh", "-c", "env", "find", "cmd", "/c"])))
@settings(deadline=None)
def test_any_arguments_are_read(program: str, arguments: list[str]) -> None:
    assert all(isinstance(each.text, str) for each in orders(program, arguments))
