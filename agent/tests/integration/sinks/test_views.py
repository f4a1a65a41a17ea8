"""Views of whole applications: values of real requests reach databases, files, commands and templates, or do not."""

from __future__ import annotations

import asyncio
import os
import shlex
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import django
import django.conf
import django.core.handlers.wsgi
import django.db
import django.db.models
import django.http
import django.urls
import flask
import httpx
import pytest
import werkzeug.test
import werkzeug.utils
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from tests.conftest import Watch

from setpoint_agent.evidence import Evidence

FAMILIES = ("sinks.sql", "sinks.path", "sinks.command", "sinks.template", "sinks.code")


def told(kept: list[Evidence]) -> list[tuple[str, str]]:
    """(kind, the innermost function)."""
    return [(each.kind.name, each.frames[-1].function.rpartition(".")[2]) for each in kept]


# --- Flask -----------------------------------------------------------------------------------------------------------


def flask_application(folder: Path) -> flask.Flask:
    application = flask.Flask(__name__, static_folder=str(folder), static_url_path="/static")

    @application.get("/unsafe")
    def unsafe() -> str:
        name = flask.request.args["name"]
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute(f"SELECT 1 WHERE 'a' = '{name}'")
        if (folder / name).exists():
            (folder / name).read_text()
        subprocess.run(f"true {name}", shell=True, check=True)
        return flask.render_template_string(f"Hello {name}")

    @application.get("/safe")
    def safe() -> str:
        name = flask.request.args["name"]
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("SELECT 1 WHERE 'a' = ?", (name,))
        below = folder / Path(name).name
        below.read_text()
        resolved = (folder / name).resolve()
        if not resolved.is_relative_to(folder.resolve()):
            flask.abort(404)
        resolved.read_text()
        subprocess.run(["true", name], check=True)
        subprocess.run(f"true {shlex.quote(name)}", shell=True, check=True)
        return flask.render_template_string("Hello {{ name }}", name=name)

    @application.get("/sent")
    def sent() -> flask.Response:
        return flask.send_file(folder / flask.request.args["name"])

    @application.get("/sent-from")
    def sent_from() -> flask.Response:
        return flask.send_from_directory(folder, flask.request.args["name"])

    @application.post("/uploads")
    def upload() -> str:
        file = flask.request.files["photo"]
        file.save(os.path.join(folder, file.filename or ""))  # noqa: PTH118 - as applications do
        return "fine"

    @application.post("/named-uploads")
    def named_upload() -> str:
        file = flask.request.files["photo"]
        file.save(folder / werkzeug.utils.secure_filename(file.filename or ""))
        return "fine"

    return application


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chair-blue.txt").write_text("Hello")
    return tmp_path


def test_flask(watching: Watch, folder: Path) -> None:
    kept = watching(*FAMILIES)
    client = flask_application(folder).test_client()
    assert client.get("/unsafe?name=chair-blue.txt").get_data(as_text=True) == "Hello chair-blue.txt"
    assert told(kept) == [
        ("sql-injection", "unsafe"),
        ("path-traversal", "unsafe"),
        ("path-traversal", "unsafe"),
        ("command-injection", "unsafe"),
        ("template-injection", "unsafe"),
    ]
    kept.clear()
    assert client.get("/safe?name=chair-blue.txt").get_data(as_text=True) == "Hello chair-blue.txt"
    assert kept == []


def test_files_that_flask_sends(watching: Watch, folder: Path) -> None:
    kept = watching(*FAMILIES)
    client = flask_application(folder).test_client()
    for path in ("/static/chair-blue.txt", "/sent-from?name=chair-blue.txt"):
        with client.get(path) as answer:
            assert answer.get_data(as_text=True) == "Hello"
    assert kept == []
    with client.get("/sent?name=chair-blue.txt") as answer:
        assert answer.get_data(as_text=True) == "Hello"
    assert [(each.kind.name, each.sink) for each in kept] == [("path-traversal", "flask.send_file")]


def test_uploads(watching: Watch, folder: Path) -> None:
    kept = watching(*FAMILIES)
    client = flask_application(folder).test_client()
    client.post("/named-uploads", data={"photo": (folder.joinpath("chair-blue.txt").open("rb"), "beach-tree.jpg")})
    assert kept == []
    client.post("/uploads", data={"photo": (folder.joinpath("chair-blue.txt").open("rb"), "beach-tree.jpg")})
    assert [(each.kind.name, each.sink) for each in kept] == [("path-traversal", "werkzeug.FileStorage.save")]
    assert [each.part for each in kept[0].origins] == ["file-name"]


# --- FastAPI ---------------------------------------------------------------------------------------------------------


def fastapi_application(folder: Path) -> FastAPI:
    application = FastAPI()
    application.mount("/static", StaticFiles(directory=folder))

    @application.middleware("http")
    async def middle(request: Any, answer: Callable[[Any], Any]) -> Any:
        return await answer(request)

    @application.get("/sent")
    async def sent(name: str) -> FileResponse:
        return FileResponse(folder / name)

    @application.get("/read")
    def read(name: str) -> str:
        return (folder / name).read_text()

    return application


def test_fastapi(watching: Watch, folder: Path) -> None:
    kept = watching(*FAMILIES)

    async def ask(path: str) -> str:
        transport = httpx.ASGITransport(fastapi_application(folder))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return (await client.get(path)).text

    assert asyncio.run(ask("/static/chair-blue.txt")) == "Hello"
    assert kept == []
    assert asyncio.run(ask("/sent?name=chair-blue.txt")) == "Hello"
    assert asyncio.run(ask("/read?name=chair-blue.txt")) == '"Hello"'
    assert told(kept) == [("path-traversal", "sent"), ("path-traversal", "read")]


# --- Django ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop() -> Iterator[Any]:
    """A model with its table, in memory."""
    settings = django.conf.settings
    settings._wrapped = django.utils.functional.empty  # other modules may have configured it otherwise
    settings.configure(
        ROOT_URLCONF=__name__,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        ALLOWED_HOSTS=["*"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    connections = django.db.connections
    for cached in ("databases", "settings"):
        vars(connections).pop(cached, None)
    connections._settings = None

    class Item(django.db.models.Model):  # type: ignore[misc]  # Django has no types
        name = django.db.models.TextField()

        class Meta:
            app_label = "shop"

    yield Item
    django.db.connection.close()


urlpatterns: list[Any] = []


def test_django(watching: Watch, shop: Any, smith: str) -> None:
    kept = watching(*FAMILIES)

    def raw(request: Any) -> django.http.HttpResponse:
        list(shop.objects.raw(f"SELECT * FROM shop_item WHERE name = '{request.GET['name']}'"))
        return django.http.HttpResponse("fine")

    def extra(request: Any) -> django.http.HttpResponse:
        list(shop.objects.extra(where=[f"name = '{request.GET['name']}'"]))
        return django.http.HttpResponse("fine")

    def cursor(request: Any) -> django.http.HttpResponse:
        with django.db.connection.cursor() as opened:
            opened.execute(f"SELECT * FROM shop_item WHERE name = '{request.GET['name']}'")
        return django.http.HttpResponse("fine")

    def mapped(request: Any) -> django.http.HttpResponse:
        shop.objects.create(name=request.GET["name"])
        list(shop.objects.filter(name=request.GET["name"]))
        list(shop.objects.raw("SELECT * FROM shop_item WHERE name = %s", [request.GET["name"]]))
        with django.db.connection.cursor() as opened:
            opened.execute("SELECT * FROM shop_item WHERE name = %s", [request.GET["name"]])
        return django.http.HttpResponse("fine")

    urlpatterns[:] = [django.urls.path(f"{view.__name__}", view) for view in (raw, extra, cursor, mapped)]
    django.urls.clear_url_caches()
    with django.db.connection.schema_editor() as editor:
        editor.create_model(shop)
    client = werkzeug.test.Client(django.core.handlers.wsgi.WSGIHandler())
    for view in ("mapped", "raw", "extra", "cursor"):
        answer = client.get(f"/{view}", query_string={"name": smith})
        assert answer.status_code == 200
    assert told(kept) == [("sql-injection", "raw"), ("sql-injection", "extra"), ("sql-injection", "cursor")]
    assert {each.sink for each in kept} == {"sqlite3.Cursor.execute"}


@pytest.fixture
def smith() -> str:
    return "".join(["John ", "Smith"])
