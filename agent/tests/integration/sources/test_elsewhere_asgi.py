"""FastAPI: tasks, threads, background tasks and streamed bodies are of their request, and of who started them."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from typing import Any, Literal

import anyio
import anyio.to_thread
import httpx
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from fastapi import BackgroundTasks, FastAPI, HTTPException
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import BaseHTTPMiddleware
from tests.conftest import Watch

FAMILIES = ("sinks.sql", "sinks.path", "sinks.hashing", "sinks.randomness", "sinks.logging")
COLOURS = ("blue", "red")

log = logging.getLogger("shop")


def run(value: object) -> str:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"SELECT 1 WHERE 'a' = '{value}'")
    return "fine"


async def run_async(value: object) -> str:
    return run(value)


def check(value: str) -> None:
    if value not in COLOURS:
        raise HTTPException(400)


# --- flaws -----------------------------------------------------------------------------------------------------------


async def task(q: str) -> str:
    return await asyncio.create_task(run_async(q))


async def gathered(q: str) -> str:
    return (await asyncio.gather(run_async(q), asyncio.sleep(0)))[0]


async def grouped(q: str) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(run_async, q)


async def executor(q: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(None, functools.partial(run, q))


async def thread(q: str) -> str:
    return await asyncio.to_thread(run, q)


async def other_thread(q: str) -> str:
    return await anyio.to_thread.run_sync(run, q)


async def from_sync(q: str) -> Any:
    return await sync_to_async(run)(q)


def to_sync(q: str) -> Any:
    return async_to_sync(run_async)(q)


def loop_inside(q: str) -> str:
    return asyncio.run(run_async(q))


def background(q: str, tasks: BackgroundTasks) -> None:
    tasks.add_task(run, q)


async def other_background(q: str) -> JSONResponse:
    return JSONResponse("fine", background=BackgroundTask(run_async, q))


async def callback(q: str) -> None:
    asyncio.get_running_loop().call_soon(run, q)
    await asyncio.sleep(0)


async def left_behind(q: str) -> None:
    async def later() -> None:
        await asyncio.sleep(0)
        run(q)

    left.append(asyncio.create_task(later()))


async def streamed(q: str) -> StreamingResponse:
    async def chunks() -> AsyncIterator[str]:
        yield await run_async(q)

    return StreamingResponse(chunks())


async def read_elsewhere(q: str) -> None:
    with pytest.raises(FileNotFoundError):
        await (anyio.Path("/srv/none") / q).read_text()


async def hash_in_thread() -> str:
    return (await asyncio.to_thread(hashlib.md5, b"x")).hexdigest()


async def hash_in_pool() -> str:
    return (await run_in_threadpool(hashlib.md5, b"x")).hexdigest()


async def hash_called_back() -> None:
    asyncio.get_running_loop().call_soon(hashlib.md5, b"x")
    await asyncio.sleep(0)


def hash_in_background(tasks: BackgroundTasks) -> None:
    tasks.add_task(hashlib.md5, b"x")


async def number_in_thread() -> int:
    return await asyncio.to_thread(random.randint, 1, 6)


def line_in_background(q: str, tasks: BackgroundTasks) -> None:
    tasks.add_task(log.warning, "asked for %s", q)


FLAWED: dict[Callable[..., Any], str] = {
    **dict.fromkeys(
        (
            task, gathered, grouped, executor, thread, other_thread, from_sync, to_sync, loop_inside, background,
            other_background, callback, left_behind, streamed,
        ),
        "sql-injection",
    ),
    read_elsewhere: "path-traversal",
    **dict.fromkeys((hash_in_thread, hash_in_pool, hash_called_back, hash_in_background), "weak-hash"),
    number_in_thread: "weak-randomness",
    line_in_background: "log-injection",
}  # fmt: skip
RETURNED = {background, other_background, to_sync}
"""Of these nothing is running any more, or on a loop's own thread: what was handed over stands for itself."""


# --- and none --------------------------------------------------------------------------------------------------------


async def task_checked(q: str) -> str:
    check(q)
    return await asyncio.create_task(run_async(q))


async def grouped_checked(q: str) -> None:
    if not q.isalnum():
        raise HTTPException(400)
    async with asyncio.TaskGroup() as group:
        group.create_task(run_async(q))


async def thread_checked(q: str) -> str:
    check(q)
    return await asyncio.to_thread(run, q)


async def pool_checked(q: Literal["blue", "red"]) -> str:
    return await run_in_threadpool(run, q)


def background_checked(q: str, tasks: BackgroundTasks) -> None:
    if q not in COLOURS:
        raise HTTPException(400)
    tasks.add_task(run, q)


async def other_background_checked(q: str) -> JSONResponse:
    check(q)
    return JSONResponse("fine", background=BackgroundTask(run_async, q))


def background_constant(q: str, tasks: BackgroundTasks) -> None:
    tasks.add_task(run, "blue")


async def callback_checked(q: str) -> None:
    check(q)
    asyncio.get_running_loop().call_soon(run, q)
    await asyncio.sleep(0)


async def left_behind_checked(q: str) -> None:
    if q not in COLOURS:
        raise HTTPException(400)

    async def later() -> None:
        await asyncio.sleep(0)
        run(q)

    left.append(asyncio.create_task(later()))


async def streamed_checked(q: str) -> StreamingResponse:
    if q not in COLOURS:
        raise HTTPException(400)

    async def chunks() -> AsyncIterator[str]:
        yield await run_async(q)

    return StreamingResponse(chunks())


async def strong_hash() -> str:
    await asyncio.to_thread(hashlib.md5, b"x", usedforsecurity=False)
    return (await asyncio.to_thread(hashlib.sha256, b"x")).hexdigest()


async def hash_of_library() -> FileResponse:
    return FileResponse(__file__)


SAFE = (
    task_checked, grouped_checked, thread_checked, pool_checked, background_checked, other_background_checked,
    background_constant, callback_checked, left_behind_checked, streamed_checked, strong_hash, hash_of_library,
)  # fmt: skip

left: list[asyncio.Task[None]] = []


def answer(view: Callable[..., Any], value: str, *, in_between: bool) -> None:
    application = FastAPI()
    if in_between:
        application.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, go_on: go_on(request))
    application.add_api_route(f"/{view.__name__}", view)

    async def get() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://shop") as client:
            got = await client.get(f"/{view.__name__}", params={"q": value})
        await asyncio.gather(*left)
        left.clear()
        return got.status_code

    assert asyncio.run(get()) == 200


@pytest.mark.parametrize("in_between", [False, True], ids=["plain", "middleware"])
@pytest.mark.parametrize("view", FLAWED, ids=lambda each: each.__name__)
def test_flawed(watching: Watch, blue: str, view: Callable[..., Any], in_between: bool) -> None:
    evidence = watching(*FAMILIES)
    answer(view, blue, in_between=in_between)
    assert {(each.kind.name, each.route) for each in evidence} == {(FLAWED[view], f"/{view.__name__}")}
    outermost = evidence[0].frames[0].function.partition(".")[0]
    assert outermost == view.__name__ or view in RETURNED


@pytest.mark.parametrize("in_between", [False, True], ids=["plain", "middleware"])
@pytest.mark.parametrize("view", SAFE, ids=lambda each: each.__name__)
def test_safe(watching: Watch, blue: str, view: Callable[..., Any], in_between: bool) -> None:
    evidence = watching(*FAMILIES)
    answer(view, blue, in_between=in_between)
    assert evidence == []
