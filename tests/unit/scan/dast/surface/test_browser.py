"""A real browser on small real targets; left out where there is none."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender
from tests.unit.scan.dast.surface.scripted_site import ScriptedSite, harmless
from werkzeug.serving import make_server

from setpoint.errors import InputError
from setpoint.model.dast import BodyForm, Caller, Exchange, KnownFrom, Operation, Part, PartPlace, Sent, Surface
from setpoint.scan.dast.interface import EndedEarlyError
from setpoint.scan.dast.surface.browser import UNSANDBOXED, Chromium, browsed, find_browser
from setpoint.scan.dast.surface.browser_site import BrowserLimits

Serve = Callable[[Any], str]
ANN = Caller("ann", "user", 1)
QUICK = BrowserLimits(pages=4, seconds=30.0, page_seconds=10.0, requests=20, clicks=6, quiet=0.2)


@pytest.fixture(scope="module")
def chromium() -> Chromium:
    pytest.importorskip("playwright", reason="the extra dast-browser is not installed")
    try:
        return find_browser(None)
    except InputError as error:
        pytest.skip(f"no browser: {error}")


def visited(
    site: ScriptedSite,
    serve: Serve,
    chromium: Chromium,
    *paths: str,
    accounts: HeaderAccounts | None = None,
    limits: BrowserLimits = QUICK,
) -> tuple[dict[str, Operation], Surface]:
    """Operations by their keys, from the front page and these."""
    base = serve(site.app)
    known = Surface(base, tuple(Operation("GET", each, known_from=frozenset({KnownFrom.CRAWL})) for each in paths))
    surface = browsed(
        known, base, PlainSender(base), accounts or HeaderAccounts(), harmless, lambda _line: None, chromium, limits
    )
    return {each.key: each for each in surface.operations}, surface


@dataclass(frozen=True)
class Looked:
    """What was found of the site, and what it was asked for."""

    found: dict[str, Operation]
    requests: list[str]


@pytest.fixture(scope="module")
def looked(chromium: Chromium) -> Iterator[Looked]:
    site = ScriptedSite()
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found, _ = visited(site, lambda _app: f"http://127.0.0.1:{server.server_port}", chromium)
    yield Looked(found, site.requests)
    server.shutdown()
    thread.join()
    server.server_close()


def test_requests_of_scripts_are_operations_with_their_parts(looked: Looked) -> None:
    orders = looked.found["GET /api/orders"]
    assert {(part.name, part.example) for part in orders.parts} == {("state", "open"), ("page", "1")}
    assert orders.known_from == {KnownFrom.CRAWL}
    assert "GET /api/orders/{id}/lines" in looked.found
    seen = looked.found["POST /api/seen"]
    assert seen.body is BodyForm.JSON
    assert [(part.name, part.schema, part.example) for part in seen.parts] == [
        ("/page", {"type": "string"}, "home"),
        ("/at/x", {"type": "integer"}, 1),
        ("/at/y", {"type": "number"}, 0.5),
        ("/tags/0", {"type": "string"}, "a"),
    ]


def test_what_changes_something_is_noted_and_never_sent(looked: Looked) -> None:
    assert {"POST /api/seen", "POST /api/orders", "POST /settings/save", "POST /api/nickname"} <= set(looked.found)
    assert {each.partition(" ")[0] for each in looked.requests} == {"GET"}


def test_buttons_are_pressed_but_for_delicate_ones(looked: Looked) -> None:
    assert "GET /api/more" in {each.partition("?")[0] for each in looked.requests}
    assert {part.name for part in looked.found["POST /api/orders"].parts} == {"/item", "/count", "/gift"}
    assert "DELETE /api/orders" not in looked.found


def test_a_form_that_a_script_makes_is_read_and_one_that_a_script_sends_is_seen(looked: Looked) -> None:
    form = looked.found["POST /settings/save"]
    assert (form.body, form.page) == (BodyForm.FORM, "/settings")
    assert {part.name: part.schema.get("format") for part in form.parts} == {
        "csrf_token": "form-token", "email": "email", "language": None,
    }  # fmt: skip
    assert looked.found["POST /api/nickname"].parts == (
        Part(PartPlace.BODY, "/nickname", {"type": "string"}, "setpoint", is_required=True),
    )


def test_a_browser_keeps_cookies_and_an_accounts_are_its_own(chromium: Chromium, serve: Serve) -> None:
    site = ScriptedSite('fetch("/api/" + document.cookie.includes("session=s-ann"))')
    found, _ = visited(site, serve, chromium, accounts=HeaderAccounts({ANN: (("cookie", "session=s-ann"),)}))
    assert {"GET /api/true", "GET /api/false"} <= set(found)
    assert "visit=1" in site.cookies
    assert any("session=s-ann" in each for each in site.cookies)


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """Another host, as far as browsers go, and what it was told."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(1)
                    received.append(connection.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}", received
        finally:
            ended.set()
            thread.join()


def test_nothing_reaches_another_host(chromium: Chromium, serve: Serve) -> None:
    with listening() as (other, received):
        site = ScriptedSite(f"""
            fetch("http://{other}/fetched").catch(() => 0);
            fetch("/away").catch(() => 0);
            new WebSocket("ws://{other}/socket");
            new EventSource("http://{other}/events");
            navigator.sendBeacon("http://{other}/beacon", "x");
            new Image().src = "http://{other}/image";
            document.body.insertAdjacentHTML("beforeend",
              `<link rel="preconnect" href="http://{other}"><iframe src="http://{other}/frame"></iframe>`);
            open("http://{other}/window");
            setTimeout(() => location.href = "http://{other}/page", 100);
        """)  # fmt: skip
        site.app.add_url_rule("/away", view_func=lambda: ("", 302, {"location": f"http://{other}/redirected"}))
        found, _ = visited(site, serve, chromium, "/away")
        assert received == []
    assert {each.partition("?")[0].partition(" ")[2] for each in site.requests} <= {"/", "/app.js"}
    assert not any("fetched" in each or "page" in each for each in found)


@pytest.mark.parametrize(
    "script",
    [
        "while (true) {}",
        "setInterval(() => fetch('/api/poll'), 1)",
        "let n = 0; const go = () => { fetch('/api/' + n++); setTimeout(go, 1) }; go()",
        "onbeforeunload = () => 'stay'; location.reload()",
        "while (true) alert('stay')",
        "for (let i = 0; i < 500; i++) open('/?' + i); setInterval(() => { location.href = '/?' + Math.random() }, 5)",
    ],
)
def test_a_page_without_end_is_left(chromium: Chromium, serve: Serve, script: str) -> None:
    site = ScriptedSite(script)
    limits = BrowserLimits(pages=1, seconds=5.0, page_seconds=1.5, requests=10, clicks=2, quiet=0.2)
    started = time.monotonic()
    visited(site, serve, chromium, limits=limits)
    assert time.monotonic() - started < 15
    assert len(site.requests) <= limits.requests + 5


def test_a_redirect_leads_to_another_page(chromium: Chromium, serve: Serve) -> None:
    site = ScriptedSite('if (location.pathname === "/settings") fetch("/api/arrived")')
    found, surface = visited(site, serve, chromium, "/old")
    assert "GET /api/arrived" in found
    assert set(surface.remarks) <= {UNSANDBOXED}


def test_views_behind_a_fragment_are_opened(chromium: Chromium, serve: Serve) -> None:
    site = ScriptedSite("""
        if (location.hash === "#/orders") fetch("/api/view");
        else document.getElementById("app").innerHTML = '<a href="#/orders">orders</a><a href="#top">top</a>';
    """)
    found, _ = visited(site, serve, chromium)
    assert "GET /api/view" in found


def test_what_the_scan_ends_for_ends_the_browser(chromium: Chromium, serve: Serve) -> None:
    site = ScriptedSite()
    base = serve(site.app)

    class Spent(PlainSender):
        def send(self, request: Sent) -> Exchange:
            if len(self.exchanges) == 3:
                raise EndedEarlyError("the budget is spent")
            return super().send(request)

    with pytest.raises(EndedEarlyError, match="budget"):
        browsed(Surface(base, ()), base, Spent(base), HeaderAccounts(), harmless, lambda _line: None, chromium, QUICK)
    assert len(site.requests) == 3


def test_a_target_that_does_not_answer_costs_a_remark(chromium: Chromium) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    surface = browsed(
        Surface(base, ()), base, PlainSender(base), HeaderAccounts(), harmless, lambda _line: None, chromium, QUICK
    )
    assert set(surface.remarks) - {UNSANDBOXED} == {"/ could not be read in the browser"}


def test_a_script_that_may_not_be_asked_for_is_told(chromium: Chromium, serve: Serve) -> None:
    site = ScriptedSite()
    base = serve(site.app)
    surface = browsed(
        Surface(base, ()), base, PlainSender(base), HeaderAccounts(),
        lambda operation: "it is left out" if operation.path == "/app.js" else "",
        lambda _line: None, chromium, QUICK,
    )  # fmt: skip
    assert f"{base}/app.js was not loaded into pages: it is left out" in surface.remarks
    assert site.requests == ["GET /"]


def test_a_program_that_is_no_browser_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("playwright", reason="the extra dast-browser is not installed")
    for program in (tmp_path / "missing", Path("/bin/false")):
        with pytest.raises(InputError, match="--browser-path"):
            find_browser(program)


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "playwright.async_api", None)
    with pytest.raises(InputError, match=r"setpoint\[dast-browser\]"):
        find_browser(None)
