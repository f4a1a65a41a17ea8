from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask, Response, request, send_from_directory

from setpoint.model.dast import Operation
from setpoint.scan.dast.checks.reflection.folders import FolderTraversal

HOME = Operation("GET", "/")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "site.css").write_text("p { color: red }")
    return tmp_path / "assets"


def site() -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.get("/")
    def home() -> str:
        return '<link rel="stylesheet" href="/assets/site.css"><p>Welcome</p>'

    return app


def found(bench: Any) -> set[str]:
    return {each.path for each in FolderTraversal().run(bench)}


def test_paths_that_are_joined_as_they_come(serve: Any, workbench: Any, files: Path) -> None:
    app = site()

    @app.get("/assets/<path:name>")
    def asset(name: str) -> Any:
        path = files / unquote(name)
        return path.read_text() if path.is_file() else ("Not found", 404)

    assert found(workbench(serve(app), HOME)) == {"/assets/*"}


def test_a_location_without_its_slash(serve: Any, workbench: Any, files: Path) -> None:
    app = site()

    @app.get("/<path:whole>")
    def anything(whole: str) -> Any:
        path = files.parent / f"assets/{whole.removeprefix('assets')}"
        is_there = whole.startswith("assets") and whole.count("..") < 2 and path.is_file()
        return path.read_text() if is_there else ("Not found", 404)

    assert found(workbench(serve(app), HOME)) == {"/assets/*"}


def test_files_that_stay_in_their_folder(serve: Any, workbench: Any, files: Path) -> None:
    app = site()

    @app.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        return send_from_directory(files, name)

    assert found(workbench(serve(app), HOME)) == set()


def test_the_same_page_whatever_was_asked_for(serve: Any, workbench: Any) -> None:
    app = site()

    @app.errorhandler(404)
    def unknown(_error: Exception) -> tuple[str, int]:
        return f"<p>root: {len(request.path)}</p>", 200

    assert found(workbench(serve(app), HOME)) == set()
