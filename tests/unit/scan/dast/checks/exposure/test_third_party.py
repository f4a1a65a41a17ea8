"""Pages that load from others."""

from __future__ import annotations

from typing import Any

from flask import Flask
from tests.unit.scan.dast.checks.exposure.conftest import get

from setpoint.model.dast import Answer, Exchange, Operation, Sent
from setpoint.scan.dast.checks.exposure.third_party import ThirdParties, faults_of_page


def test_scripts_of_others(found: Any) -> None:
    app = Flask("pages")

    @app.get("/")
    @app.get("/again")
    def home() -> str:
        return '<html><script src="https://cdn.example/x.js"></script><script src="/own.js"></script></html>'

    @app.get("/pinned")
    def pinned() -> str:
        return '<html><script src="//cdn.example/x.js" integrity="sha384-AAAA" crossorigin></script></html>'

    faults = found(ThirdParties, app, get("/pinned"), get("/"), get("/again"))
    assert [(fault.kind, fault.path, fault.part, fault.cwe) for fault in faults] == [
        ("missing-subresource-integrity", "/", "script:cdn.example", 353)
    ]


def page(body: bytes, url: str) -> list[str]:
    answer = Answer(200, (("content-type", "text/html"),), body)
    return [fault.kind for fault in faults_of_page(Operation("GET", "/"), Exchange(Sent("GET", url), answer))]


def test_what_is_no_address() -> None:
    assert page(b'<html><script src="http://[x/y.js"></script></html>', "https://shop.example/") == []


def test_whose_they_are() -> None:
    own = b'<html><script src="//static.shop.example/x.js"></script></html>'
    tool = b'<html><script src="//cdn.example/ui.js"></script><script>SwaggerUIBundle({})</script></html>'
    assert page(own, "https://www.shop.example/") == []
    assert page(own, "https://www.other.example/") == ["missing-subresource-integrity"]
    assert page(tool, "https://www.shop.example/docs") == []


def test_parts_that_come_unencrypted() -> None:
    mixed = b'<html><img src="http://pictures.example/a.png"><form action="http://shop.example/login"></form></html>'
    fine = b'<html><img src="//pictures.example/a.png"><form action="/login"></form><a href="http://x.example">x</a></html>'
    assert page(mixed, "https://shop.example/") == ["mixed-content", "mixed-content"]
    assert page(mixed, "http://shop.example/") == []
    assert page(fine, "https://shop.example/") == []
