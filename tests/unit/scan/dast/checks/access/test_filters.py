"""Lists that a filter opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import request
from tests.unit.scan.dast.checks.access.conftest import Shop

from setpoint.model.canonical import Json
from setpoint.model.dast import Fault, Operation
from setpoint.scan.dast.checks.access.filters import ListFilters

MakeBench = Callable[..., Any]

ORDERS = Operation("GET", "/orders")


def faults_of(bench: Any) -> list[Fault]:
    return list(ListFilters().run(bench))


@pytest.mark.parametrize("name", ["owner_id", "all", None])
def test_a_filter_that_names_another(shop_bench: MakeBench, name: str | None) -> None:
    shop = Shop()

    @shop.app.get("/orders")
    def orders() -> Json:
        asked = request.args.get(name) if name else None
        whose = int(asked) if asked and asked.isdecimal() else shop.caller_id()
        shop.caller()
        return [each for each in shop.orders.values() if each["owner_id"] == whose or asked == "true"]

    found = faults_of(shop_bench(shop, ORDERS))
    assert [(each.kind, each.part) for each in found] == (
        [("object-level-authorisation", f"query:{name}")] if name else []
    )


def test_a_list_that_is_the_same_for_all_has_nothing_to_open(shop_bench: MakeBench) -> None:
    shop = Shop()

    @shop.app.get("/orders")
    def orders() -> Json:
        shop.caller()
        return list(shop.orders.values())

    assert faults_of(shop_bench(shop, ORDERS)) == []


def test_the_plan_sends_nothing(shop_bench: MakeBench) -> None:
    bench = shop_bench(Shop(), ORDERS)
    assert [(each.operation, each.caller) for each in ListFilters().plan(bench)] == [(ORDERS.key, "bob")]
    assert bench.sender.exchanges == []
