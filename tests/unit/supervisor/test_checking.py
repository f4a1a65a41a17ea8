"""Whether a program ends well is told in its own last words, or in ours where it cannot be started."""

from __future__ import annotations

import asyncio
import sys

import pytest

from setpoint.errors import InputError
from setpoint.supervisor.checking import expect_to_end_well


def test_a_program_that_ends_well_says_nothing() -> None:
    asyncio.run(expect_to_end_well([sys.executable, "-c", ""]))


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ([sys.executable, "-c", "import sys; sys.exit('setpoint: no such policy')"], "no such policy"),
        ([sys.executable, "-c", "import sys; sys.exit(3)"], "trying it ended with exit code 3"),
        (["/nowhere/setpoint"], "cannot be tried (No such file or directory)"),
    ],
)
def test_what_keeps_it_from_being_used_is_told(command: list[str], told: str) -> None:
    with pytest.raises(InputError) as caught:
        asyncio.run(expect_to_end_well(command))
    assert told in caught.value.what
