"""Lists, logs and exports that tell any account what is private to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import abort
from tests.unit.scan.dast.checks.access.conftest import ALICE, BOB, Shop

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation
from setpoint.scan.dast.checks.access.people_lists import PeopleLists

MakeBench = Callable[..., Any]

ME = Operation("GET", "/me")
LOG = Operation("GET", "/events")


def shop_that_lists(rows: Json, *, is_open: bool = False, is_filtered: bool = False) -> Shop:
    shop = Shop()

    @shop.app.get("/me")
    def me() -> Json:
        return shop.people[shop.caller()]

    @shop.app.get("/events")
    def events() -> Any:
        who = "" if is_open else shop.caller()
        if not isinstance(rows, list):
            return abort(403)
        return [each for each in rows if not is_filtered or (isinstance(each, dict) and who in each.values())]

    return shop


def rows_of(key: str, field: str, *values: Json) -> Json:
    names: tuple[Json, ...] = ("bob", "carol", "dave") if key != "user_id" else (2, 3, 4)
    return [
        {"id": place, key: who, field: value} for place, (who, value) in enumerate(zip(names, values, strict=False))
    ]


LOGINS = rows_of("user", "ip", "10.1.2.3", "10.1.2.4", "192.0.2.7")
PRIVATE = [
    LOGINS,
    rows_of("username", "ip_address", "2001:db8::1", "2001:db8::2"),
    rows_of("user_id", "iban", "DE02 1203 0000", "DE02 5001 0517"),
    rows_of("owner", "homeAddress", "1 High Street", "2 Low Road"),
    rows_of("actor", "date_of_birth", "1980-02-03", "1991-04-05"),
]


@pytest.mark.parametrize("rows", PRIVATE, ids=["user", "username", "user_id", "owner", "actor"])
def test_what_is_private_to_several_others(shop_bench: MakeBench, rows: Json) -> None:
    (fault,) = PeopleLists().run(shop_bench(shop_that_lists(rows), ME, LOG))
    assert (fault.kind, fault.cwe, fault.path, fault.caller) == (
        "function-level-authorisation",
        862,
        "/events",
        "alice",
    )
    assert "10.1.2.3" not in fault.message + fault.difference


@pytest.mark.parametrize("rows", PRIVATE, ids=["user", "username", "user_id", "owner", "actor"])
def test_the_same_for_its_owner_alone_or_for_nobody(shop_bench: MakeBench, rows: Json) -> None:
    for shop in (shop_that_lists(rows, is_filtered=True), shop_that_lists(None), shop_that_lists(rows, is_open=True)):
        assert list(PeopleLists().run(shop_bench(shop, ME, LOG))) == []


@pytest.mark.parametrize(
    "rows",
    [
        rows_of("username", "email", "bob@shop.example", "carol@shop.example"),
        rows_of("username", "phone", "+1 202 555 0101", "+1 202 555 0102"),
        rows_of("user", "ip", "***.***.2.3", "xxx"),
        rows_of("user", "ip", "10.1.2.3"),
        [{"id": 1, "branch": "Leeds", "street": "1 High Street"}, {"id": 2, "branch": "York", "street": "2 Low Road"}],
        [{"id": 1, "customer": "Ann", "street": "1 High Street"}, {"id": 2, "customer": "Ed", "street": "2 Low Road"}],
    ],
    ids=["a directory", "its numbers", "masked", "one person", "branches", "people who are no accounts"],
)
def test_what_is_there_for_all(shop_bench: MakeBench, rows: Json) -> None:
    assert list(PeopleLists().run(shop_bench(shop_that_lists(rows), ME, LOG))) == []


def test_what_a_word_reserves_or_opens_is_left_to_others(shop_bench: MakeBench) -> None:
    for operation in (replace(LOG, tags=("Administrator",)), replace(LOG, tags=("Public",)), replace(LOG, security=())):
        assert list(PeopleLists().run(shop_bench(shop_that_lists(LOGINS), ME, operation))) == []
    two = shop_bench(shop_that_lists(LOGINS), ME, replace(LOG, tags=("Administrator",)), callers=(ALICE, BOB))
    assert len(list(PeopleLists().run(two))) == 1


def test_without_accounts_nothing_is_told_and_the_plan_sends_nothing(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_that_lists(LOGINS), ME, LOG, callers=())
    assert list(PeopleLists().run(bench)) == []
    planned = shop_bench(shop_that_lists(LOGINS), ME, LOG)
    assert [each.operation for each in PeopleLists().plan(planned)] == [ME.key, LOG.key]
    assert planned.sender.exchanges == []
