from __future__ import annotations

import pytest
from lxml import html

from setpoint.model.dast import Answer
from setpoint.scan.dast.checks.reflection.markup import Landing, Spot, landings, rendered, runs
from setpoint.scan.dast.checks.reflection.payloads import anywhere, fresh_code, payloads
from setpoint.scan.dast.checks.reflection.script import Inside

PLACES = [
    ("<p>{}</p>", Landing(Spot.TEXT, "p")),
    ("<p>Results</p> for {}", Landing(Spot.TEXT, "body")),
    ("<textarea>{}</textarea>", Landing(Spot.RAW, "textarea")),
    ("<title>{}</title>", Landing(Spot.RAW, "title")),
    ("<noscript>{}</noscript>", Landing(Spot.RAW, "noscript")),
    ("<p>a</p><!-- {} -->", Landing(Spot.COMMENT)),
    ("<!-- {} --><p>a</p>", Landing(Spot.COMMENT)),
    ('<input value="{}">', Landing(Spot.ATTRIBUTE, "input", "value")),
    ("<input value='{}'>", Landing(Spot.ATTRIBUTE, "input", "value")),
    ("<input value={}>", Landing(Spot.ATTRIBUTE, "input", "value")),
    ('<a href="/x?q={}">a</a>', Landing(Spot.ATTRIBUTE, "a", "href")),
    ('<a href="{}">a</a>', Landing(Spot.ADDRESS, "a", "href")),
    ("<button onclick=\"go('{}')\">a</button>", Landing(Spot.HANDLER, "button", "onclick", Inside.SINGLE)),
    ('<iframe srcdoc="{}"></iframe>', Landing(Spot.DOCUMENT, "iframe", "srcdoc")),
    ("<script>var a = '{}';</script>", Landing(Spot.SCRIPT, "script", inside=Inside.SINGLE)),
    ("<script>var a = {};</script>", Landing(Spot.SCRIPT, "script", inside=Inside.CODE)),
    ("<script>var a = `{}`;</script>", Landing(Spot.SCRIPT, "script", inside=Inside.TEMPLATE)),
    ("<script>// {}\n</script>", Landing(Spot.SCRIPT, "script", inside=Inside.LINE)),
    ('<script type="application/json">{{"a": "{}"}}</script>', Landing(Spot.SCRIPT, "script", inside=Inside.BLOCK)),
]


@pytest.mark.parametrize(("page", "landing"), PLACES)
def test_a_mark_lands_where_it_stands_and_something_gets_out_of_there(page: str, landing: Landing) -> None:
    assert landings(html.document_fromstring(page.format("m4rk")), "M4rk") == (landing,)
    code = fresh_code()
    assert any(runs(html.document_fromstring(page.format(each)), code) for each in payloads(landing, code))


@pytest.mark.parametrize(("page", "landing"), [each for each in PLACES if each[1].spot in (Spot.TEXT, Spot.ATTRIBUTE)])
def test_one_text_gets_out_of_text_and_attributes(page: str, landing: Landing) -> None:
    code = fresh_code()
    assert runs(html.document_fromstring(page.format(anywhere(code))), code)


@pytest.mark.parametrize(
    "page",
    [
        "<p>&lt;img src=x onerror=void(1)&gt;</p>",
        '<input value="&#39;&quot; onmouseover=void(1) x">',
        "<p>javascript:void(1)</p>",
        '<a href="https://x.example/javascript:void(1)">a</a>',
        '<img src="javascript:void(1)">',
        "<script>var a = '\\'-void(1)-\\'';</script>",
        '<script type="application/json">void(1)</script>',
        "<script>// void(1)</script>",
        "<button onclick=\"go('void(1)')\">a</button>",
        "<textarea><img src=x onerror=void(1)></textarea>",
        "<noscript><img src=x onerror=void(1)></noscript>",
        "<template><img src=x onerror=void(1)></template>",
        "<p>a</p><!-- <img src=x onerror=void(1)> -->",
        "<img src=x>",
    ],
)
def test_code_that_no_browser_would_run(page: str) -> None:
    assert runs(html.document_fromstring(page), "void(1)") == ""


@pytest.mark.parametrize(
    ("status", "headers", "is_shown"),
    [
        (200, {"content-type": "text/html; charset=utf-8"}, True),
        (404, {"content-type": "text/html"}, True),
        (200, {"content-type": "image/svg+xml"}, True),
        (200, {}, True),
        (200, {"x-content-type-options": "nosniff"}, False),
        (200, {"content-type": "application/json"}, False),
        (200, {"content-type": "text/plain"}, False),
        (302, {"content-type": "text/html", "location": "/"}, False),
        (200, {"content-type": "text/html", "content-disposition": "attachment; filename=a.html"}, False),
    ],
)
def test_what_a_browser_shows_as_a_page(status: int, headers: dict[str, str], is_shown: bool) -> None:
    answer = Answer(status, tuple(headers.items()), b"<p>a</p>")
    assert (rendered(answer) is not None) is is_shown
