"""What holds for all checks of this theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from tests.unit.scan.dast.checks.access.conftest import Shop, body_part, path_part

from setpoint.model.dast import BodyForm, Operation, Profile
from setpoint.scan.dast.checks.access.checks import CHECKS

OPERATIONS = (
    Operation("GET", "/orders"),
    Operation("GET", "/admin/orders"),
    Operation("GET", "/orders/{id}", (path_part("id"),)),
    Operation("POST", "/orders", (body_part("note"),), BodyForm.JSON),
    Operation("PATCH", "/orders/{id}", (path_part("id"), body_part("note")), BodyForm.JSON),
)


class _Dead(httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody is there", request=request)


def owned(operation: Operation, _caller: Any) -> Any:
    return {part: 11 for part in operation.parts if part.name == "id"} or None


def test_names_are_different_and_in_kebab_case() -> None:
    names = [make().name for make in CHECKS]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalpha() and name == name.lower() for name in names)


def test_a_passive_scan_reads_and_asks_for_nothing_that_is_anothers(shop_bench: Callable[..., Any]) -> None:
    bench = shop_bench(Shop(), *OPERATIONS, owned=owned, profile=Profile.PASSIVE)
    planned = {planned.check for make in CHECKS for planned in make().plan(bench)}
    assert [fault for make in CHECKS for fault in make().run(bench)] == []
    assert planned == {"excessive-exposure", "lists-of-people"}
    assert {each.sent.method for each in bench.sender.exchanges} <= {"GET"}
    assert all("id=" not in each.sent.url for each in bench.sender.exchanges)


def test_requests_grow_with_operations_and_not_with_their_square(shop_bench: Callable[..., Any]) -> None:
    def needed(many: int) -> int:
        operations = [Operation("GET", f"/things{number}/{{id}}", (path_part("id"),)) for number in range(many)]
        bench = shop_bench(Shop(), *operations, owned=owned)
        for make in CHECKS:
            assert list(make().run(bench)) == []
        return len(bench.sender.exchanges)

    assert needed(8) <= 2 * needed(4) + 4


def test_a_dead_target_has_no_faults(shop_bench: Callable[..., Any]) -> None:
    bench = shop_bench(Shop(), *OPERATIONS, owned=owned)
    bench.sender.client.close()
    bench.sender.client = httpx.Client(transport=_Dead())
    assert [fault for make in CHECKS for fault in make().run(bench)] == []
