"""Commands made of input are found however they are started; a plain argument is none."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Callable
from os import system
from typing import Any

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

TRUE = "true"


def by_system(name: str) -> Any:
    return os.system(f"{TRUE} {name}")


def by_system_imported(name: str) -> Any:
    return system(f"{TRUE} {name}")


def by_popen(name: str) -> Any:
    with os.popen(f"{TRUE} {name}") as opened:
        return opened.read()


def by_run(name: str) -> Any:
    return subprocess.run(f"{TRUE} {name}", shell=True, check=True)


def by_run_of_list(name: str) -> Any:
    return subprocess.run(["/bin/sh", "-c", f"{TRUE} {name}"], check=True)


def by_run_behind_env(name: str) -> Any:
    return subprocess.run(["env", "LANG=C", "sh", "-c", f"{TRUE} {name}"], check=True)


def by_output(name: str) -> Any:
    return subprocess.getoutput(f"{TRUE} {name}")


def by_call(name: str) -> Any:
    return functools.partial(subprocess.call, shell=True)(f"{TRUE} {name}")


def by_asyncio(name: str) -> Any:
    async def run() -> int:
        process = await asyncio.create_subprocess_shell(f"{TRUE} {name}")
        return await process.wait()

    return asyncio.run(run())


def by_asyncio_exec(name: str) -> Any:
    async def run() -> int:
        process = await asyncio.create_subprocess_exec("sh", "-c", f"{TRUE} {name}")
        return await process.wait()

    return asyncio.run(run())


def by_spawn(name: str) -> Any:
    return os.spawnlp(os.P_WAIT, "sh", "sh", "-c", f"{TRUE} {name}")


def by_posix_spawn(name: str) -> Any:
    return os.waitpid(os.posix_spawnp("sh", ["sh", "-c", f"{TRUE} {name}"], os.environ), 0)


def by_terminal(name: str) -> Any:
    with contextlib.suppress(OSError):  # where there is no terminal to be had
        pty.spawn(["sh", "-c", f"{TRUE} {name}"], lambda _: b"")


def by_input(name: str) -> Any:
    return subprocess.run(["sh"], input=f"{TRUE} {name}\n", text=True, check=True)


def by_program(name: str) -> Any:
    with pytest.raises(OSError, match=name):
        subprocess.run([f"/nowhere/{name}"], check=True)


def by_other_interpreter(name: str) -> Any:
    return subprocess.run([sys.executable, "-c", f"'{name}'"], check=True)


@pytest.mark.parametrize(
    "run",
    [
        by_system,
        by_system_imported,
        by_popen,
        by_run,
        by_run_of_list,
        by_run_behind_env,
        by_output,
        by_call,
        by_asyncio,
        by_asyncio_exec,
        by_spawn,
        by_posix_spawn,
        by_terminal,
        by_input,
        by_program,
        by_other_interpreter,
    ],
)
def test_a_value_in_a_command_is_found(watching: Watch, blue: str, run: Callable[[str], Any]) -> None:
    kept = watching("sinks.command")
    with request_of(blue):
        run(blue)
    assert [each.kind.name for each in kept] == ["command-injection"]
    assert run.__name__ in {each.function.split(".")[0] for each in kept[0].frames}


def test_arguments_without_a_shell_are_none(watching: Watch, blue: str) -> None:
    kept = watching("sinks.command")
    with request_of(blue):
        subprocess.run([TRUE, blue], check=True)
        subprocess.run(["sh", "-c", TRUE, blue], check=True)
        subprocess.run(shlex.split(f"{TRUE} {blue}"), check=True)
        subprocess.run(["find", "/nowhere", "-name", blue], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["cat"], input=blue, text=True, check=True, stdout=subprocess.DEVNULL)
        os.spawnlp(os.P_WAIT, TRUE, TRUE, blue)
        subprocess.run(TRUE, shell=True, check=True, env={"NAME": blue, "PATH": os.environ["PATH"]})
    assert kept == []


def test_an_order_to_a_program_that_obeys_is_found(watching: Watch, blue: str) -> None:
    kept = watching("sinks.command")
    with request_of(blue):
        action = f"--checkpoint-action=echo={blue}"
        packing = ["tar", "--checkpoint=1", action, "-cf", os.devnull, os.devnull]
        subprocess.run(packing, check=True, stderr=subprocess.DEVNULL)
    assert [each.kind.name for each in kept] == ["command-injection"]


def test_an_attack_is_told_from_a_flow(watching: Watch, blue: str) -> None:
    kept = watching("sinks.command")
    with request_of(f"{blue};echo green"):
        os.system(f"{TRUE} {blue};echo green")
    assert [each.attack for each in kept] == [True]
