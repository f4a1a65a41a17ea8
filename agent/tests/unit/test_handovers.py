"""Frames go on with whoever handed the work over: to a thread, a pool, a task, a callback."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Watch

from setpoint_agent.handovers import ENTRIES, first_link, links
from setpoint_agent.request import Request, current
from setpoint_agent.stack import Application

Names = list[str]


@pytest.fixture(autouse=True)
def place(watching: Watch) -> None:
    watching("sources.contexts")


def names() -> Names:
    """Of the application's functions that are on the way, the innermost first."""
    application = Application((Path(__file__).parent,))
    return [each.f_code.co_name for each in application.frames()]


@contextmanager
def request() -> Iterator[None]:
    token = current.set(Request("GET", "/"))
    yield
    current.reset(token)


def view(hand_over: Callable[[Callable[[], Names]], Names]) -> Names:
    return hand_over(names)


def by_thread(work: Callable[[], Names]) -> Names:
    kept: list[Names] = []
    thread = threading.Thread(target=lambda: kept.append(work()))
    thread.start()
    thread.join()
    return kept[0]


def by_pool(work: Callable[[], Names]) -> Names:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def by_map(work: Callable[[], Names]) -> Names:
    with ThreadPoolExecutor(1) as pool:
        return next(pool.map(lambda _: work(), "a"))


def by_other_pool(work: Callable[[], Names]) -> Names:
    with ThreadPool(1) as pool:
        return pool.apply(work)


def by_loop_inside(work: Callable[[], Names]) -> Names:
    async def run() -> Names:
        return work()

    return asyncio.run(run())


@pytest.mark.parametrize("hand_over", [by_thread, by_pool, by_map, by_other_pool, by_loop_inside])
def test_functions(hand_over: Callable[[Callable[[], Names]], Names]) -> None:
    with request():
        found = view(hand_over)
    assert found[0] == "names"
    assert found.index(hand_over.__name__) < found.index("view")


async def by_task(work: Callable[[], Names]) -> Names:
    async def run() -> Names:
        return work()

    return await asyncio.create_task(run())


async def by_group(work: Callable[[], Names]) -> Names:
    async def run() -> Names:
        return work()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(run())
    return task.result()


async def by_gather(work: Callable[[], Names]) -> Names:
    return (await asyncio.gather(by_task(work)))[0]


async def by_own_thread(work: Callable[[], Names]) -> Names:
    return await asyncio.to_thread(work)


async def by_executor(work: Callable[[], Names]) -> Names:
    return await asyncio.get_running_loop().run_in_executor(None, functools.partial(work))


async def by_callback(work: Callable[[], Names]) -> Names:
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lambda: done.set_result(work()))
    found: Names = await done
    return found


async def asynchronous_view(hand_over: Callable[[Callable[[], Names]], Coroutine[Any, Any, Names]]) -> Names:
    return await hand_over(names)


async def entry(work: Coroutine[Any, Any, Names]) -> Names:
    """Where a server's request would begin; what runs the loop around it is none of the request's."""
    token = links.set(first_link())
    try:
        return await work
    finally:
        links.reset(token)


@pytest.mark.parametrize("hand_over", [by_task, by_group, by_gather, by_own_thread, by_executor, by_callback])
def test_coroutines(hand_over: Any) -> None:
    ENTRIES.add(entry.__code__)
    try:
        with request():
            found = asyncio.run(entry(asynchronous_view(hand_over)))
    finally:
        ENTRIES.discard(entry.__code__)
    assert found[0] == "names"
    assert found[-1] == "asynchronous_view"
    assert hand_over.__name__ in found


def test_outside_of_a_request_nothing_is_kept() -> None:
    assert "view" not in view(by_thread)


def test_lines_are_those_of_the_hand_over() -> None:
    application = Application((Path(__file__).parent,))
    go_on = threading.Event()

    def work() -> list[tuple[str, int]]:
        go_on.wait(10)
        return [(each.function, each.line) for each in application.facts(application.frames())]

    with request(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(work)
        go_on.set()
        facts = dict(waiting.result())
    first = test_lines_are_those_of_the_hand_over.__code__.co_firstlineno
    assert facts["test_lines_are_those_of_the_hand_over"] == first + 9


def test_a_thread_that_has_ended_keeps_no_frame() -> None:
    with request():
        thread = threading.Thread(target=names)
        thread.start()
        thread.join()
    held = thread.run.args[1]  # type: ignore[attr-defined]  # it was replaced by a partial
    assert held.frame is None
