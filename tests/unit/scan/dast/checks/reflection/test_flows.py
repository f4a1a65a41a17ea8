from __future__ import annotations

import time

import pytest

from setpoint.scan.dast.checks.reflection.flows import flows


@pytest.mark.parametrize(
    ("script", "sink"),
    [
        ("document.write('<p>' + location.hash)", "document.write"),
        ("var q = new URLSearchParams(location.search).get('q');\nout.innerHTML = 'Hi ' + q;", "innerHTML"),
        (
            "const p = new URLSearchParams(window.location.search)\nconst n = p.get('n')\no.innerHTML = `<b>${n}</b>`",
            "innerHTML",
        ),
        ("on('load', function () { var h = decodeURIComponent(location.hash); o.innerHTML = h; })", "innerHTML"),
        ("out.innerHTML = unescape(location.hash)", "innerHTML"),
        ("eval(location.hash.slice(1))", "eval"),
        ("$('#a').html(location.search)", '$("").html'),
        ("setTimeout('f(' + location.hash + ')', 10)", "setTimeout"),
        ("o.insertAdjacentHTML('beforeend', document.referrer)", "insertAdjacentHTML"),
        ("var q = /q=([^&]*)/.exec(location.search);\nif (q) { o.innerHTML = decodeURIComponent(q[1]); }", "innerHTML"),
        ("const show = () => { o.innerHTML = name }\nlet name = location.hash\n  .slice(1)", "innerHTML"),
    ],
)
def test_the_address_becomes_markup_or_code(script: str, sink: str) -> None:
    assert [each.sink for each in flows(script)] == [sink]


@pytest.mark.parametrize(
    "script",
    [
        "o.textContent = location.hash",
        "o.innerHTML = encodeURIComponent(location.hash)",
        "var q = new URLSearchParams(location.search).get('q'); o.innerHTML = escapeHtml(q)",
        "o.innerHTML = DOMPurify.sanitize(location.hash)",
        "o.innerHTML = location.hash === '#a' ? 'A' : 'B'",
        "o.innerHTML = TABS[location.hash]",
        "// o.innerHTML = location.hash",
        "var example = 'o.innerHTML = location.hash'",
        "var q = location.hash; if (!/^\\w+$/.test(q)) { throw 1 } o.innerHTML = q",
        "const n = parseInt(new URLSearchParams(location.search).get('n')); o.innerHTML = n",
        "setTimeout(function () { location.reload() }, 5)",
        "if (location.pathname.indexOf('/a') === 0) { o.innerHTML = '<b>x</b>' }",
        "load('/a').then(d => { o.innerHTML = '<b>x</b>'; history.pushState({}, '', location.pathname) })",
    ],
)
def test_cleaned_compared_or_elsewhere_is_nothing(script: str) -> None:
    assert flows(script) == ()


@pytest.mark.parametrize(
    "piece",
    ["=/[", "=/", "{", "${`", "`${", "+\n", "'\\", "eval(", "a=escape(", "$(", "/*", "x\n", "if(a.test(b)){", "new  "],
)
def test_scripts_that_are_made_to_take_long(piece: str) -> None:
    began = time.monotonic()
    flows(piece * (200_000 // len(piece)))
    assert time.monotonic() - began < 10
