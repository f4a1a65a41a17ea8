"""Paths made of input are found whatever is done with the file; what libraries open by themselves is not."""

from __future__ import annotations

import asyncio
import codecs
import csv
import glob
import io
import logging
import os
import pickle
import shutil
import tempfile
import traceback
import zipfile
from concurrent.futures import ThreadPoolExecutor
from os.path import exists
from pathlib import Path
from typing import Any

import aiohttp.web
import bottle
import flask
import jinja2
import pytest
import starlette.responses
import werkzeug.datastructures
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of


def opening(folder: Path, name: str) -> Any:
    with open(os.path.join(folder, name)) as file:  # noqa: PTH123, PTH118 - what is tested
        return file.read()


def opening_by_io(folder: Path, name: str) -> Any:
    with io.open(f"{folder}/{name}") as file:  # noqa: UP020 - the same
        return file.read()


def opening_low(folder: Path, name: str) -> Any:
    os.close(os.open(f"{folder}/{name}", os.O_RDONLY))


def opening_by_codecs(folder: Path, name: str) -> Any:
    with codecs.open(f"{folder}/{name}", encoding="utf-8") as file:
        return file.read()


def reading(folder: Path, name: str) -> Any:
    return (folder / name).read_text()


def writing(folder: Path, name: str) -> Any:
    return (folder / name).write_text("x")


def existing(folder: Path, name: str) -> Any:
    return os.path.exists(f"{folder}/{name}")  # noqa: PTH110 - the same


def existing_by_name(folder: Path, name: str) -> Any:
    return exists(f"{folder}/{name}")  # noqa: PTH110 - the same


def being_a_file(folder: Path, name: str) -> Any:
    return os.path.isfile(f"{folder}/{name}")  # noqa: PTH113 - the same


def of_size(folder: Path, name: str) -> Any:
    return os.path.getsize(f"{folder}/{name}")  # noqa: PTH202 - the same


def existing_as_path(folder: Path, name: str) -> Any:
    return (folder / name).exists()


def status(folder: Path, name: str) -> Any:
    return os.stat(f"{folder}/{name}")  # noqa: PTH116 - the same


def access(folder: Path, name: str) -> Any:
    return os.access(f"{folder}/{name}", os.R_OK)


def removing(folder: Path, name: str) -> Any:
    os.remove(f"{folder}/{name}")  # noqa: PTH107 - the same


def unlinking(folder: Path, name: str) -> Any:
    (folder / name).unlink()


def renaming(folder: Path, name: str) -> Any:
    os.rename(f"{folder}/{name}", folder / "other")  # noqa: PTH104 - the same


def listing(folder: Path, name: str) -> Any:
    (folder / name).unlink()
    (folder / f"{name}-folder").mkdir()
    return os.listdir(f"{folder}/{name}-folder")  # noqa: PTH208 - the same


def making(folder: Path, name: str) -> Any:
    os.makedirs(f"{folder}/of/{name}")  # noqa: PTH103 - the same


def copying(folder: Path, name: str) -> Any:
    shutil.copy(folder / name, folder / "other")


def copying_to(folder: Path, name: str) -> Any:
    shutil.copyfile(__file__, f"{folder}/{name}")


def moving(folder: Path, name: str) -> Any:
    shutil.move(f"{folder}/{name}", folder / "other")


def globbing(folder: Path, name: str) -> Any:
    return glob.glob(f"{folder}/{name}*")  # noqa: PTH207 - the same


def walking(folder: Path, name: str) -> Any:
    return list(os.walk(f"{folder}/{name}"))


def zipping(folder: Path, name: str) -> Any:
    zipfile.ZipFile(f"{folder}/{name}", "w").close()


def through_a_library(folder: Path, name: str) -> Any:
    handler = csv.writer
    with (folder / name).open("w", newline="") as file:
        handler(file).writerow(["a"])


def in_another_thread(folder: Path, name: str) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(os.remove, f"{folder}/{name}").result()


def sending(folder: Path, name: str) -> Any:
    with flask.Flask(__name__).test_request_context():
        return flask.send_file(f"{folder}/{name}").close()


def sending_from(folder: Path, name: str) -> Any:
    (folder / f"{name}s").mkdir()
    (folder / f"{name}s" / "a").touch()
    with flask.Flask(__name__).test_request_context():
        return flask.send_from_directory(folder / f"{name}s", "a").close()


def answering(folder: Path, name: str) -> Any:
    return starlette.responses.FileResponse(f"{folder}/{name}")


def answering_by_aiohttp(folder: Path, name: str) -> Any:
    return aiohttp.web.FileResponse(f"{folder}/{name}")


def answering_by_bottle(folder: Path, name: str) -> Any:
    return bottle.static_file("a", root=f"{folder}/{name}")


def saving(folder: Path, name: str) -> Any:
    werkzeug.datastructures.FileStorage(io.BytesIO(b"x")).save(folder / name)


ACTS: tuple[Any, ...] = tuple(
    each
    for name, each in list(globals().items())
    if callable(each) and getattr(each, "__module__", "") == __name__ and name.islower()
)


@pytest.mark.parametrize("act", ACTS)
def test_a_value_in_a_path_is_found(watching: Watch, tmp_path: Path, chair: str, act: Any) -> None:
    kept = watching("sources.contexts", "sinks.path")
    (tmp_path / chair).touch()
    with request_of(chair) as request:
        request.handler = act.__code__
        act(tmp_path, chair)
    assert {each.kind.name for each in kept} == {"path-traversal"}
    assert kept[0].frames[-1].function == act.__name__
    assert not any(each.attack for each in kept)


@pytest.fixture
def chair() -> str:
    return "-".join(["chair", "blue.txt"])


def test_a_climbing_value_is_an_attack(watching: Watch, tmp_path: Path) -> None:
    kept = watching("sinks.path")
    climbing = "/".join(["..", "..", "chair.txt"])
    with request_of(climbing):
        existing(tmp_path, climbing)
    assert [each.attack for each in kept] == [True]


def test_files_written_are_counted(watching: Watch, tmp_path: Path, blue: str) -> None:
    watching("sinks.path")
    (tmp_path / "a").touch()
    with request_of(blue) as request:
        (tmp_path / "a").read_text()
        assert not request.has_effects
        (tmp_path / "a").write_text("x")
        (tmp_path / "a").rename(tmp_path / "b")
        os.remove(tmp_path / "b")  # noqa: PTH107 - what is tested
    assert request.effects == {"files-written": 3}


def test_files_of_libraries_are_theirs(watching: Watch, tmp_path: Path, chair: str, caplog: Any) -> None:
    kept = watching("sinks.path")
    (tmp_path / chair).write_text("Hello")
    application = flask.Flask(__name__, static_folder=tmp_path)
    with request_of(chair):
        jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), autoescape=True).get_template(chair).render()
        with application.test_request_context():
            application.send_static_file(chair).close()
        logging.FileHandler(tmp_path / chair).close()
        with tempfile.NamedTemporaryFile(suffix=chair):
            pass
        try:
            raise ValueError(chair)
        except ValueError:
            traceback.format_exc()
    assert kept == []


def test_resolving_a_path_is_no_use_of_it(watching: Watch, tmp_path: Path, chair: str) -> None:
    kept = watching("sinks.path")
    with request_of(chair):
        os.path.realpath(tmp_path / chair)
        (tmp_path / chair).resolve()
        assert os.path.abspath(tmp_path / chair)  # noqa: PTH100 - what is tested
    assert kept == []


def test_functions_of_c_stay_what_they_were(watching: Watch) -> None:
    watching("sinks.path")
    assert os.stat in os.supports_follow_symlinks
    assert os.stat in os.supports_fd
    assert {os.stat, os.access} <= os.supports_dir_fd
    assert pickle.loads(pickle.dumps(os.stat)) is os.stat

    status: Any = os.stat

    class Files:
        stat = status

    assert Files().stat("/") == status("/")
    with pytest.raises(TypeError):
        status()


def test_coroutines(watching: Watch, tmp_path: Path, chair: str) -> None:
    import anyio

    kept = watching("sources.contexts", "sinks.path")
    (tmp_path / chair).touch()

    async def run() -> None:
        async with await anyio.open_file(tmp_path / chair) as file:
            await file.read()
        await asyncio.to_thread(opening, tmp_path, chair)

    with request_of(chair):
        asyncio.run(run())
    assert {each.sink for each in kept} == {"anyio.open_file", "open"}
