from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import ACCOUNTS, app_of, for_anna, get, kinds, text
from werkzeug.debug import DebuggedApplication
from werkzeug.wrappers import Request, Response

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.configuration.error_pages import ErrorPages
from setpoint.scan.dast.checks.configuration.exposed_files import ExposedFiles

PAGE = Part(PartPlace.QUERY, "page", {"type": "integer"}, example=1)
SEARCH = get("/search", parts=(PAGE,))
ORDER = Operation(
    "POST",
    "/orders",
    parts=(Part(PartPlace.BODY, "/item", {"type": "string"}, example="lamp"),),
    body=BodyForm.JSON,
)


def counted(request: Request) -> Response:
    return Response(str(int(request.args["page"])))


def telling(handler: Callable[[Request], Response], tell: Callable[[], Response]) -> Callable[[Request], Response]:
    """What the handler answers, or where it fails what `tell` says of it."""

    def answer(request: Request) -> Response:
        try:
            return handler(request)
        except (ValueError, TypeError, KeyError):
            return tell()

    return answer


def as_text() -> Response:
    return Response(traceback.format_exc(), 500, content_type="text/plain")


def as_json() -> Response:
    return Response(json.dumps({"error": {"detail": traceback.format_exc()}}), 500, content_type="application/json")


def as_success() -> Response:
    return Response(json.dumps({"ok": False, "trace": traceback.format_exc()}), content_type="application/json")


def generic() -> Response:
    return Response('{"error": "something went wrong", "number": "7f3a"}', 500, content_type="application/json")


@pytest.mark.parametrize("tell", [as_text, as_json, as_success])
def test_a_trace_in_the_answer_to_what_is_malformed(found: Any, tell: Callable[[], Response]) -> None:
    (fault,) = found(ErrorPages(), app_of({"/search": telling(counted, tell)}), SEARCH)
    assert (fault.kind, fault.path, fault.part, fault.cwe) == ("error-disclosure", "/search", "query:page", 209)
    assert "Python" in fault.difference


def test_a_generic_error_tells_nothing(found: Any) -> None:
    assert not found(ErrorPages(), app_of({"/search": telling(counted, generic)}), SEARCH)


def test_a_trace_that_is_what_the_page_is_about(found: Any) -> None:
    def article(_request: Request) -> Response:
        return Response('How to read:\nTraceback (most recent call last):\n  File "a.py", line 1, in x')

    assert not found(ErrorPages(), app_of({"/search": article}), SEARCH)
    assert not found(ErrorPages(), app_of({"/search": text("Django: never leave DEBUG = True")}), SEARCH)


def test_a_body_that_cannot_be_read(found: Any) -> None:
    def order(request: Request) -> Response:
        return Response(json.loads(request.get_data())["item"], 201)

    (fault,) = found(ErrorPages(), app_of({"/orders": telling(order, as_json)}), ORDER, accounts=ACCOUNTS)
    assert (fault.kind, fault.method, fault.part) == ("error-disclosure", "POST", "body:")
    assert not found(ErrorPages(), app_of({"/orders": telling(order, generic)}), ORDER, accounts=ACCOUNTS)


def test_the_same_everywhere_is_one_fault(found: Any) -> None:
    paths = [f"/{name}" for name in "abc"]
    app = app_of(dict.fromkeys(paths, telling(counted, as_text)))
    (fault,) = found(ErrorPages(), app, *(get(path, parts=(PAGE,)) for path in paths))
    assert (fault.path, fault.examples) == ("*", ("GET /a", "GET /b", "GET /c"))


def test_a_missing_address(found: Any) -> None:
    trace = text("Error: no route\n    at next (/srv/shop/node_modules/router/index.js:12:9)", "text/plain", 404)
    (fault,) = found(ErrorPages(), app_of({"/": text("hello")}, trace), get("/"))
    assert (fault.kind, fault.path, fault.examples) == ("error-disclosure", "*", ())
    assert fault.difference == "it holds a stack trace of Node.js"
    assert not found(ErrorPages(), app_of({}, text("<h1>Not found</h1>", "text/html", 404)), get("/"))


def test_credentials_that_cannot_be_read(found: Any) -> None:
    def me(request: Request) -> Response:
        given = request.headers.get("authorization")
        return Response(str(json.loads(given.removeprefix("Bearer ")))) if given else Response("log in", 401)

    (fault,) = found(ErrorPages(), app_of({"/me": telling(me, as_text)}), get("/me"))
    assert kinds([fault]) == [("error-disclosure", "/me", "header:Authorization")]
    assert not found(ErrorPages(), app_of({"/me": telling(me, generic)}), get("/me"))


def test_the_debugger_of_werkzeug(found: Any) -> None:
    app = DebuggedApplication(app_of({"/search": counted}), evalex=True)
    faults = found(ErrorPages(), app, SEARCH)
    assert kinds(faults) == [("debug-error-page", "/search", "query:page")]
    assert (faults[0].cwe, faults[0].severity.value) == (489, "high")


def test_the_passive_profile_provokes_nothing(found: Any) -> None:
    assert not found(
        ErrorPages(),
        app_of({"/search": telling(counted, as_text)}),
        SEARCH,
        values={"page": 1},
        profile=Profile.PASSIVE,
    )


def test_the_debugger_and_its_console_are_one_fault(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(DebuggedApplication(app_of({"/search": counted}), evalex=True)), SEARCH)
    assert [each.kind for check in (ErrorPages(), ExposedFiles()) for each in check.run(bench)] == ["debug-error-page"]


def test_a_console_without_a_debugger_in_errors(serve: Any, workbench: Any) -> None:
    console = text("<title>Interactive Console</title><h1>Interactive Console</h1><script></script>", "text/html")
    bench = workbench(serve(app_of({"/console": console})), get("/"))
    told = [each.path for check in (ErrorPages(), ExposedFiles()) for each in check.run(bench)]
    assert told == ["/console"]


def test_what_anybody_is_shown_is_told_as_that(found: Any) -> None:
    app = DebuggedApplication(app_of({"/search": counted}), evalex=True)
    (fault,) = found(ErrorPages(), app, SEARCH, accounts=ACCOUNTS)
    assert fault.caller == ""
    (fault,) = found(ErrorPages(), app_of({"/search": for_anna(telling(counted, as_text))}), SEARCH, accounts=ACCOUNTS)
    assert fault.caller == "anna"
