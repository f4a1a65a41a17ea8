"""A small service with accounts, orders and people, that has exactly the faults that a test names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, request
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Operation, Part, PartPlace
from setpoint.scan.dast.interface import Workbench

ALICE, BOB = Caller("alice", "customer", 1), Caller("bob", "customer", 1)
ROOT = Caller("root", "administrator", 9)
BEARERS = {caller: (("authorization", f"Bearer {caller.name}"),) for caller in (ALICE, BOB, ROOT)}


def path_part(name: str, kind: str = "integer") -> Part:
    return Part(PartPlace.PATH, name, {"type": kind}, is_required=True)


def body_part(name: str, kind: str = "string", *, example: Json = None) -> Part:
    return Part(PartPlace.BODY, f"/{name}", {"type": kind}, example=example)


class Shop:
    """Orders of two customers, and who administers them. `faults`: what is wrong with it."""

    def __init__(self, *faults: str) -> None:
        self.faults = frozenset(faults)
        self.people: dict[str, dict[str, Any]] = {
            name: {"id": number, "username": name, "email": f"{name}@shop.example", "role": role, "nickname": name[:2]}
            for name, number, role in (("alice", 1, "customer"), ("bob", 2, "customer"), ("root", 9, "administrator"))
        }
        self.orders: dict[int, dict[str, Json]] = {
            11: {"id": 11, "owner_id": 1, "item": "a blue lamp", "note": "ring twice", "price": 40},
            12: {"id": 12, "owner_id": 2, "item": "a red chair", "note": "leave at door", "price": 60},
        }
        self.app = Flask("shop")

    def caller(self) -> str:
        name = request.headers.get("authorization", "").removeprefix("Bearer ")
        if name not in self.people:
            abort(401)
        return name

    def caller_id(self) -> int:
        return int(self.people[self.caller()]["id"])

    def is_admin(self) -> bool:
        return bool(self.people[self.caller()]["role"] == "administrator")

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def order(self, number: int, fault: str) -> dict[str, Json]:
        """The order, if the caller may have it, or the fault lets everybody."""
        found = self.orders.get(number) or abort(404)
        if found["owner_id"] != self.caller_id() and not self.has(fault):
            abort(404)
        return found


@pytest.fixture
def shop_bench(serve: Callable[[Any], str], workbench: Callable[..., Workbench]) -> Callable[..., Workbench]:
    """A workbench on this shop for these operations, with the accounts of alice, bob and root."""

    def make(
        shop: Shop, *operations: Operation, callers: tuple[Caller, ...] = (ALICE, BOB, ROOT), **more: Any
    ) -> Workbench:
        accounts = HeaderAccounts({caller: BEARERS[caller] for caller in callers})
        return workbench(serve(shop.app), *operations, accounts=accounts, **more)

    return make
