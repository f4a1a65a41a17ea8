from __future__ import annotations

from typing import Any

from tests.unit.scan.dast.checks.configuration.answering import app_of, get, kinds, page, text

from setpoint.scan.dast.checks.configuration.backups import BackupFiles

SOURCE = "<?php\n$db = connect('root', 'hunter22');\n"


def test_a_copy_of_a_file_that_is_known(found: Any) -> None:
    app = app_of({"/login.php": page(), "/login.php.bak": text(SOURCE), "/login.php~": text(SOURCE)})
    faults = found(BackupFiles(), app, get("/login.php"))
    assert kinds(faults) == [("exposed-backup", "/login.php.bak", ""), ("exposed-backup", "/login.php~", "")]
    assert "hunter22" not in repr(faults)


def test_the_same_page_under_any_name_is_no_copy(found: Any) -> None:
    assert not found(BackupFiles(), app_of({}, page("<h1>Welcome</h1>")), get("/login.php"))
    assert not found(BackupFiles(), app_of({}, text(SOURCE)), get("/login.php"))


def test_the_source_of_a_script(found: Any) -> None:
    routes = {"/": page('<script src="/js/app.js"></script>'), "/js/app.js": text("x()", "text/javascript")}
    assert not found(BackupFiles(), app_of(routes), get("/"))
    source_map = text('{"version": 3, "sources": ["a.ts"], "mappings": "AAAA"}', "application/json")
    faults = found(BackupFiles(), app_of({**routes, "/js/app.js.map": source_map}), get("/"))
    assert kinds(faults) == [("exposed-source-map", "/js/app.js.map", "")]
