"""The public catalogue: products, stock, offers, warranties, reviews. SQL and document-store queries in every part of
a request.
"""

import secrets
import sqlite3
from typing import Any

from fastapi import APIRouter, Cookie, Depends, Header, HTTPException, Request, Response
from tests.assets.targets.api.data import WARRANTIES
from tests.assets.targets.api.documents import COMMON, Text
from tests.assets.targets.api.identity import Identity
from tests.assets.targets.sinks import matches
from tests.assets.targets.world import Row, World


def catalogue_routes(world: World, identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["catalogue"], responses=COMMON)

    def select(unsafe: bool, pasted: str, bound: str, *values: str) -> list[Row]:
        """Runs the statement with the values pasted in or bound; what the database refuses is an internal error."""
        try:
            return world.database.rows(pasted) if unsafe else world.database.rows(bound, values)
        except sqlite3.Error as error:
            raise HTTPException(500, "internal error") from error

    @router.get("/products", summary="Public: search the products")
    def search(search: str = "") -> list[dict[str, Any]]:
        return select(
            world.faulty("api.sql.query"),
            f"SELECT sku, name, price FROM products WHERE hidden = 0 AND name LIKE '%{search}%'",
            "SELECT sku, name, price FROM products WHERE hidden = 0 AND instr(lower(name), lower(?)) > 0",
            search,
        )

    @router.get("/products/suggest", summary="Public: names that begin so")
    def suggest(begin: str = "") -> list[dict[str, Any]]:
        return select(
            False, "", "SELECT name FROM products WHERE hidden = 0 AND substr(name, 1, length(?)) = ?", begin, begin
        )

    @router.get("/products/today", summary="Public: a product of the hour, chosen by lot")
    def today() -> dict[str, Any]:
        rows = select(False, "", "SELECT sku, name, price FROM products WHERE hidden = 0")
        return secrets.choice(rows) | {"lot": secrets.token_hex(4)}

    @router.get("/products/{sku}", summary="Public: one product")
    def product(sku: str) -> dict[str, Any]:
        found = select(
            world.faulty("api.sql.path"),
            f"SELECT sku, name, price FROM products WHERE hidden = 0 AND sku = '{sku}'",
            "SELECT sku, name, price FROM products WHERE hidden = 0 AND sku = ?",
            sku,
        )
        if not found:
            raise HTTPException(404, "not found")
        return found[0]

    @router.post("/products/{sku}/reviews", status_code=201, summary="Say what you think of a product")
    def review(sku: str, given: Text, user: Row = Depends(identity.caller())) -> dict[str, Any]:
        number = world.database.insert("reviews", sku=sku, text=given.text)
        return {"id": number, "sku": sku, "text": given.text}  # JSON: the text is nobody's markup

    @router.get("/stock", summary="Public: what lies in a warehouse")
    def stock(x_warehouse: str = Header(default="north", max_length=300)) -> list[dict[str, Any]]:
        return select(
            world.faulty("api.sql.header"),
            f"SELECT sku, pieces FROM stock WHERE warehouse = '{x_warehouse}' LIMIT 10",
            "SELECT sku, pieces FROM stock WHERE warehouse = ? LIMIT 10",
            x_warehouse,
        )

    @router.get("/offers", summary="Public: the offers of the visitor's region")
    def offers(response: Response, region: str = Cookie(default="north", max_length=300)) -> list[dict[str, Any]]:
        if region == "north":
            response.set_cookie("region", "north", httponly=True, samesite="lax")
        return select(
            world.faulty("api.sql.cookie"),
            f"SELECT sku FROM stock WHERE warehouse = '{region}' LIMIT 10",
            "SELECT sku FROM stock WHERE warehouse = ? LIMIT 10",
            region,
        )

    @router.get("/ratings", summary="Public: the stars of a product")
    def ratings(product: str = "LAMP-1") -> dict[str, Any]:
        if any(sign in product for sign in "'\"<>;"):  # fails on signs without any injection behind it
            raise HTTPException(500, "internal error")
        return {"product": product, "stars": 4}

    @router.get(
        "/warranty",
        summary="Public: the warranty of one serial number",
        openapi_extra={
            "parameters": [
                {"name": "serial", "in": "query", "required": True, "schema": {"type": "string"}, "example": "SN-1001"}
            ]
        },
    )
    def warranty(request: Request) -> list[dict[str, Any]]:
        query = _nested(request.query_params.multi_items(), "serial")
        if not query or (isinstance(query.get("serial"), dict) and not world.faulty("api.nosql.warranty")):
            raise HTTPException(422, "serial")
        return [dict(one) for one in WARRANTIES if matches(dict(one), query)]

    return router


def _nested(items: list[tuple[str, str]], name: str) -> dict[str, Any]:
    """`serial=x` and `serial[$ne]=x`, as frameworks with nested query strings read them."""
    found: dict[str, Any] = {}
    for key, value in items[:20]:
        if key == name:
            found[name] = value
        elif key.startswith(f"{name}[") and key.endswith("]"):
            found[name] = {**(found[name] if isinstance(found.get(name), dict) else {}), key[len(name) + 1 : -1]: value}
    return found
