"""Orders and invoices: whose they are, who may change them, and how they are found."""

import sqlite3
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.responses import JSONResponse
from tests.assets.targets.api.documents import (
    COMMON,
    Invoice,
    NewAddress,
    NewOrder,
    Order,
    OrderChange,
    OrderIds,
    OrderSearch,
    shown,
)
from tests.assets.targets.api.identity import Identity
from tests.assets.targets.world import Row, World

SORTABLE = frozenset({"id", "total", "status", "quantity"})


def order_routes(world: World, identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["orders"], responses=COMMON)
    caller = Depends(identity.caller())

    def order_of(order_id: int, user: Row, missing_check: str | None = None) -> Row:
        """The order if the caller may see it, else 404 as if there were none."""
        found = world.database.one("SELECT * FROM orders WHERE id = ?", (order_id,))
        unchecked = missing_check is not None and world.faulty(missing_check)
        if found is None or (found["owner"] != user["id"] and not unchecked):
            raise HTTPException(404, "not found")
        return found

    def ordered(rows: list[Row]) -> list[Order]:
        return [Order(**shown(Order, row)) for row in rows]

    @router.get("/orders", summary="The caller's orders", response_model=list[Order])
    def list_orders(sort: str = "id", user: Row = caller) -> Any:
        if not world.faulty("api.sql.sort") and sort not in SORTABLE:
            raise HTTPException(422, "sort")
        try:
            rows = world.database.rows(f"SELECT * FROM orders WHERE owner = ? ORDER BY {sort} LIMIT 50", (user["id"],))
        except sqlite3.Error as error:
            raise HTTPException(400, "cannot sort so") from error
        if world.faulty("api.exposure.order-list"):
            return JSONResponse(
                [shown(Order, row) | {"card_number": "4111111111111111", "margin": row["total"] // 3} for row in rows]
            )
        return ordered(rows)

    @router.post("/orders", status_code=201, summary="Order something")
    def create_order(wanted: NewOrder, user: Row = caller) -> Order:
        product = world.database.one("SELECT * FROM products WHERE sku = ? AND hidden = 0", (wanted.product,))
        if product is None:
            raise HTTPException(422, "there is no such product")
        number = world.database.insert(
            "orders",
            owner=user["id"],
            product=wanted.product,
            quantity=wanted.quantity,
            status="pending",
            note=wanted.note,
            total=product["price"] * wanted.quantity,
            address="to be given",
        )
        return Order(**shown(Order, order_of(number, user)))

    @router.get("/orders/{order_id}", summary="One order")
    def read_order(order_id: int, user: Row = caller) -> Order:
        return Order(**shown(Order, order_of(order_id, user, "api.bola.order-read")))

    @router.put("/orders/{order_id}", summary="Change the note of an order")
    def change_order(order_id: int, change: OrderChange, user: Row = caller) -> Order:
        found = order_of(order_id, user, "api.bola.order-write")
        world.database.rows("UPDATE orders SET note = ? WHERE id = ?", (change.note, order_id))
        return Order(**shown(Order, found | {"note": change.note}))

    @router.patch("/orders/{order_id}/address", status_code=204, summary="Change where an order goes")
    def change_address(order_id: int, change: NewAddress, user: Row = caller) -> Response:
        # 204 whoever asks; only the owner's row is changed
        world.database.rows(
            "UPDATE orders SET address = ? WHERE id = ? AND owner = ?", (change.address, order_id, user["id"])
        )
        return Response(status_code=204)

    @router.post("/orders/{order_id}/cancel", summary="Cancel an order")
    def cancel_order(order_id: int, user: Row = caller) -> Order:
        found = order_of(order_id, user)
        world.journal.record("cancel order", destructive=True, outside=found["protected"])
        world.database.rows("UPDATE orders SET status = 'cancelled' WHERE id = ?", (order_id,))
        return Order(**shown(Order, found | {"status": "cancelled"}))

    @router.post("/orders/search", summary="The caller's orders in a state")
    def search_orders(wanted: OrderSearch, user: Row = caller) -> list[Order]:
        if world.faulty("api.sql.body"):
            return ordered(
                world.database.rows(
                    f"SELECT * FROM orders WHERE owner = {user['id']} AND status = '{wanted.status}' LIMIT 50"
                )
            )
        return ordered(
            world.database.rows(
                "SELECT * FROM orders WHERE owner = ? AND status = ? LIMIT 50", (user["id"], wanted.status)
            )
        )

    @router.post("/orders/export", summary="Several of the caller's orders at once")
    def export_orders(wanted: OrderIds, user: Row = caller) -> list[Order]:
        found = []
        for number in wanted.order_ids:
            row = world.database.one("SELECT * FROM orders WHERE id = ?", (number,))
            if row is not None and (row["owner"] == user["id"] or world.faulty("api.bola.export-body")):
                found.append(row)
        return ordered(found)

    @router.get("/invoices", summary="The caller's invoices")
    def list_invoices(customer_id: int | None = None, user: Row = caller) -> list[Invoice]:
        owner = customer_id if customer_id is not None and world.faulty("api.bola.invoice-query") else user["id"]
        return [
            Invoice(**shown(Invoice, row))
            for row in world.database.rows("SELECT * FROM invoices WHERE owner = ?", (owner,))
        ]

    @router.get("/invoices/{invoice_id}", summary="One invoice")
    def read_invoice(invoice_id: int, user: Row = caller) -> Invoice:
        found = world.database.one("SELECT * FROM invoices WHERE id = ? AND owner = ?", (invoice_id, user["id"]))
        if found is None:
            raise HTTPException(404, "not found")
        return Invoice(**shown(Invoice, found))

    @router.get("/invoices/{invoice_id}/print", summary="One invoice as text", response_class=Response)
    def print_invoice(
        invoice_id: int, user: Row | None = Depends(identity.caller_or_nobody("api.missing.invoice-print"))
    ) -> Response:
        found = world.database.one("SELECT * FROM invoices WHERE id = ?", (invoice_id,))
        if found is None or (user is not None and found["owner"] != user["id"]):
            raise HTTPException(404, "not found")
        return Response(f"INVOICE {found['id']}\n{found['purpose']}: {found['amount']}\n", media_type="text/plain")

    return router
