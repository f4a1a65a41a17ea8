"""Drivers that need libraries of the system, against their real servers: `make agent-drivers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
import pytest
from tests.conftest import Watch
from tests.drivers.conftest import PASSWORD

from setpoint_agent.evidence import Evidence

MySQLdb = pytest.importorskip("MySQLdb", reason="mysqlclient is not installed: make agent-drivers")
ldap = pytest.importorskip("ldap", reason="python-ldap is not installed: make agent-drivers")
filters = pytest.importorskip("ldap.filter", reason="python-ldap is not installed: make agent-drivers")


def asked(view: Callable[[str], Any]) -> None:
    application = flask.Flask("shop")

    @application.get("/find")
    def find() -> str:
        view(flask.request.args["name"])
        return "found"

    assert application.test_client().get("/find?name=johnson").data == b"found"


def sinks(evidence: list[Evidence]) -> list[str]:
    return [each.sink for each in evidence]


def test_mysqlclient(watching: Watch, mariadb: str) -> None:
    kept = watching("sinks.sql")
    cursor = MySQLdb.connect(unix_socket=mariadb, user="root").cursor()
    asked(lambda name: cursor.execute("SELECT %s", (name,)))
    asked(lambda name: cursor.executemany("SELECT %s", [(name,)]))
    assert kept == []
    asked(lambda name: cursor.execute(f"SELECT '{name}'"))
    assert sinks(kept) == ["MySQLdb.BaseCursor.execute"]
    assert cursor.fetchone() == ("johnson",)


@pytest.mark.parametrize("search", ["search_s", "search_st", "search_ext_s"])
def test_python_ldap(watching: Watch, openldap: str, search: str) -> None:
    kept = watching("sinks.directory", "passages.escapers")
    connection = ldap.initialize(openldap)
    connection.simple_bind_s("cn=admin,dc=shop", PASSWORD)

    def look(wanted: str) -> None:
        with pytest.raises(ldap.NO_SUCH_OBJECT):
            getattr(connection, search)("dc=shop", ldap.SCOPE_SUBTREE, wanted)

    asked(lambda name: look(filters.filter_format("(uid=%s)", [name])))
    asked(lambda name: look(f"(uid={filters.escape_filter_chars(name)})"))
    assert kept == []
    asked(lambda name: look(f"(uid={name})"))
    assert len(kept) == 1
    assert kept[0].sink.startswith("ldap.ldapobject.")
