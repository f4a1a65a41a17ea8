"""SIGKILL at every moment between two writes: whoever comes next brings everything to the end that it would have had.

Run alone with `pytest tests/faults/test_kill_points.py`; it takes two minutes on two cores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import pytest
from tests.e2e.account import serve
from tests.e2e.program import Setpoint
from tests.faults.lives import Account, Ends
from tests.faults.production import Production

AT_ONCE: Final = 2
"""Accounts, each with a moto of its own, on which lives are lived side by side."""

Accounts = SimpleQueue[Account]


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    with ExitStack() as stack:
        folders = [tmp_path_factory.mktemp(f"account-{number}") for number in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = list(pool.map(lambda folder: _account(stack, folder), folders))
        free: Accounts = SimpleQueue()
        for account in made:
            free.put(account)
        yield free


def _account(stack: ExitStack, folder: Path) -> Account:
    aws = stack.enter_context(serve(folder))
    (folder / "program").mkdir()
    return Account(Production(aws), Setpoint(folder / "program", aws.url))


@pytest.mark.parametrize(("start", "command"), [("incident", ("beat",)), ("orders", ("up", "--only", "loop"))])
def test_whoever_comes_after_a_killed_worker_ends_what_it_began(
    accounts: Accounts, start: str, command: Sequence[str]
) -> None:
    undisturbed, moments = _undisturbed(accounts, start)
    assert len(moments) >= 30

    def live(moment: int) -> Ends:
        account = accounts.get()
        try:
            return account.live(account.starts[start], die_at=moment, command=command)
        finally:
            accounts.put(account)

    numbers = range(1, len(moments) + 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(live, numbers))
    flaws = {
        f"killed at {number}, {moment}": flaw
        for number, moment, end in zip(numbers, moments, ends, strict=True)
        if (flaw := end.other_than(undisturbed))
    }
    assert flaws == {}


def _undisturbed(accounts: Accounts, start: str) -> tuple[Ends, list[str]]:
    account = accounts.get()
    try:
        return account.live(account.starts[start]), account.moments()
    finally:
        accounts.put(account)
