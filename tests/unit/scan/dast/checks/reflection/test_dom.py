from __future__ import annotations

from typing import Any

from flask import Flask, Response

from setpoint.model.dast import Operation
from setpoint.scan.dast.checks.reflection.dom import ScriptsOfPages

FAULTY = "document.getElementById('greeting').innerHTML = decodeURIComponent(location.hash.slice(1));"
REPAIRED = FAULTY.replace("innerHTML", "textContent")


def site(inline: str, file: str) -> Flask:
    app = Flask(__name__)

    @app.get("/")
    @app.get("/about")
    def page() -> str:
        return f'<p id="greeting"></p><script src="/own.js"></script><script src="https://cdn.example/x.js"></script>{inline}'

    @app.get("/own.js")
    def own() -> Response:
        return Response(file, content_type="text/javascript")

    return app


def test_scripts_inside_and_beside_pages(serve: Any, workbench: Any) -> None:
    target = serve(site("<script>document.write(location.search)</script>", FAULTY))
    faults = list(ScriptsOfPages().run(workbench(target, Operation("GET", "/"), Operation("GET", "/about"))))
    assert {(each.path, each.part, each.examples) for each in faults} == {
        ("/", "body:innerHTML", ("GET /about",)),
        ("/", "body:document.write", ("GET /about",)),
    }


def test_repaired_scripts_data_and_small_libraries(serve: Any, workbench: Any) -> None:
    data = f'<script type="text/template">{FAULTY}</script>'
    for file in (REPAIRED, f"{FAULTY}{'x=1;' * 2000}"):
        assert list(ScriptsOfPages().run(workbench(serve(site(data, file)), Operation("GET", "/")))) == []
