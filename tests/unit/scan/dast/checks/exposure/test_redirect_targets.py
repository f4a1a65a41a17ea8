"""Where browsers go."""

from __future__ import annotations

import pytest

from setpoint.model.dast import Answer
from setpoint.scan.dast.checks.exposure.redirect_targets import browser_host, targets

BASE = "http://shop.example:8080/a/b"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "HTTPS://EVIL.example",
        "//evil.example/x",
        "/\\evil.example/",
        "\\\\evil.example",
        "///evil.example/",
        "https:///evil.example/",
        "https:evil.example",
        "/\t/evil.example/",
        " //evil.example",
        "http://shop.example:8080@evil.example/",
        "https://evil.example?http://shop.example",
        "https://evil.example\\@shop.example/",
        "https://evil.example:443/x",
    ],
)
def test_another_host(address: str) -> None:
    assert browser_host(address, BASE) == "evil.example"


@pytest.mark.parametrize(
    "address",
    [
        "/next",
        "next",
        "",
        "?to=//evil.example",
        "/x//evil.example",
        "http:/evil.example",
        "http://shop.example/?u=https://evil.example",
        "https://shop.example/evil.example",
        "https://evil.example@shop.example/",
    ],
)
def test_the_same_host(address: str) -> None:
    assert browser_host(address, BASE) == "shop.example"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "mailto:a@evil.example", "data:text/html,x"])
def test_no_host(address: str) -> None:
    assert not browser_host(address, BASE)


def test_what_sends_a_browser_on() -> None:
    html = (("content-type", "text/html"),)
    page = b'<meta http-equiv="Refresh" content="0; url=\'/a\'"><script>window.location.href = "/b"; x = "/c"</script>'
    assert list(targets(Answer(200, html, page))) == [("meta refresh", "/a"), ("script", "/b")]
    escaped = b'<script>location.replace("https:\\u002F\\u002Fevil.example\\x2fa\\/b")</script>'
    assert list(targets(Answer(200, html, escaped))) == [("script", "https://evil.example/a/b")]
    assert list(targets(Answer(302, (("location", "/d"),), b""))) == [("Location", "/d")]
    assert list(targets(Answer(201, (("location", "/d"),), b""))) == []
    assert list(targets(Answer(200, html, b'<a href="https://evil.example">go</a>'))) == []
