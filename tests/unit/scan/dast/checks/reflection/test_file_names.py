from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.security import safe_join
from werkzeug.utils import secure_filename

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace
from setpoint.scan.dast.checks.reflection.file_names import FileNames

FILE = Part(PartPlace.BODY, "document", {"type": "string", "format": "binary"}, "x", is_required=True)
UPLOAD = Operation("POST", "/documents", (FILE,), BodyForm.MULTIPART)
SAVE = Operation(
    "POST",
    "/notes",
    (Part(PartPlace.BODY, "/file_name", example="note.md"), Part(PartPlace.BODY, "/content", example="a")),
    BodyForm.JSON,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


def uploads(path_of: Callable[[str], str | Path | None]) -> Flask:
    app = Flask(__name__)

    def kept(name: str) -> Any:
        path = path_of(name)
        if path is None:
            return {"error": "not a name"}, 400
        Path(path).write_text("a")
        return {"name": name}, 201

    @app.post("/documents")
    def upload() -> Any:
        return kept(request.files["document"].filename or "") if "document" in request.files else ({}, 400)

    @app.post("/notes")
    def save() -> Any:
        return kept(request.get_json()["file_name"])

    return app


def found(bench: Any) -> set[tuple[str, str]]:
    return {(each.path, each.part) for each in FileNames().run(bench)}


def test_names_that_are_joined_as_they_come(serve: Any, workbench: Any, folder: Path) -> None:
    bench = workbench(serve(uploads(lambda name: folder / name)), UPLOAD, SAVE)
    assert found(bench) == {("/documents", "body:document"), ("/notes", "body:/file_name")}
    outside = [each.name for each in folder.parent.iterdir() if each.is_file()]
    assert len(outside) == 2
    assert all(each.startswith("setpoint-") for each in outside)


def test_names_that_are_looked_at(serve: Any, workbench: Any, folder: Path) -> None:
    for path_of in (
        lambda name: folder / secure_filename(name),
        lambda name: folder / Path(name).name,
        lambda name: safe_join(str(folder), name),
        lambda name: None if "/" in name else folder / name,
    ):
        assert found(workbench(serve(uploads(path_of)), UPLOAD, SAVE)) == set()
    assert [each for each in folder.parent.iterdir() if each.is_file()] == []
