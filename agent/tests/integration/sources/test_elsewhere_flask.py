"""Flask: what threads, pools and generators do for a request is of that request, and of who handed it over."""

from __future__ import annotations

import functools
import hashlib
import os
import random
import re
import secrets
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.pool import ThreadPool
from typing import Any

import flask
import pytest
from tests.conftest import Watch

FAMILIES = ("sinks.sql", "sinks.command", "sinks.path", "sinks.hashing", "sinks.randomness", "passages.escapers")
COLOURS = ("blue", "red")
POOL = ThreadPoolExecutor(2)

View = Callable[[], Any]


def word() -> str:
    return flask.request.args["q"]


def run(value: object) -> str:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"SELECT 1 WHERE 'a' = '{value}'")
    return "fine"


def run_with_parameter(value: object) -> str:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("SELECT 1 WHERE 'a' = ?", (value,))
    return "fine"


def checked() -> str:
    value = word()
    if value not in COLOURS:
        flask.abort(400)
    return value


def rows(value: str) -> Iterator[str]:
    yield run(value)


# --- flaws -----------------------------------------------------------------------------------------------------------


def submitted() -> str:
    return POOL.submit(run, word()).result()


def mapped() -> str:
    return next(POOL.map(run, [word()]))


def in_thread() -> str:
    thread = threading.Thread(target=run, args=(word(),))
    thread.start()
    thread.join()
    return "fine"


def in_other_pool() -> str:
    with ThreadPool(1) as pool:
        return pool.apply(run, (word(),))


def left_behind() -> str:
    value = word()

    def later() -> None:
        done.wait(10)
        run(value)
        told.set()

    threading.Thread(target=later).start()
    return "fine"


def generator() -> flask.Response:
    return flask.Response(rows(word()), mimetype="text/plain")


def closure() -> flask.Response:
    value = word()

    def chunks() -> Iterator[str]:
        yield run(value)

    return flask.Response(chunks(), mimetype="text/plain")


def library_function() -> str:
    return str(POOL.submit(subprocess.run, f"true {word()}", shell=True).result().returncode)


def asked_in_pool() -> str:
    return str(POOL.submit(os.path.exists, f"/srv/none/{word()}").result())


def hash_submitted() -> str:
    return str(POOL.submit(hashlib.md5, b"x").result().hexdigest())


def hash_by_partial() -> str:
    return str(POOL.submit(functools.partial(hashlib.new, "sha1"), b"x").result().hexdigest())


def hash_mapped() -> str:
    return str(len([*POOL.map(hashlib.sha1, [b"a", b"b"])]))


def hash_after_a_while() -> str:
    timer = threading.Timer(0, hashlib.md5, (b"x",))
    timer.start()
    timer.join()
    return "fine"


def number_submitted() -> str:
    return str(POOL.submit(random.randint, 1, 6).result())


def numbers_mapped() -> str:
    return "".join([*map(random.choice, ["ab", "cd"]), *POOL.map(random.choice, ["ab", "cd"])])


FLAWED: dict[View, str] = {
    **dict.fromkeys((submitted, mapped, in_thread, in_other_pool, generator, closure, left_behind), "sql-injection"),
    library_function: "command-injection",
    asked_in_pool: "path-traversal",
    **dict.fromkeys((hash_submitted, hash_by_partial, hash_mapped, hash_after_a_while), "weak-hash"),
    **dict.fromkeys((number_submitted, numbers_mapped), "weak-randomness"),
}


# --- and none --------------------------------------------------------------------------------------------------------


def submitted_with_parameter() -> str:
    return POOL.submit(run_with_parameter, word()).result()


def submitted_checked() -> str:
    value = word()
    if value not in COLOURS:
        flask.abort(400)
    return POOL.submit(run, value).result()


def thread_with_length() -> str:
    thread = threading.Thread(target=run, args=(len(word()),))
    thread.start()
    thread.join()
    return "fine"


def other_pool_checked() -> str:
    value = word()
    if value not in COLOURS:
        flask.abort(400)
    with ThreadPool(1) as pool:
        return pool.apply(run, (value,))


def generator_checked() -> flask.Response:
    value = word()
    if value not in COLOURS:
        flask.abort(400)
    return flask.Response(rows(value), mimetype="text/plain")


def closure_checked() -> flask.Response:
    value = word()
    if value not in COLOURS:
        flask.abort(400)

    def chunks() -> Iterator[str]:
        yield run(value)

    return flask.Response(chunks(), mimetype="text/plain")


def closure_cleaned() -> flask.Response:
    value = re.sub(r"\W", "", word())

    def chunks() -> Iterator[str]:
        yield run(value)

    return flask.Response(chunks(), mimetype="text/plain")


def list_without_shell() -> str:
    return str(POOL.submit(subprocess.run, ["true", word()]).result().returncode)


def strong_hash() -> str:
    POOL.submit(hashlib.md5, b"x", usedforsecurity=False).result()
    return str(POOL.submit(hashlib.sha256, b"x").result().hexdigest())


def unpredictable() -> str:
    POOL.submit(tempfile.gettempdir).result()
    with tempfile.NamedTemporaryFile():
        return str(POOL.submit(secrets.SystemRandom().randint, 1, 6).result())


SAFE = (
    submitted_with_parameter, submitted_checked, thread_with_length, other_pool_checked, generator_checked,
    closure_checked, closure_cleaned, list_without_shell, strong_hash, unpredictable,
)  # fmt: skip

done, told = threading.Event(), threading.Event()


def answer(view: View, value: str) -> None:
    application = flask.Flask(__name__)
    application.add_url_rule(f"/{view.__name__}", view_func=view)
    got = application.test_client().get(f"/{view.__name__}", query_string={"q": value})
    assert (got.status_code, bool(got.get_data())) == (200, True)
    got.close()


@pytest.mark.parametrize("view", FLAWED, ids=lambda each: each.__name__)
def test_flawed(watching: Watch, blue: str, view: View) -> None:
    evidence = watching(*FAMILIES)
    answer(view, blue)
    if view is left_behind:
        done.set()
        assert told.wait(10)
    assert {(each.kind.name, each.route) for each in evidence} == {(FLAWED[view], f"/{view.__name__}")}
    functions = {frame.function.partition(".")[0] for frame in evidence[0].frames}
    assert view.__name__ in functions or view is generator


@pytest.mark.parametrize("view", SAFE, ids=lambda each: each.__name__)
def test_safe(watching: Watch, blue: str, view: View) -> None:
    evidence = watching(*FAMILIES)
    answer(view, blue)
    assert evidence == []
