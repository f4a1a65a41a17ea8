from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.security import safe_join
from werkzeug.utils import secure_filename

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace
from setpoint.scan.dast.checks.reflection.traversal import PathTraversal

DOWNLOAD = Operation("GET", "/download", (Part(PartPlace.QUERY, "file", example="report.txt"),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An application with the files that it serves in a folder of their own."""
    served = tmp_path / "application" / "reports"
    served.mkdir(parents=True)
    (served / "report.txt").write_text("All is well\n")
    (served.parent / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    return served


def found(bench: Any) -> set[tuple[str, str]]:
    faults = list(PathTraversal().run(bench))
    assert all(each.cwe == 22 and len(each.proof) == 2 for each in faults)
    return {(each.path, each.part) for each in faults}


def downloads(path_of: Callable[[str], str | None]) -> Flask:
    app = Flask(__name__)

    @app.get("/download")
    def download() -> Any:
        path = path_of(request.args.get("file", ""))
        try:
            return Path(path or "/nowhere").read_text()
        except (OSError, ValueError):
            return "No such file", 404

    return app


def test_names_that_lead_anywhere(serve: Any, workbench: Any, folder: Path) -> None:
    for path_of in (
        lambda name: f"{folder}/{name}",
        lambda name: str(folder / name.replace("../", "")),
        lambda name: f"{folder}/{name.replace('../', '')}",
    ):
        assert found(workbench(serve(downloads(path_of)), DOWNLOAD)) == {("/download", "query:file")}


def test_what_lies_beside_the_application_where_no_more_can_be_reached(
    serve: Any, workbench: Any, folder: Path
) -> None:
    def path_of(name: str) -> str:
        return "/nowhere" if name.startswith("/") or name.count("..") > 2 else f"{folder}/{name}"

    assert found(workbench(serve(downloads(path_of)), DOWNLOAD)) == {("/download", "query:file")}


def test_names_that_stay_inside(serve: Any, workbench: Any, folder: Path) -> None:
    def resolved(name: str) -> str | None:
        path = str((folder / name.replace("\0", "")).resolve())
        return path if path.startswith(f"{folder}/") else None

    for path_of in (
        lambda name: safe_join(str(folder), name),
        lambda name: f"{folder}/{secure_filename(name)}",
        lambda name: str(folder / Path(name).name),
        resolved,
    ):
        assert found(workbench(serve(downloads(path_of)), DOWNLOAD)) == set()


def test_segments_and_bodies(serve: Any, workbench: Any, folder: Path) -> None:
    app = Flask(__name__)

    @app.get("/files/<path:name>")
    def file(name: str) -> Any:
        try:
            return (folder / name).read_text()
        except OSError:
            return "No such file", 404

    @app.post("/render")
    def render() -> Any:
        try:
            return {"text": (folder / request.get_json()["template"]).read_text()}
        except (OSError, ValueError):
            return {"error": "no such template"}, 404

    bench = workbench(
        serve(app),
        Operation("GET", "/files/{name}", (Part(PartPlace.PATH, "name", example="report.txt", is_required=True),)),
        Operation("POST", "/render", (Part(PartPlace.BODY, "/template", example="report.txt"),), BodyForm.JSON),
    )
    assert found(bench) == {("/files/{name}", "path:name"), ("/render", "body:/template")}


def test_a_page_that_speaks_of_the_file_and_one_that_repeats_the_name(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/manual")
    def manual() -> str:
        return "<pre>root:x:0:0:root:/root:/bin/sh</pre>"

    @app.get("/download")
    def download() -> tuple[str, int]:
        return f"There is no {request.args.get('file')}", 200

    operations = [Operation("GET", "/manual", (Part(PartPlace.QUERY, "page", example="passwd"),)), DOWNLOAD]
    assert found(workbench(serve(app), *operations)) == set()


def test_parts_that_say_nothing_of_files_are_asked_little(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/orders")
    def orders() -> dict[str, list[str]]:
        return {"orders": [] if request.args.get("status") else ["1"]}

    parts = (Part(PartPlace.QUERY, "status", example="open"), Part(PartPlace.QUERY, "limit", {"type": "integer"}, 10))
    bench = workbench(serve(app), Operation("GET", "/orders", parts))
    assert found(bench) == set()
    assert len([each for each in bench.sender.exchanges if "passwd" in each.sent.url]) <= 1


def test_a_server_that_takes_its_path_apart_itself(workbench: Any, as_written: Any, folder: Path) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / self.path.removeprefix("/files/")
            body = path.read_bytes() if path.is_file() else b"No such file"
            self.send_response(200 if path.is_file() else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests say nothing."""

    file = Operation("GET", "/files/{name}", (Part(PartPlace.PATH, "name", example="report.txt", is_required=True),))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        bench = workbench(f"http://127.0.0.1:{server.server_port}", file)
        assert found(as_written(bench)) == {("/files/{name}", "path:name")}
        server.shutdown()


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_whatever_writes_files_is_led_to_none_that_can_be_written(
    serve: Any, workbench: Any, folder: Path, method: str
) -> None:
    """An upload that runs as root would put its content in the place of the system's accounts, or of the program."""
    app = Flask(__name__)
    written: list[Path] = []

    @app.route("/files/export", methods=[method])
    def write() -> Any:
        given = request.get_json()
        written.append(Path(f"{folder}/{given['filename']}".partition("\0")[0]).resolve())
        return {"written": given["filename"]}

    parts = (Part(PartPlace.BODY, "/filename", example="report.txt"), Part(PartPlace.BODY, "/content", example="tea"))
    assert found(workbench(serve(app), Operation(method, "/files/export", parts, BodyForm.JSON))) == set()
    assert written
    assert all(each.is_relative_to(folder) or each == Path("/proc/version") for each in written)
