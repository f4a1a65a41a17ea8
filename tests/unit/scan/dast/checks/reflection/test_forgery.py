from __future__ import annotations

import base64
import ipaddress
import socket
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from flask import Flask, abort, request

from setpoint.model.dast import BodyForm, Caller, Certainty, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.checks.reflection.forgery import RequestForgery

PREVIEW = Operation("GET", "/preview", (Part(PartPlace.QUERY, "url", example="https://cdn.example/logo.png"),))
HOOK = Operation(
    "POST", "/hooks/test", (Part(PartPlace.BODY, "/callback", example="https://a.example/"),), BodyForm.JSON
)
AVATAR = Operation(
    "PUT", "/avatar", (Part(PartPlace.BODY, "/picture", example="https://cdn.example/me.png"),), BodyForm.JSON
)
ABOUT = Operation("GET", "/about")
ANN = Caller("ann", "customer", 1)


def found(bench: Any) -> set[tuple[str, str, Certainty]]:
    return {(each.path, each.part, each.certainty) for each in RequestForgery().run(bench)}


def fetched(url: str) -> bytes:
    if urlsplit(url).hostname in {"cdn.example", "a.example"}:  # what the outside would say
        return b"\x89PNG"
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - the fault that is tested
        return bytes(answer.read())


def is_public(url: str) -> bool:
    """Of http, and resolved to nothing but addresses of the open network."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    if parts.hostname in {"cdn.example", "a.example"}:
        return True
    try:
        return all(ipaddress.ip_address(each[4][0]).is_global for each in socket.getaddrinfo(parts.hostname, 80))
    except (OSError, ValueError):
        return False


def target(may: Callable[[str], bool]) -> Flask:
    """Three operations that ask addresses: one shows what came, one only what it is, one whether anything came."""
    app = Flask(__name__)

    def allowed(url: str) -> bytes:
        return fetched(url) if may(url) else abort(403)

    @app.get("/about")
    def about() -> dict[str, str]:
        return {"service": "bookshop", "edition": "autumn-catalogue", "maintainer": "reading-room"}

    @app.get("/preview")
    def preview() -> Any:
        try:
            return allowed(request.args.get("url", ""))
        except (ValueError, OSError):
            return {"error": "no answer"}, 502

    @app.put("/avatar")
    def avatar() -> Any:
        try:
            image = allowed(request.get_json()["picture"])
        except (ValueError, OSError):
            return {"error": "nobody answers there"}, 400
        return {"size": len(image)} if image.startswith(b"\x89PNG") else ({"error": "this is no image"}, 400)

    @app.post("/hooks/test")
    def hook() -> Any:
        try:
            return {"delivered": bool(allowed(request.get_json()["callback"]))}
        except (ValueError, OSError) as error:
            return {"delivered": hasattr(error, "code")}

    return app


@pytest.mark.parametrize(
    "may",
    [
        lambda _url: True,
        lambda url: "127.0.0.1" not in url and "localhost" not in url,
        lambda url: url.startswith("https://cdn.example") or "#https://cdn.example" in url,
    ],
)
def test_own_answers_shown_to_whoever_asks(serve: Any, workbench: Any, may: Callable[[str], bool]) -> None:
    assert found(workbench(serve(target(may)), PREVIEW, ABOUT)) == {("/preview", "query:url", Certainty.CONFIRMED)}


@pytest.mark.parametrize(
    "carried",
    [
        lambda content: {"status": 200, "content": content.decode()},
        lambda content: {"image": f"data:image/png;base64,{base64.b64encode(content).decode()}"},
    ],
    ids=["text", "base64"],
)
def test_what_was_fetched_inside_of_a_document(serve: Any, workbench: Any, carried: Any) -> None:
    """Where all operations want an account, and the service's own root does not."""
    app = Flask(__name__)

    @app.get("/")
    def home() -> str:
        return "Bookshop\nCatalogue\nautumn-edition\nReading-room\nOpening\nMondays\n"

    @app.get("/preview")
    def preview() -> Any:
        try:
            return carried(fetched(request.args.get("url", "")))
        except (ValueError, OSError):
            return {"error": "no answer"}, 502

    assert found(workbench(serve(app), PREVIEW)) == {("/preview", "query:url", Certainty.CONFIRMED)}


@pytest.mark.parametrize("is_asked", [True, False])
def test_messages_of_failed_connections(serve: Any, workbench: Any, is_asked: bool) -> None:
    """They name the port and an object of the program: what is left of them is the same each time."""
    app = Flask(__name__)

    @app.post("/hooks/test")
    def hook() -> Any:
        url = request.get_json()["callback"]
        at = urlsplit(url)
        try:
            if is_asked:
                fetched(url)
            return {"delivered": True}
        except (ValueError, OSError) as error:
            if hasattr(error, "code"):
                return {"delivered": True}
            told = f"Pool(host='127.0.0.1', port={at.port}): {at.path}?{at.query} (<Connection at {id(object()):#x}>)"
            return {"error": f"{told}: connect 127.0.0.1:{at.port}: refused, {uuid.uuid4()}"}, 502

    expected = {("/hooks/test", "body:/callback", Certainty.DIFFERENTIAL)} if is_asked else set()
    assert found(workbench(serve(app), HOOK, ABOUT)) == expected


def test_an_address_that_is_taken_apart_and_never_asked(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.post("/hooks/test")
    def hook() -> Any:
        at = urlsplit(request.get_json()["callback"])
        return {"host": at.hostname, "port": at.port, "path": at.path, "kept": f"127.0.0.1:{at.port}"}

    assert found(workbench(serve(app), HOOK, ABOUT)) == set()


def test_calls_that_show_only_whether_somebody_answered(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(target(lambda _url: True)), HOOK, AVATAR, ABOUT)
    assert found(bench) == {
        ("/hooks/test", "body:/callback", Certainty.DIFFERENTIAL),
        ("/avatar", "body:/picture", Certainty.DIFFERENTIAL),
    }


def test_pages_with_much_in_common_and_an_address_of_which_nobody_answers(serve: Any, workbench: Any) -> None:
    app = target(lambda _url: True)

    @app.get("/opening")
    def opening() -> str:
        return "<title>Bookshop</title><nav>Catalogue Basket Account</nav><p>Mondays closed, otherwise until eight</p>"

    @app.errorhandler(502)
    def failed(_error: Exception) -> tuple[str, int]:
        return "<title>Bookshop</title><nav>Catalogue Basket Account</nav><p>Sorry</p>", 502

    @app.get("/fetch")
    def fetch() -> Any:
        try:
            return fetched(request.args["url"])
        except (URLError, ValueError, OSError):
            abort(502)

    address = Part(PartPlace.QUERY, "url", example="http://nobody.invalid/")
    bench = workbench(serve(app), Operation("GET", "/fetch", (address,)), Operation("GET", "/opening"))
    assert found(bench) == {("/fetch", "query:url", Certainty.CONFIRMED)}


def test_only_the_open_network(serve: Any, workbench: Any) -> None:
    assert found(workbench(serve(target(is_public)), PREVIEW, HOOK, AVATAR, ABOUT)) == set()


def test_a_list_of_ports_is_no_connection(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.post("/hooks/test")
    def hook() -> Any:
        port = urlsplit(request.get_json()["callback"]).port or 443
        return ({"kept": True}, 200) if port in {80, 443} else ({"error": f"port {port} is not allowed"}, 400)

    assert found(workbench(serve(app), HOOK, ABOUT)) == set()


def test_addresses_that_are_kept_or_shown_and_never_asked(serve: Any, workbench: Any) -> None:
    app = target(is_public)

    @app.get("/go")
    def go() -> dict[str, str]:
        return {"next": request.args.get("url", "")}

    @app.get("/site")
    def site() -> dict[str, Any]:
        return {"host": request.args.get("host"), "about": about_text}

    about_text = {"service": "bookshop", "edition": "autumn-catalogue", "maintainer": "reading-room"}
    operations = [
        Operation("GET", "/go", PREVIEW.parts),
        Operation("GET", "/site", (Part(PartPlace.QUERY, "host", example="a.example"),)),
    ]
    assert found(workbench(serve(app), *operations, ABOUT)) == set()


@dataclass(frozen=True)
class Ann:
    callers: tuple[Caller, ...] = (ANN,)

    def authorised(self, sent: Sent, _caller: Caller) -> Sent:
        return replace(sent, headers=(*sent.headers, ("authorization", "Bearer ann")))


def test_an_own_account_is_needed_and_nobody_answers_at_the_address(serve: Any, workbench: Any) -> None:
    """Nobody is refused, and whoever is let in is told that the fetch failed: that is where to look further."""
    app = target(lambda _url: True)

    @app.post("/picture")
    def picture() -> Any:
        if request.headers.get("authorization") != "Bearer ann":
            return {"error": "log in"}, 401
        try:
            return {"length": len(fetched(request.get_json()["image_url"]))}
        except (ValueError, OSError):
            return {"error": "could not be loaded"}, 500

    example = "http://127.0.0.1:1/me.png"
    load = Operation("POST", "/picture", (Part(PartPlace.BODY, "/image_url", example=example),), BodyForm.JSON)

    expected = {("/picture", "body:/image_url", Certainty.DIFFERENTIAL)}
    assert found(workbench(serve(app), load, ABOUT, accounts=Ann())) == expected
