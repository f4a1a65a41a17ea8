from __future__ import annotations

import time

import pytest

from setpoint.model.dast import Answer
from setpoint.scan.dast.checks.configuration.traces import debugger, disclosure


def answer(content: str, status: int = 500, kind: str = "text/html") -> Answer:
    return Answer(status, (("content-type", kind),), content.encode())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("java.lang.NullPointerException\n\tat com.shop.Orders.get(Orders.java:41)\n", "Java"),
        ("System.Exception: x\n   at Shop.Orders.Get(Int32 id) in C:\\src\\Orders.cs:line 12", ".NET"),
        (
            "System.FormatException: x\n   at System.Int32.Parse(String s)\n   at Shop.Orders.Get(String id)\n",
            ".NET",
        ),
        ("<pre>TypeError: x<br> &nbsp; &nbsp;at /srv/app/index.js:10:5<br></pre>", "Node.js"),
        ("<b>Warning</b>: Undefined index in /var/www/a.php on line 3".replace("<b>", "").replace("</b>", ""), "PHP"),
        (
            "PHP Fatal error: Uncaught TypeError in /var/www/html/a.php:3\nStack trace:\n#0 /var/www/b.php(12): f()",
            "PHP",
        ),
        ("NoMethodError\napp/models/order.rb:12:in 'total'", "Ruby"),
        ("panic: x\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:9 +0x1d", "Go"),
        ("thread 'main' panicked at src/main.rs:4:5", "Rust"),
        ("<p>File <b>/app/shop.py</b>, line <i>3</i>, in <b>total</b></p>", "Python"),
        ("File &quot;/app/shop.py&quot;, line 3, in total", "Python"),
        ('{"error": "near \\"\'\\": syntax error"}', "database"),
        ('{"error": "SQLSTATE[42000]: Syntax error"}', "database"),
        ("(sqlite3.OperationalError) no such column: x [SQL: SELECT 1]", "database"),
        ('{"exception": "java.lang.IllegalStateException"}', "exception"),
        ('{"error": "sqlalchemy.exc.IntegrityError: x"}', "exception"),
        ("cannot open /srv/shop/lib/orders.py", "path"),
    ],
)
def test_what_errors_tell(content: str, told: str) -> None:
    assert told in disclosure(answer(content))


@pytest.mark.parametrize(
    "content",
    [
        "<h1>Internal Server Error</h1>The server encountered an internal error.",
        '{"error": "invalid value", "path": "/orders/7", "number": "a1b2"}',
        '{"timestamp": "2026-01-02", "status": 500, "error": "Internal Server Error", "path": "/x"}',
        "<h1>Whitelabel Error Page</h1>There was an unexpected error (type=Internal Server Error, status=500).",
        "Meet us at Cafe (Main St. 3:30) or select one from the list where you live",
        '{"type": "ValidationError", "title": "Bad Request", "doc": "https://shop.example/errors#invalid"}',
        "The page /index.php was not found",
        "SQL is a language; you have an error? Ask us",
        "Woops, our ignition failed",
    ],
)
def test_errors_that_tell_nothing(content: str) -> None:
    assert not disclosure(answer(content))
    assert not debugger(answer(content))


def test_pages_for_developers() -> None:
    django = "You're seeing this error because you have <code>DEBUG = True</code> in your Django settings file."
    assert "Django" in debugger(answer(django, 404))


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        " at ",
        "at a.b",
        "SELECT ",
        "C:\\a ",
        "#0 ",
        "/home/a",
        "Warning in ",
        "a.",
        "<br>",
        "SELECT FROM ",
        "at (",
    ],
)
def test_hostile_texts_are_read_in_time(piece: str) -> None:
    started = time.monotonic()
    disclosure(answer(piece * (300_000 // len(piece))))
    assert time.monotonic() - started < 5
