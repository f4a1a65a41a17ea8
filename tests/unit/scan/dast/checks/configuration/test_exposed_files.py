from __future__ import annotations

from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import ACCOUNTS, app_of, for_anna, get, kinds, page, text
from werkzeug.wrappers import Request, Response

from setpoint.model.dast import KnownFrom, Operation, Profile
from setpoint.scan.dast.checks.configuration.exposed_files import ExposedFiles

METRICS = '# HELP http_requests_total Requests\n# TYPE http_requests_total counter\nhttp_requests_total{code="200"} 5\n'
ENV = "# production\nDB_PASSWORD=hunter22\nSECRET_KEY='s3cr3t'\n"

EXPOSED: list[tuple[str, str | bytes, str, int]] = [
    ("/.git/HEAD", "ref: refs/heads/main\n", "exposed-version-control", 527),
    ("/.git/config", "[core]\n\trepositoryformatversion = 0\n", "exposed-version-control", 527),
    ("/.env", ENV, "exposed-environment-file", 538),
    ("/config.json", '{"db": {"password": "hunter22"}}', "exposed-settings-file", 538),
    ("/config.yml", "db:\n  host: db\n  password: hunter22\n", "exposed-settings-file", 538),
    ("/.htpasswd", "anna:$apr1$x$yyyyyyyyyyyyyyyyyyyyyy\n", "exposed-credentials-file", 538),
    ("/server.key", "-----BEGIN RSA PRIVATE KEY-----\nMII\n", "exposed-credentials-file", 538),
    ("/backup.sql", "-- dump\nCREATE TABLE people (id INT);\nINSERT INTO people VALUES (1);", "exposed-backup", 530),
    ("/backup.zip", b"PK\x03\x04rest", "exposed-backup", 530),
    ("/config.php.bak", "<?php $password = 'x'; ?>", "exposed-backup", 530),
    ("/db.sqlite3", b"SQLite format 3\x00rest", "exposed-database", 552),
    ("/app.log", "2026-01-02 10:00:01 INFO start\n2026-01-02 10:00:02 INFO go\n", "exposed-log", 532),
    ("/fpm-status", "pool:                 www\nprocess manager:      dynamic\n", "exposed-server-status", 497),
    ("/health/full", '{"status": "up", "pid": 3, "hostname": "web-1"}', "exposed-debug-endpoint", 489),
    ("/internal/metrics", METRICS, "exposed-metrics", 497),
    ("/adminer.php", "<!doctype html><title>Login - Adminer</title>", "exposed-database-console", 306),
    ("/Dockerfile", "FROM python:3\nCOPY . /app\nCMD x\n", "exposed-deployment-file", 538),
    ("/docker-compose.yml", "services:\n  web:\n    image: web\n", "exposed-deployment-file", 538),
    ("/requirements.txt", "flask==3.0.0\nrequests[socks]>=2.0\n", "exposed-deployment-file", 538),
    ("/phpinfo.php", "<title>phpinfo()</title><td>Configure Command</td>", "exposed-phpinfo", 497),
    ("/server-status", "<h1>Apache Server Status for x</h1>", "exposed-server-status", 497),
    ("/metrics", METRICS, "exposed-metrics", 497),
    ("/actuator", '{"_links": {"self": {}, "health": {}, "env": {}}}', "exposed-actuator", 497),
    ("/actuator/env", '{"propertySources": []}', "exposed-actuator", 497),
    ("/debug", '{"config": {"SECRET_KEY": "s3cr3t-value"}}', "exposed-debug-endpoint", 489),
    ("/diagnostics", '{"pid": 7, "cwd": "/srv", "ok": true}', "exposed-debug-endpoint", 489),
    ("/crossdomain.xml", '<allow-access-from domain="*"/>', "open-crossdomain-policy", 942),
    (
        "/console",
        "<title>Console</title><h1>Interactive Console</h1><script>EVALEX = true</script>",
        "exposed-debug-endpoint",
        489,
    ),
]


def test_found_by_their_grammar(found: Any) -> None:
    faults = found(ExposedFiles(), app_of({path: text(content) for path, content, _, _ in EXPOSED}), get("/"))
    told = {
        (path.removeprefix("GET "), fault.kind, fault.cwe) for fault in faults for path in (fault.path, *fault.examples)
    }
    assert told == {(path, kind, cwe) for path, _, kind, cwe in EXPOSED}
    assert not any("hunter22" in repr(each) for each in faults)


def test_a_page_of_apology_at_each_name_is_none(found: Any) -> None:
    def sorry(request: Request) -> Response:
        return Response(f"<html><h1>Sorry</h1>We could not find {request.path}.</html>", content_type="text/html")

    assert not found(ExposedFiles(), app_of({}, sorry), get("/"))


def test_what_is_said_to_every_name_is_no_file(found: Any) -> None:
    """Also where it has the grammar of one."""
    assert not found(ExposedFiles(), app_of({}, text("ref: refs/heads/main\n")), get("/"))
    assert not found(ExposedFiles(), app_of({}, text('{"debug": {"password": "changeme"}}')), get("/"))


NEAR_MISSES = [
    ("/config.json", '{"apiUrl": "/api", "csrfToken": "abc123", "publicKey": "abc", "theme": "dark"}'),
    ("/config.json", '{"password": "********"}'),
    ("/status", '{"status": "ok"}'),
    ("/actuator", '{"_links": {"self": {}, "health": {}, "health-path": {}, "info": {}}}'),
    ("/metrics", "<h1>Metrics of our shop</h1>"),
    ("/debug", '{"debug": false}'),
    ("/crossdomain.xml", '<allow-access-from domain="*.shop.example"/>'),
    ("/diagnostics", '{"ok": true, "version": "1.2"}'),
    ("/console", "<title>Console</title><h1>Game consoles</h1>"),
    ("/log", "Our blog"),
    ("/.env", ""),
    ("/backup.zip", "<html>please log in</html>"),
]


@pytest.mark.parametrize("half", [0, 1])
def test_near_misses(found: Any, half: int) -> None:
    """In two halves: some stand at the same address."""
    assert not found(ExposedFiles(), app_of({path: text(content) for path, content in NEAR_MISSES[half::2]}), get("/"))


def test_refused_to_strangers_is_not_exposed(found: Any) -> None:
    assert not found(ExposedFiles(), app_of({"/.env": text(ENV, "text/plain", 403)}), get("/"))


def test_what_the_document_names_is_meant_to_be_there(found: Any) -> None:
    assert not found(ExposedFiles(), app_of({"/metrics": text(METRICS)}), get("/metrics"))


def test_a_heap_dump_is_only_asked_for_by_head(found: Any, serve: Any, workbench: Any) -> None:
    dump = text(b"JAVA PROFILE", "application/octet-stream")
    (fault,) = found(ExposedFiles(), app_of({"/actuator/heapdump": dump}), get("/"))
    assert (fault.kind, fault.method, fault.cwe) == ("exposed-heap-dump", "HEAD", 528)
    assert not found(ExposedFiles(), app_of({}, dump), get("/"))


def test_a_file_that_a_page_points_to(found: Any) -> None:
    crawled = Operation("GET", "/old/customers", known_from=frozenset({KnownFrom.CRAWL}))
    app = app_of({"/old/customers": text(b"SQLite format 3\x00rest")})
    (fault,) = found(ExposedFiles(), app, crawled)
    assert (fault.kind, fault.path) == ("exposed-database", "/old/customers")
    assert not found(ExposedFiles(), app, get("/old/customers"))


def test_below_the_root_of_the_service_too(serve: Any, workbench: Any) -> None:
    base = serve(app_of({"/shop/.env": text(ENV)})) + "/shop"
    faults = list(ExposedFiles().run(workbench(base, get("/"))))
    assert [each.path for each in faults] == ["/shop/.env"]


def test_nothing_is_guessed_in_the_passive_profile(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(app_of({"/.env": text(ENV), "/": page()})), get("/"), profile=Profile.PASSIVE)
    assert not list(ExposedFiles().run(bench))
    assert len(bench.sender.exchanges) == 1


@pytest.mark.parametrize(
    ("path", "content", "is_told"),
    [
        ("/users/_debug", '[{"name": "ann", "email": "ann@shop.example"}]', True),
        ("/internal/settings", '{"api_key": "k-2f81ce90", "debug": true}', True),
        ("/debug/process", '{"pid": 7, "cwd": "/srv"}', True),
        ("/internal/status", '{"status": "ok", "version": "3.1"}', False),
        ("/users/list", '[{"name": "ann", "email": "ann@shop.example"}]', False),
    ],
)
def test_what_is_for_developers_though_the_document_names_it(
    found: Any, path: str, content: str, *, is_told: bool
) -> None:
    app = app_of({path: text(content, "application/json")})
    assert kinds(found(ExposedFiles(), app, get(path))) == ([("exposed-debug-endpoint", path, "")] if is_told else [])
    kept = app_of({path: for_anna(text(content, "application/json"))})
    assert not found(ExposedFiles(), kept, get(path), accounts=ACCOUNTS)
