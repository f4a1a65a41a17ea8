"""The document that FastAPI serves by itself, and a first look at the service by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID, uuid4

import pytest
import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.dast import ANONYMOUS, Caller, KnownFrom, Operation
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.surface.discovery import discovered

ANN, BOB = Caller("ann", "user", 1), Caller("bob", "user", 1)
ACCOUNTS = HeaderAccounts({ANN: (("x-key", "ann"),), BOB: (("x-key", "bob"),)})


Owner = Annotated[str, Depends(APIKeyHeader(name="x-key"))]


class Line(BaseModel):
    sku: Annotated[str, Field(pattern=r"^[A-Z]{3}-\d{4}$")]
    count: Annotated[int, Field(ge=1, le=99, multiple_of=3)]


class NewOrder(BaseModel):
    title: Annotated[str, Field(min_length=3, max_length=20)]
    lines: Annotated[list[Line], Field(min_length=1)]
    contact: str | None = None
    parent: NewOrder | None = None


class Order(NewOrder):
    id: UUID
    owner: str


def api() -> tuple[FastAPI, dict[UUID, Order]]:
    app, orders = FastAPI(), dict[UUID, Order]()

    @app.post("/orders", status_code=201)
    def create(new: NewOrder, owner: Owner) -> Order:
        order = Order(id=uuid4(), owner=owner, **new.model_dump())
        orders[order.id] = order
        return order

    @app.get("/orders")
    def listed(owner: Owner, limit: Annotated[int, Field(le=5)] = 5) -> list[Order]:
        return [each for each in orders.values() if each.owner == owner][:limit]

    @app.get("/orders/{order_id}")
    def read(order_id: UUID, owner: Owner) -> Order:
        if order_id not in orders or orders[order_id].owner != owner:
            raise HTTPException(404)
        return orders[order_id]

    @app.put("/orders/{order_id}")
    def update(order_id: UUID, new: NewOrder, owner: Owner) -> Order:
        orders[order_id] = Order(id=read(order_id, owner).id, owner=owner, **new.model_dump())
        return orders[order_id]

    return app, orders


@pytest.fixture
def service() -> Iterator[tuple[str, dict[UUID, Order]]]:
    app, orders = api()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", orders
    server.should_exit = True
    thread.join()


def may_send(operation: Operation) -> str:
    return "it destroys" if operation.method == "DELETE" else ""


def test_every_operation_answers_each_account_well(service: tuple[str, dict[UUID, Order]]) -> None:
    base, orders = service
    sender = PlainSender(base)
    surface = discovered(base, sender, ACCOUNTS, may_send, lambda _line: None)
    documented = [each for each in surface.operations if KnownFrom.DOCUMENT in each.known_from]
    assert {each.key for each in documented} == {
        "GET /orders", "POST /orders", "GET /orders/{order_id}", "PUT /orders/{order_id}",
    }  # fmt: skip
    assert {each.security for each in documented} == {(("APIKeyHeader",),)}
    seeds = Seeds(surface, sender, ACCOUNTS, may_send, lambda _line: None)
    seeds.learn()
    assert sorted(order.owner for order in orders.values()) == ["ann", "bob"]
    for operation in documented:
        for caller in (ANN, BOB):
            exchange = seeds.baseline(operation, caller)
            assert exchange is not None
            assert exchange.answer is not None
            assert exchange.answer.status in (200, 201), (operation.key, exchange.sent, exchange.answer.body)
        refused = seeds.baseline(operation, ANONYMOUS)
        assert refused is None or (refused.answer is not None and refused.answer.status == 401)


def test_requests_grow_with_operations_and_accounts_alone(service: tuple[str, dict[UUID, Order]]) -> None:
    base, _ = service
    sender = PlainSender(base)
    surface = discovered(base, sender, ACCOUNTS, may_send, lambda _line: None)
    before = len(sender.exchanges)
    Seeds(surface, sender, ACCOUNTS, may_send, lambda _line: None).learn()
    assert len(sender.exchanges) - before <= 3 * 2
