"""The GraphQL endpoint: the caller, the caller's orders and the products."""

import sqlite3
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from tests.assets.targets.api.documents import COMMON, Query
from tests.assets.targets.api.graphql import Malformed, Schema, Type
from tests.assets.targets.api.identity import Identity
from tests.assets.targets.world import Row, World

MAX_DEPTH = 6


def query_routes(world: World, identity: Identity) -> APIRouter:
    router = APIRouter(tags=["graphql"], responses=COMMON)

    @router.post("/graphql", summary="GraphQL")
    def run(given: Query, user: Row = Depends(identity.caller())) -> JSONResponse:
        try:
            data = _schema(world, user).run(
                given.query,
                given.variables or {},
                introspection=world.faulty("api.graphql.introspection"),
                max_depth=None if world.faulty("api.graphql.depth") else MAX_DEPTH,
            )
        except Malformed as error:
            return JSONResponse({"errors": [{"message": str(error)}]})
        except (sqlite3.Error, RecursionError):
            return JSONResponse({"errors": [{"message": "internal error"}]})
        return JSONResponse({"data": data})

    return router


def _schema(world: World, user: Row) -> Schema:
    database = world.database

    def me(parent: Any, given: dict[str, Any]) -> Row:
        return user

    def orders(parent: Row, given: dict[str, Any]) -> list[Row]:
        return database.rows("SELECT * FROM orders WHERE owner = ? ORDER BY id LIMIT 10", (parent["id"],))

    def order(parent: Any, given: dict[str, Any]) -> Row | None:
        found = database.one("SELECT * FROM orders WHERE id = ?", (given.get("id"),))
        if found is not None and found["owner"] != user["id"] and not world.faulty("api.bola.graphql-order"):
            return None
        return found

    def customer(parent: Row, given: dict[str, Any]) -> Row | None:
        return database.one("SELECT * FROM users WHERE id = ?", (parent["owner"],))

    def products(parent: Any, given: dict[str, Any]) -> list[Row]:
        search = str(given.get("search", ""))
        if world.faulty("api.sql.graphql"):
            return database.rows(f"SELECT sku, name, price FROM products WHERE hidden = 0 AND name LIKE '%{search}%'")
        return database.rows(
            "SELECT sku, name, price FROM products WHERE hidden = 0 AND instr(lower(name), lower(?)) > 0", (search,)
        )

    def column(name: str) -> Any:
        return lambda parent, given: parent[name]

    return Schema(
        [
            Type(
                "Query",
                {
                    "me": ("User!", {}, me),
                    "order": ("Order", {"id": "Int!"}, order),
                    "products": ("[Product!]!", {"search": "String"}, products),
                },
            ),
            Type(
                "User",
                {
                    "id": ("Int!", {}, column("id")),
                    "username": ("String!", {}, column("username")),
                    "orders": ("[Order!]!", {}, orders),
                },
            ),
            Type(
                "Order",
                {
                    "id": ("Int!", {}, column("id")),
                    "note": ("String!", {}, column("note")),
                    "total": ("Int!", {}, column("total")),
                    "customer": ("User!", {}, customer),
                },
            ),
            Type(
                "Product",
                {
                    "sku": ("String!", {}, column("sku")),
                    "name": ("String!", {}, column("name")),
                    "price": ("Int!", {}, column("price")),
                },
            ),
        ]
    )
