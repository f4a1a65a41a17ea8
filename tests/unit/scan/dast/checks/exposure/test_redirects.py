"""Redirects that go anywhere, filters that are got around, and such as hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response, request
from markupsafe import escape
from tests.unit.scan.dast.checks.exposure.conftest import get

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace
from setpoint.scan.dast.checks.exposure.redirects import OpenRedirects

LISTED = {"/", "/orders", "https://partner.example/"}


def going_to(allowed: Callable[[str], bool], name: str = "next") -> Flask:
    """Goes where the parameter says if that is allowed, and home if not."""
    app = Flask("goes")

    @app.get("/go")
    @app.get("/login")
    def go() -> Response:
        wanted = request.args.get(name, "/")
        return Response(status=302, headers={"location": wanted if allowed(wanted) else "/"})

    return app


@pytest.mark.parametrize(
    "allowed",
    [
        lambda _: True,
        lambda to: not to.startswith(("http:", "https:")),
        lambda to: to.startswith("/") and not to.startswith("//"),
        lambda to: not urlsplit(to).netloc,
        lambda to: to.startswith("http://127.0.0.1"),
        lambda to: "127.0.0.1" in to,
        lambda to: (urlsplit(to).hostname or "").endswith("127.0.0.1"),
    ],
    ids=["anything", "no-scheme", "a-path", "no-netloc", "beginning", "within", "ending"],
)
def test_goes_anywhere(found: Any, allowed: Callable[[str], bool]) -> None:
    faults = found(OpenRedirects, going_to(allowed), get("/go", "next", example="/orders"))
    assert [(fault.kind, fault.cwe, fault.path, fault.part) for fault in faults] == [
        ("open-redirect", 601, "/go", "query:next")
    ]


@pytest.mark.parametrize(
    "allowed",
    [
        lambda to: to in LISTED,
        lambda _: False,
        lambda to: to.startswith("/") and to[1:2] not in {"/", "\\"} and to.isprintable(),
        lambda to: not to.startswith("/") and urlsplit(to).netloc == request.host and "\\" not in to,
    ],
    ids=["list", "never", "path", "own-host"],
)
def test_holds(found: Any, allowed: Callable[[str], bool]) -> None:
    assert not found(OpenRedirects, going_to(allowed), get("/go", "next", example="/orders"), get("/login"))


def test_names_that_nobody_told_of(found: Any) -> None:
    faults = found(OpenRedirects, going_to(lambda _: True, "return_url"), get("/login"))
    assert [fault.part for fault in faults] == ["query:return_url"]


def test_by_the_page_itself(found: Any) -> None:
    app = Flask("refreshes")

    @app.get("/out")
    def out() -> str:
        return f'<meta http-equiv="refresh" content="0;url={escape(request.args["url"])}">'

    @app.get("/leaving")
    def leaving() -> str:
        return f'You are leaving us: <a href="{escape(request.args["url"])}">go on</a>'

    example = "https://partner.example/"
    faults = found(OpenRedirects, app, get("/out", "url", example=example), get("/leaving", "url", example=example))
    assert [fault.path for fault in faults] == ["/out"]


def test_in_a_path_and_in_a_form(found: Any) -> None:
    app = Flask("places")

    @app.get("/away/<path:target>")
    def away(target: str) -> Response:
        return Response(status=302, headers={"location": target})

    @app.post("/language")
    def language() -> Response:
        return Response(status=303, headers={"location": request.form.get("return_to", "/")})

    by_path = Operation("GET", "/away/{target}", (Part(PartPlace.PATH, "target", example="x"),))
    by_form = Operation(
        "POST", "/language", (Part(PartPlace.BODY, "return_to", example="/"),), BodyForm.FORM, name="setLanguage"
    )
    assert {fault.path for fault in found(OpenRedirects, app, by_path, by_form)} == {"/away/{target}", "/language"}
