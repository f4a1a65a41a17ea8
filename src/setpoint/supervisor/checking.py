"""Whether a program ends well, and its last words where it does not. `cli/up.py` has a configuration tried by it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from typing import Final

from setpoint.errors import InputError

WITHIN: Final = 120.0
"""Seconds: what is declared may have to be asked of AWS."""

SAID_BY: Final = "setpoint: "
"""Begins the line in which the program says why it stopped."""


async def expect_to_end_well(command: Sequence[str]) -> None:
    """Raises `InputError` with what it said last; it is ended when this is cancelled."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, process_group=0
        )
    except OSError as error:
        # Where there is no room for one more process, those that run go on.
        raise InputError(f"whether it can be used cannot be tried ({error.strerror})") from error
    try:
        _, said = await asyncio.wait_for(process.communicate(), WITHIN)
    except TimeoutError as error:
        raise InputError(f"whether it can be used was not known within {WITHIN:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = said.decode(errors="replace").split("\n")
        told = [line.removeprefix(SAID_BY) for line in lines if line.startswith(SAID_BY)]
        raise InputError(told[-1] if told else f"trying it ended with exit code {process.returncode}")
