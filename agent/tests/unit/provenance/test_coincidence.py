"""What counts as the request's and what as the code's own, in one table: the part, the value, the argument."""

from __future__ import annotations

import pytest

from setpoint_agent.provenance.recognition import find
from setpoint_agent.request import (
    COOKIE,
    COOKIE_NAME,
    FILE_NAME,
    FORM_NAME,
    HEADER,
    HEADER_NAME,
    JSON_NAME,
    PATH_PARAMETER,
    QUERY,
    QUERY_NAME,
    Value,
)

COUNTS = [
    (QUERY, "bar", "SELECT * FROM t WHERE n = 'bar'"),
    (QUERY, "bar", "SELECT * FROM t WHERE n = 'BAR'"),
    (QUERY, "bar", "SELECT * FROM t WHERE n LIKE '%bar%'"),
    (QUERY, "bar", "SELECT * FROM bar"),
    (QUERY, "bar", "/srv/files/bar.txt"),
    (QUERY, "bar", "/srv/files/upload_bar.txt"),
    (QUERY, "bar", "ls -l bar"),
    (QUERY, "bar", "(uid=bar)"),
    (QUERY, "bar", "<p>Hello bar!</p>"),
    (QUERY, "bar", "bar"),
    (QUERY, "blue", "colour blue, and blue again"),
    (QUERY, "name", "SELECT * FROM users ORDER BY name"),
    (QUERY, "name", "SELECT id, name FROM users ORDER BY name DESC"),
    (QUERY, "email", "SELECT email FROM users"),
    (QUERY, "desc", "SELECT id FROM users ORDER BY id desc"),
    (QUERY, "select", "SELECT * FROM t WHERE n = 'select'"),
    (QUERY, "the", "the"),
    (QUERY, "123", "SELECT * FROM t WHERE id=123"),
    (QUERY, "123", "SELECT * FROM t WHERE id = 123"),
    (QUERY, "123", "SELECT * FROM t WHERE id = '123'"),
    (QUERY, "123", "/users/123"),
    (QUERY, "1234", "SELECT * FROM t LIMIT 1234"),
    (QUERY, "127.0.0.1", "ping -c 1 127.0.0.1"),
    (QUERY, "home", "/srv/templates/home.html"),
    (QUERY, "item12", "prefixitem12suffix item12"),
    (QUERY, "Zx81-Qv", "prefix-Zx81-Qv"),
    (PATH_PARAMETER, "73512", "SELECT * FROM t WHERE id = 73512"),
    (COOKIE, "dark", "SELECT * FROM themes WHERE n = 'dark'"),
    (FILE_NAME, "report.txt", "/srv/uploads/report.txt"),
    (QUERY_NAME, "username", "SELECT * FROM t WHERE k = 'username'"),
    (QUERY_NAME, "username", "username"),
    (QUERY_NAME, "Parameter00123", "SELECT * FROM Parameter00123"),
    (HEADER_NAME, "x-tenant-key", "SELECT * FROM t WHERE k = 'x-tenant-key'"),
    (JSON_NAME, "$where", "find '$where'"),
]

IS_CHANCE = [
    (QUERY, "bar", "SELECT * FROM barcodes"),
    (QUERY, "bar", "SELECT foobar FROM t"),
    (QUERY, "bar", "SELECT the_bar FROM t"),
    (QUERY, "id", "SELECT id FROM t WHERE id = 'id'"),
    (QUERY, "on", "SELECT 'on'"),
    (QUERY, "   ", "SELECT     1"),
    (QUERY, "users", "SELECT users.id FROM users WHERE users.id = ?"),
    (QUERY, "user", "SELECT user.name FROM user"),
    (QUERY, "name", "SELECT name FROM t WHERE name = ?"),
    (QUERY, "name", "SELECT u.name FROM u"),
    (QUERY, "select", "SELECT * FROM t"),
    (QUERY, "and", "SELECT * FROM t WHERE a = 1 AND b = 2"),
    (QUERY, "the", "the name of the rose"),
    (QUERY, "true", "SELECT * FROM t WHERE a IS true"),
    (QUERY, "100", "SELECT * FROM t LIMIT 100"),
    (QUERY, "42", "SELECT * FROM t WHERE id = 42"),
    (QUERY, "200", "HTTP/1.1 200 OK"),
    (QUERY, "1234", "SELECT * FROM t WHERE id = 51234"),
    (QUERY, "tmp", "/tmp/report.txt"),
    (QUERY, "static", "/srv/static/report.txt"),
    (QUERY, "json", "/srv/files/report.json"),
    (QUERY, "body", "<body><p>x</p></body>"),
    (QUERY, "all my orders", "/orders"),
    (QUERY, "all my orders", "http://api.example/orders?page=1"),
    (QUERY, "a true story", "SELECT 'it is a true one'"),
    (QUERY, "--------", "text -------- text --------------"),
    (QUERY, "../", "cat ../x.js"),
    (QUERY_NAME, "name", "SELECT name FROM users"),
    (QUERY_NAME, "username", "SELECT * FROM users WHERE username = 'x'"),
    (FORM_NAME, "username", '<input name="username">'),
    (FORM_NAME, "username", "<label>username</label>"),
    (JSON_NAME, "username", '{"username": "x"}'),
    (JSON_NAME, "username", "{'username': 'x'}"),
    (COOKIE_NAME, "session", "SELECT * FROM session"),
    (HEADER_NAME, "user-agent", "INSERT INTO seen VALUES ('user-agent')"),
]

HEADERS = [
    ("host", "localhost:8000", "http://localhost:8000/login", False),
    ("host", "evil.example\r\nX: y", "Location: http://evil.example\r\nX: y/", True),
    ("connection", "keep-alive", "Connection: keep-alive", False),
    ("accept", "text/html,application/xhtml+xml", "text/html,application/xhtml+xml", False),
    ("accept-encoding", "gzip, deflate, br", "gzip, deflate, br", False),
    ("content-type", "application/json", "application/json", False),
    ("content-type", "x'; DROP TABLE t--", "INSERT INTO seen VALUES ('x'; DROP TABLE t--')", True),
    ("cache-control", "no-cache", "no-cache", False),
    ("accept-language", "en", "lang=en", False),
    ("accept-language", "en-US", "SELECT 'en-US'", False),
    ("accept-language", "de-CH,fr;q=0.7", "SELECT 'de-CH,fr;q=0.7'", True),
    ("user-agent", "Mozilla/5.0 (X11)", "SELECT 'Mozilla/5.0 (X11)'", True),
    ("user-agent", "curl/8.5", "curl/8.5", False),
    ("user-agent", "blue", "SELECT 'blue'", True),
    ("accept-language", "blue", "SELECT 'blue'", True),
    ("referer", "http://shop.example/blue", "SELECT 'http://shop.example/blue'", True),
    ("x-forwarded-for", "10.1.2.3", "SELECT '10.1.2.3'", True),
    ("x-tenant", "blue", "SELECT 'blue'", True),
]


@pytest.mark.parametrize(("part", "text", "argument"), COUNTS)
def test_input_is_recognised(part: str, text: str, argument: str) -> None:
    matches = find([Value(part, "a", text)], argument)
    assert matches
    assert all(match.strength >= 0.25 for match in matches)


@pytest.mark.parametrize(("part", "text", "argument"), IS_CHANCE)
def test_what_code_writes_itself_does_not_count(part: str, text: str, argument: str) -> None:
    assert find([Value(part, "a", text)], argument) == []


@pytest.mark.parametrize(("name", "text", "argument", "counts"), HEADERS)
def test_headers_that_every_client_sends_must_be_telling(name: str, text: str, argument: str, counts: bool) -> None:
    assert bool(find([Value(HEADER, name, text)], argument)) is counts


def test_longer_matches_are_stronger() -> None:
    strengths = [
        find([Value(QUERY, "q", text)], f"SELECT '{text}'")[0].strength
        for text in ("bar", "blue", "report", "report12", "report.for.2024")
    ]
    assert strengths == sorted(strengths)
    assert strengths[-1] == 1.0
