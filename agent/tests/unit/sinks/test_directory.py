"""Filters and names of LDAP built from input, against ldap3's own stand-in for a server."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it uses names of pyasn1 that have others today
    import ldap3
    from ldap3.utils.conv import escape_filter_chars
    from ldap3.utils.dn import escape_rdn

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

BASE = "ou=people,dc=example"


@pytest.fixture
def connection(watching: Watch) -> Any:
    watching("sinks.directory", "passages.escapers", sources=False)
    made = ldap3.Connection(ldap3.Server("directory.example"), client_strategy=ldap3.MOCK_SYNC)
    made.bind()
    made.strategy.add_entry(f"cn=blue,{BASE}", {"objectClass": "person", "cn": "blue", "sn": "blue"})
    return made


def test_a_filter(watching: Watch, connection: Any, blue: str) -> None:
    evidence = watching("sinks.directory")
    with request_of(blue):
        connection.search(BASE, f"(&(objectClass=person)(cn={blue}))")
        connection.search(search_base=BASE, search_filter="(cn=%s)" % blue)  # noqa: UP031 - as people write it
    assert len(connection.entries) == 1
    assert {(each.kind.cwe, each.context) for each in evidence} == {(90, "assertion value")}
    assert len(evidence) == 2


def test_a_name(watching: Watch, connection: Any, blue: str) -> None:
    evidence = watching("sinks.directory")
    with request_of(blue):
        connection.search(f"cn={blue},{BASE}", "(objectClass=*)")
        connection.delete(f"cn={blue},{BASE}")
        ldap3.Connection(ldap3.Server("directory.example"), user=f"cn={blue},{BASE}", password="p")
    assert [each.sink for each in evidence] == [
        "ldap3.Connection.search",
        "ldap3.Connection.delete",
        "ldap3.Connection.__init__",
    ]


@pytest.mark.parametrize("attack", ["*)(sn=*"])
def test_an_attack(watching: Watch, connection: Any, attack: str) -> None:
    evidence = watching("sinks.directory")
    with request_of(attack):
        connection.search(BASE, f"(&(objectClass=person)(cn={attack}))")
    assert [each.attack for each in evidence] == [True]


def test_what_is_escaped_or_only_a_user(watching: Watch, connection: Any, blue: str) -> None:
    evidence = watching("sinks.directory", "passages.escapers")
    with request_of(blue):
        connection.search(BASE, f"(cn={escape_filter_chars(blue)})")
        connection.search(f"cn={escape_rdn(blue)},{BASE}", "(objectClass=*)")
        ldap3.Connection(ldap3.Server("directory.example"), user=blue, password="p")
        if blue in {"blue", "green"}:
            connection.search(BASE, f"(cn={blue})")
    assert evidence == []
