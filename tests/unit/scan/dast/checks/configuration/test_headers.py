from __future__ import annotations

from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import app_of, get, kinds, page, text

from setpoint.scan.dast.checks.configuration.headers import SecurityHeaders

CAREFUL = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def test_pages_without_fields_are_one_fault_each_for_the_whole_site(found: Any) -> None:
    app = app_of({"/": page("<form></form>"), "/about": page()})
    faults = found(SecurityHeaders(), app, get("/"), get("/about"))
    assert kinds(faults) == [
        ("missing-nosniff", "*", "header:X-Content-Type-Options"),
        ("missing-content-security-policy", "*", "header:Content-Security-Policy"),
        ("missing-frame-protection", "*", "header:X-Frame-Options"),
    ]
    assert all(each.examples == ("GET /", "GET /about") for each in faults)


def test_a_careful_site_is_clean(found: Any) -> None:
    app = app_of({"/": page(), "/data": text("{}", "application/json")}, headers=CAREFUL)
    assert not found(SecurityHeaders(), app, get("/"), get("/data"))


def test_x_frame_options_and_a_policy_in_the_page_will_do(found: Any) -> None:
    meta = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    headers = {"X-Frame-Options": "SAMEORIGIN", "X-Content-Type-Options": "nosniff"}
    assert not found(SecurityHeaders(), app_of({"/": page(meta)}, headers=headers), get("/"))


def test_data_is_judged_as_data(found: Any) -> None:
    app = app_of({"/orders": text('{"orders": []}', "application/json")})
    assert kinds(found(SecurityHeaders(), app, get("/orders"))) == [
        ("missing-nosniff", "*", "header:X-Content-Type-Options")
    ]


def test_errors_redirects_and_pictures_are_not_judged(found: Any) -> None:
    routes = {
        "/old": text("<html>moved</html>", "text/html", 302, location="/"),
        "/gone": text("<html>gone</html>", "text/html", 404),
        "/logo": text(b"\x89PNG", "image/png"),
    }
    assert not found(SecurityHeaders(), app_of(routes), get("/old"), get("/gone"), get("/logo"))


def test_the_one_page_that_differs_is_named(found: Any) -> None:
    def careful(path: str) -> Any:
        return page(**{name.replace("-", "_"): value for name, value in CAREFUL.items()})

    routes = {
        "/a": careful("/a"),
        "/b": careful("/b"),
        "/c": page(X_Content_Type_Options="nosniff", X_Frame_Options="DENY"),
    }
    faults = found(SecurityHeaders(), app_of(routes), get("/a"), get("/b"), get("/c"))
    assert kinds(faults) == [("missing-content-security-policy", "/c", "header:Content-Security-Policy")]


@pytest.mark.parametrize("value", ["unsafe-url", "no-referrer, unsafe-url"])
def test_a_referrer_policy_that_tells_all(found: Any, value: str) -> None:
    app = app_of({"/": page()}, headers={**CAREFUL, "Referrer-Policy": value})
    assert kinds(found(SecurityHeaders(), app, get("/"))) == [("weak-referrer-policy", "*", "header:Referrer-Policy")]


def test_a_weak_policy_and_one_that_is_only_reported(found: Any) -> None:
    weak = {
        **CAREFUL,
        "Content-Security-Policy": "script-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'self'",
    }
    assert kinds(found(SecurityHeaders(), app_of({"/": page()}, headers=weak), get("/"))) == [
        ("weak-content-security-policy", "*", "header:Content-Security-Policy")
    ]
    reported = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}
    reported["Content-Security-Policy-Report-Only"] = "default-src 'self'"
    (fault,) = found(SecurityHeaders(), app_of({"/": page()}, headers=reported), get("/"))
    assert fault.kind == "missing-content-security-policy"
    assert "only reported" in fault.difference


@pytest.mark.parametrize(("content", "severity"), [("<h1>API</h1>", "low"), ("<form method=post></form>", "medium")])
def test_a_missing_policy_is_as_grave_as_what_a_script_could_do(found: Any, content: str, severity: str) -> None:
    faults = found(SecurityHeaders(), app_of({"/docs": page(content)}), get("/docs"))
    assert [str(each.severity) for each in faults if each.kind == "missing-content-security-policy"] == [severity]
