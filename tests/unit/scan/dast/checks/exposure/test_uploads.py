"""Stored files that come back as pages, and such as do not."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, jsonify, request

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace
from setpoint.scan.dast.checks.exposure.uploads import StoredPages

KINDS = {"html": "text/html; charset=utf-8", "svg": "image/svg+xml", "png": "image/png"}

UPLOAD = Operation(
    "POST", "/files", (Part(PartPlace.BODY, "file", {"type": "string", "format": "binary"}),), BodyForm.MULTIPART
)
BY_JSON = Operation(
    "POST", "/files", (Part(PartPlace.BODY, "/filename"), Part(PartPlace.BODY, "/content")), BodyForm.JSON
)
READ = Operation("GET", "/files/{id}", (Part(PartPlace.PATH, "id", is_required=True),))


ANY = ("html", "svg", "png")


def service(
    *, taken: tuple[str, ...] = ANY, headers: dict[str, str] | None = None, kind: str = "", url: bool = False
) -> Flask:
    app = Flask("files")
    kept: list[tuple[str, bytes]] = []

    @app.post("/files")
    def store() -> Any:
        if request.is_json:
            name, content = request.json["filename"], request.json["content"].encode()
        else:
            given = request.files["file"]
            name, content = given.filename or "", given.read()
        if name.rpartition(".")[2] not in taken:
            return jsonify(error="not this type"), 415
        kept.append((name, content))
        where = {"url": f"/files/{len(kept)}"} if url else {"id": len(kept)}
        return jsonify(where), 201

    @app.get("/files/<int:number>")
    def read(number: int) -> Response:
        name, content = kept[number - 1]
        return Response(content, content_type=kind or KINDS[name.rpartition(".")[2]], headers=headers)

    return app


@pytest.mark.parametrize(
    ("app", "operations"),
    [
        (service(), [UPLOAD, READ]),
        (service(url=True), [UPLOAD]),
        (service(taken=("svg", "png")), [UPLOAD, READ]),
        (service(), [BY_JSON, READ]),
    ],
    ids=["by-id", "by-address", "only-images", "by-json"],
)
def test_comes_back_as_a_page(found: Any, by_cookie: Any, app: Flask, operations: list[Operation]) -> None:
    faults = found(StoredPages, app, *operations, accounts=by_cookie)
    assert [(fault.kind, fault.method, fault.path, fault.cwe) for fault in faults] == [
        ("unrestricted-upload", "POST", "/files", 434)
    ]


@pytest.mark.parametrize(
    "app",
    [
        service(taken=("png",)),
        service(headers={"content-disposition": 'attachment; filename="x"'}),
        service(kind="text/plain"),
        service(kind="application/octet-stream"),
        service(headers={"content-security-policy": "default-src 'none'; sandbox"}),
    ],
    ids=["only-pictures", "attachment", "text", "bytes", "sandbox"],
)
def test_does_not(found: Any, by_cookie: Any, app: Flask) -> None:
    assert not found(StoredPages, app, UPLOAD, READ, accounts=by_cookie)


PICTURE = Part(PartPlace.BODY, "picture", example={"filename": "a.png", "content": ""})
FORM = Operation("POST", "/profile", (PICTURE,), BodyForm.MULTIPART)


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_site_that_shows_it_on_a_page(found: Any, by_cookie: Any, is_faulty: bool) -> None:
    app = Flask("site")
    kept: dict[str, bytes] = {}

    @app.post("/profile")
    def store() -> Response:
        given = request.files["picture"]
        kept[given.filename or ""] = given.read()
        return Response(status=303, headers={"location": "/profile"})

    @app.get("/profile")
    def profile() -> str:
        return "<html>" + "".join(f'<a href="/other">x</a><img src="/media/{name}">' for name in kept) + "</html>"

    @app.get("/media/<name>")
    def media(name: str) -> Response:
        return Response(kept[name], content_type=KINDS[name.rpartition(".")[2]] if is_faulty else "image/png")

    assert [fault.path for fault in found(StoredPages, app, FORM, accounts=by_cookie)] == (
        ["/profile"] if is_faulty else []
    )
