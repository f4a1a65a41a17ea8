from __future__ import annotations

import io
import xml.sax
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from lxml import etree

from setpoint.model.dast import BodyForm, Certainty, Operation, Part, PartPlace
from setpoint.scan.dast.checks.reflection.entities import ExternalEntities

EXAMPLE = '<?xml version="1.0"?><order><number>7</number><note>fine</note></order>'
IMPORT = Operation("POST", "/orders/import", (Part(PartPlace.BODY, "", example=EXAMPLE),), BodyForm.XML)


def found(bench: Any) -> set[tuple[str, str, Certainty]]:
    return {(each.path, each.part, each.certainty) for each in ExternalEntities().run(bench)}


def imports(read: Callable[[bytes], Any]) -> Flask:
    app = Flask(__name__)

    @app.post("/orders/import")
    def take() -> Any:
        try:
            return read(request.get_data())
        except (etree.XMLSyntaxError, xml.sax.SAXException, ValueError):
            return {"error": "no such document"}, 400

    return app


def read_by(parser: Callable[[], etree.XMLParser]) -> Callable[[bytes], Any]:
    def read(body: bytes) -> dict[str, str]:
        root = etree.fromstring(body, parser())
        return {"number": str(int(root.findtext("number") or "")), "note": root.findtext("note") or ""}

    return read


def test_a_parser_that_reads_files_into_a_leaf(serve: Any, workbench: Any) -> None:
    app = imports(read_by(lambda: etree.XMLParser(resolve_entities=True)))
    assert found(workbench(serve(app), IMPORT)) == {("/orders/import", "body:", Certainty.CONFIRMED)}


@pytest.mark.parametrize("resolves", [False, "internal"])
def test_parsers_that_do_not(serve: Any, workbench: Any, resolves: Any) -> None:
    app = imports(read_by(lambda: etree.XMLParser(resolve_entities=resolves)))
    assert found(workbench(serve(app), IMPORT)) == set()


def by_sax(*, external: bool) -> Callable[[bytes], Any]:
    def read(body: bytes) -> tuple[str, int]:
        reader = xml.sax.make_parser()  # noqa: S317 - what it does with entities is what is tested
        reader.setFeature(xml.sax.handler.feature_external_ges, external)
        try:
            reader.parse(io.BytesIO(body))
        except OSError:
            return "", 500
        return "", 204

    return read


def test_a_parser_that_reads_files_and_shows_nothing(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(imports(by_sax(external=True))), IMPORT)
    assert found(bench) == {("/orders/import", "body:", Certainty.DIFFERENTIAL)}
    assert found(workbench(serve(imports(by_sax(external=False))), IMPORT)) == set()


def test_a_document_inside_of_a_field(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.post("/preview")
    def preview() -> Any:
        try:
            root = etree.fromstring(request.get_json()["xml"].encode(), etree.XMLParser(resolve_entities=True))
        except etree.XMLSyntaxError:
            return {"error": "no such document"}, 400
        return {"text": "".join(root.itertext())}

    preview_of = Operation("POST", "/preview", (Part(PartPlace.BODY, "/xml", example="<a>b</a>"),), BodyForm.JSON)
    assert found(workbench(serve(app), preview_of)) == {("/preview", "body:/xml", Certainty.CONFIRMED)}


def test_an_image_of_a_file(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.post("/images")
    def image() -> Any:
        try:
            root = etree.parse(request.files["image"], etree.XMLParser(resolve_entities=True)).getroot()
        except (KeyError, etree.XMLSyntaxError):
            return {"error": "no such image"}, 400
        return {"title": root.findtext("title")}

    file = Part(PartPlace.BODY, "image", {"type": "string", "format": "binary"}, "x", is_required=True)
    bench = workbench(serve(app), Operation("POST", "/images", (file,), BodyForm.MULTIPART))
    assert found(bench) == {("/images", "body:image", Certainty.CONFIRMED)}


@pytest.mark.parametrize("resolves", [True, False])
def test_a_document_of_json_that_is_taken_as_xml(serve: Any, workbench: Any, resolves: bool) -> None:
    app = Flask(__name__)

    @app.post("/quotes")
    def quote() -> Any:
        if request.is_json:
            return {"note": request.get_json()["note"]}
        try:
            root = etree.fromstring(request.get_data(), etree.XMLParser(resolve_entities=resolves))
        except etree.XMLSyntaxError:
            return {"error": "no such document"}, 400
        return {"note": root.findtext("note")}

    @app.post("/strict")
    def strict() -> Any:
        return {"note": request.get_json()["note"]}  # any other type is refused with 415

    parts = (Part(PartPlace.BODY, "/note", example="a & b"), Part(PartPlace.BODY, "/title", example="x"))
    operations = [Operation("POST", path, parts, BodyForm.JSON) for path in ("/quotes", "/strict")]
    expected = {("/quotes", "body:", Certainty.CONFIRMED)} if resolves else set()
    assert found(workbench(serve(app), *operations)) == expected


def read_text(content: bytes, *, resolves: bool) -> Any:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=resolves))
    except etree.XMLSyntaxError:
        return {"error": "no such document"}, 400
    return {"text": "".join(root.itertext())}


@pytest.mark.parametrize("resolves", [True, False])
def test_documents_that_nobody_calls_xml(serve: Any, workbench: Any, resolves: bool) -> None:
    """A field of what imports, a file of which only the ending counts, and a type that is the older one of two."""
    app = Flask(__name__)

    @app.post("/products/import")
    def take() -> Any:
        return read_text(request.get_json()["data"].encode(), resolves=resolves)

    @app.post("/suppliers")
    def upload() -> Any:
        file = request.files["file"]
        is_known = (file.filename or "").endswith(".xml")
        return read_text(file.read(), resolves=resolves) if is_known else ({"error": "of another kind"}, 400)

    @app.post("/quotes")
    def quote() -> Any:
        if request.is_json:
            return {"text": request.get_json()["note"]}
        is_known = request.mimetype == "text/xml"
        return read_text(request.get_data(), resolves=resolves) if is_known else ({"error": "of another kind"}, 415)

    file = Part(PartPlace.BODY, "file", {"type": "string", "format": "binary"}, "x", is_required=True)
    operations = [
        Operation("POST", "/products/import", (Part(PartPlace.BODY, "/data", example="x"),), BodyForm.JSON),
        Operation("POST", "/suppliers", (file,), BodyForm.MULTIPART),
        Operation("POST", "/quotes", (Part(PartPlace.BODY, "/note", example="x"),), BodyForm.JSON),
    ]
    paths = {("/products/import", "body:/data"), ("/suppliers", "body:file"), ("/quotes", "body:")}
    expected = {(*each, Certainty.CONFIRMED) for each in paths} if resolves else set()
    assert found(workbench(serve(app), *operations)) == expected
