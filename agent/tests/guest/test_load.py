"""Ten thousand requests, fifty at a time, while the control plane is silent, refuses, or talks garbage: nobody notices.

The answers are the same as without the agent, and the memory of the process is what it was after the first thousand.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from tests.control_plane import ControlPlane, Reply, Report, free_port
from tests.integration.ways_in.test_servers import PROGRAMS, WSGI
from tests.loaded import Service

REQUESTS, AT_ONCE, WARM_UP = 10_000, 50, 2_000
MOST_GROWTH = 5_000_000
"""Octets."""
SERVER = ("gunicorn", "-b", "127.0.0.1:{port}", "-k", "gthread", "--threads", "8", WSGI)

MOODS: dict[str, Callable[[Report], Reply]] = {
    "silent": lambda _: Reply(silence=True),
    "refusing": lambda _: Reply(503),
    "garbage": lambda _: Reply(raw=os.urandom(4_096)),
    "taking": lambda _: Reply(),
}


@pytest.mark.parametrize("mood", [*MOODS, "away"])
def test_nobody_notices(service: Service, control_plane: ControlPlane, mood: str) -> None:
    if mood == "away":
        service.environment["SETPOINT_SERVER"] = f"http://127.0.0.1:{free_port()}"
    else:
        control_plane.reply = MOODS[mood]
    service.run(str(PROGRAMS / SERVER[0]), *SERVER[1:])
    worker = service.get("/process").json()["pid"]
    asyncio.run(ask(service.port, WARM_UP))
    before = resident(worker)
    answers = asyncio.run(ask(service.port, REQUESTS))
    assert answers == {f"[({number % 100}, 'name{number}')]" for number in range(REQUESTS)}
    assert resident(worker) - before < MOST_GROWTH
    assert service.get("/process").json()["pid"] == worker


async def ask(port: int, requests: int) -> set[str]:
    """The answers; that there are as many as requests is in their numbers."""
    answers: set[str] = set()
    numbers = iter(range(requests))

    async def one_after_another(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            address = f"http://127.0.0.1:{port}/users/{number % 100}?name=name{number}"
            async with session.get(address) as answer:
                assert answer.status == 200
                answers.add(await answer.text())

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as session:
        await asyncio.gather(*(one_after_another(session) for _ in range(AT_ONCE)))
    return answers


def resident(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1_024
    raise AssertionError
