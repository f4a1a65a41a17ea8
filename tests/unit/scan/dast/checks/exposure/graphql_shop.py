"""A shop behind GraphQL, by the reference library: as faulty, or as sound, as each test wants it."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from typing import Any

from flask import Flask, jsonify, request
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import Caller

SCHEMA = """
type Query {
  me: Customer
  orders: [Order!]!
  order(id: ID!): Order
  customers: [Customer!]!
  products(named: String): [Product!]!
  ping(host: String!): String
}
type Mutation {
  createOrder(input: OrderInput!): OrderOutcome!
  updateOrder(id: ID!, note: String!): Order
  deleteOrder(id: ID!): Boolean
  resetShop: Boolean
  login(username: String!, password: String!): String
}
input OrderInput { note: String! }
type OrderOutcome { ok: Boolean  order: Order }
type Order { id: ID!  note: String  owner: Customer }
type Customer { id: ID!  name: String  email: String  passwordHash: String }
type Product { id: ID!  name: String }
"""

ALICE, BOB = Caller("alice", "customer", 1), Caller("bob", "customer", 1)


class Addressed(HeaderAccounts):
    def user(self, caller: Caller) -> str:
        return f"{caller.name}@shop.test"


BY_COOKIE = Addressed({each: (("cookie", f"session={each.name}"),) for each in (ALICE, BOB)})
BY_TOKEN = Addressed({each: (("authorization", f"Bearer {each.name}"),) for each in (ALICE, BOB)})
HASH = "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"


class Shop:
    """`faults`: which of `reads`, `writes`, `lists`, `hashes`, `sql`, `command`, `batches`, `forms` it has."""

    def __init__(self, graphql: Any, *faults: str) -> None:
        self.faults = set(faults)
        self.graphql = graphql
        self.schema = graphql.build_schema(SCHEMA)
        self.orders: dict[str, dict[str, Any]] = {}
        self.was_reset = False
        self.people = {
            name: {"id": f"c-{name}", "name": name, "email": f"{name}@shop.test"} for name in ("alice", "bob")
        }

    def app(self) -> Flask:
        app = Flask("shop")

        @app.route("/graphql", methods=["GET", "POST"])
        def graphql() -> Any:
            if request.is_json:
                given = request.get_json()
            elif "forms" in self.faults:
                given = request.get_json(force=True, silent=True) or request.values.to_dict()
            else:
                return jsonify(errors=[{"message": "application/json alone"}]), 415
            if isinstance(given, list):
                if "batches" not in self.faults:
                    return jsonify(errors=[{"message": "one at a time"}]), 400
                return jsonify([self.answer(each) for each in given])
            return jsonify(self.answer(given))

        return app

    def answer(self, given: dict[str, Any]) -> Any:
        root = {
            name: getattr(self, name) for name in ("me", "orders", "order", "customers", "products", "ping", "login")
        }
        root = {name: _called(each) for name, each in root.items() if name != "orders"}
        root |= {
            "orders": lambda _info: self.listed(),
            "createOrder": _called(self.create),
            "resetShop": _called(self.reset),
        }
        root |= {"updateOrder": _called(self.update), "deleteOrder": _called(self.delete)}
        result = self.graphql.graphql_sync(
            self.schema, given.get("query", ""), root, variable_values=given.get("variables")
        )
        return result.formatted

    def caller(self) -> str:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        name = bearer or request.cookies.get("session", "")
        return name if name in self.people else ""

    def me(self) -> Any:
        return self.people.get(self.caller())

    def listed(self) -> Any:
        return [each for each in self.orders.values() if each["owner"]["name"] == self.caller()]

    def order(self, **given: str) -> Any:
        found = self.orders.get(given["id"])
        return found if found and self.may(found, "reads") else None

    def may(self, order: dict[str, Any], fault: str) -> bool:
        return bool(self.caller()) if fault in self.faults else order["owner"]["name"] == self.caller()

    def customers(self) -> Any:
        if "lists" in self.faults:
            return list(self.people.values())
        if not self.caller():
            raise self.graphql.GraphQLError("log in", extensions={"code": "UNAUTHENTICATED"})
        return [self.people[self.caller()] | ({"passwordHash": HASH} if "hashes" in self.faults else {})]

    def products(self, named: str | None = None) -> Any:
        asked = "SELECT id, name FROM products"
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE TABLE products (id TEXT, name TEXT)")
            database.executemany("INSERT INTO products VALUES (?, ?)", [("p1", "kettle"), ("p2", "pot")])
            if named is not None and "sql" in self.faults:
                rows = database.execute(f"{asked} WHERE name = '{named}'").fetchall()
            else:
                rows = database.execute(f"{asked} WHERE name = coalesce(?, name)", [named]).fetchall()
        return [{"id": each[0], "name": each[1]} for each in rows]

    def ping(self, host: str) -> str:
        if "command" in self.faults:
            return subprocess.run(["sh", "-c", f"echo {host}"], capture_output=True, text=True, check=False).stdout
        return f"{host} is up"

    def create(self, **given: Any) -> Any:
        if not self.caller():
            raise self.graphql.GraphQLError("log in", extensions={"code": "UNAUTHENTICATED"})
        order = {
            "id": f"o-{len(self.orders) + 101}",
            "note": given["input"]["note"],
            "owner": self.people[self.caller()],
        }
        self.orders[order["id"]] = order
        return {"ok": True, "order": order}

    def update(self, note: str, **given: str) -> Any:
        found = self.orders.get(given["id"])
        if not found or not self.may(found, "writes"):
            raise self.graphql.GraphQLError("no such order")
        found["note"] = note
        return found

    def delete(self, **given: str) -> bool:
        self.was_reset = True
        return bool(self.orders.pop(given["id"], None))

    def reset(self) -> bool:
        self.was_reset = True
        return True

    def login(self, **_given: str) -> Any:
        raise self.graphql.GraphQLError("wrong name or password")


def _called(method: Any) -> Any:
    return lambda _info, **given: method(**given)
