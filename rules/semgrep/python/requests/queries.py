import re
from typing import Annotated, Literal
from uuid import UUID

import ldap
import ldap3
import sqlalchemy
from bson import ObjectId
from fastapi import APIRouter, Depends
from flask import Blueprint, abort, request
from ldap3.utils.conv import escape_filter_chars
from lxml import etree
from psycopg import sql

orders = Blueprint("orders", __name__)
router = APIRouter()
COLUMNS = {"date": "created_at", "total": "amount"}
NAME = re.compile(r"[a-z]{1,20}")


@orders.route("/orders")
def list_orders():
    # ruleid: setpoint.python.sql-injection
    db.execute("SELECT * FROM orders WHERE customer = '" + request.args["customer"] + "'")
    state = request.form.get("state", "open")
    query = f"SELECT * FROM orders WHERE state = '{state}'"
    # ruleid: setpoint.python.sql-injection
    db.execute(query)
    wanted = []
    wanted.append("city = '%s'" % request.values["city"])
    # ruleid: setpoint.python.sql-injection
    rows = db.session.execute(sqlalchemy.text("SELECT * FROM orders WHERE " + " AND ".join(wanted)))
    # ok: setpoint.python.sql-injection
    db.execute("SELECT * FROM orders WHERE customer = ?", (request.args["customer"],))
    # ok: setpoint.python.sql-injection
    db.execute(f"SELECT * FROM orders ORDER BY {COLUMNS[request.args['by']]}")
    # ok: setpoint.python.sql-injection
    db.execute("SELECT * FROM orders ORDER BY " + COLUMNS.get(request.args["by"], "id"))
    # ok: setpoint.python.sql-injection
    db.execute(f"SELECT * FROM orders LIMIT {int(request.args['limit'])}")
    ids = request.json["ids"]
    # ok: setpoint.python.sql-injection
    db.execute(f"SELECT * FROM orders WHERE id IN ({','.join('?' * len(ids))})", ids)
    # ok: setpoint.python.sql-injection
    db.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(request.args["table"])))
    by = request.args.get("by")
    if by not in COLUMNS:
        abort(400)
    # ok: setpoint.python.sql-injection
    return db.execute(f"SELECT * FROM orders ORDER BY {by}")


@router.get("/customers/{name}")
async def customer(name: str, page: int, state: Literal["new", "old"], store=Depends(get_store)):
    # ruleid: setpoint.python.sql-injection
    await pool.fetch(f"SELECT * FROM customers WHERE name = '{name}'")
    # ok: setpoint.python.sql-injection
    await pool.fetch(f"SELECT * FROM customers LIMIT 10 OFFSET {page}")
    # ok: setpoint.python.sql-injection
    await pool.fetch(f"SELECT * FROM customers WHERE state = '{state}'")
    # ok: setpoint.python.sql-injection
    return await pool.fetch("SELECT * FROM customers WHERE name = $1", name)


def by_slug(request, slug):
    # ruleid: setpoint.python.sql-injection
    return Article.objects.raw("SELECT * FROM article WHERE slug = '%s'" % slug)


class Customers:
    TABLES = ("customer", "customer_archive")

    def find(self, name):
        # ruleid: setpoint.python.sql-from-parameter
        return self._db.execute(f"SELECT id FROM customer WHERE name = '{name}'")

    def rename(self, customer: UUID, name: str):
        # ruleid: setpoint.python.sql-from-parameter
        statement = "UPDATE customer SET name = '" + name + "' WHERE id = ?"
        self._db.execute(statement, (customer,))

    def drop(self, table):
        # ruleid: setpoint.python.sql-from-parameter
        self._db.execute("DROP TABLE {}".format(table))

    def by_id(self, customer: UUID):
        # ok: setpoint.python.sql-from-parameter
        return self._db.execute(f"SELECT id FROM customer WHERE id = '{customer}'")

    def of_table(self, table):
        if table not in self.TABLES:
            raise ValueError(table)
        # ok: setpoint.python.sql-from-parameter
        return self._db.execute(f"SELECT id FROM {table}")

    def named(self, name):
        if not NAME.fullmatch(name):
            return None
        # ok: setpoint.python.sql-from-parameter
        return self._db.execute(f"SELECT id FROM customer WHERE name = '{name}'")

    def run(self, statement, values):
        # ok: setpoint.python.sql-from-parameter
        return self._db.execute(statement, values)

    def label(self, name):
        # ok: setpoint.python.sql-from-parameter
        return f"Select a customer like {name}"


@orders.post("/login")
def login():
    # ruleid: setpoint.python.nosql-injection
    users.find_one({"name": request.json["name"], "password": request.json["password"]})
    # ruleid: setpoint.python.nosql-injection
    users.delete_many(request.get_json())
    sent = request.get_json()
    # ruleid: setpoint.python.nosql-injection
    users.find({"$where": "this.name == '" + sent["name"] + "'"})
    # ok: setpoint.python.nosql-injection
    users.find_one({"name": str(request.json["name"])})
    # ok: setpoint.python.nosql-injection
    users.find_one({"_id": ObjectId(request.json["id"])})
    # ok: setpoint.python.nosql-injection
    users.find_one({"name": request.form["name"]})
    # ok: setpoint.python.nosql-injection
    return users.find_one({"age": int(request.json["age"])})


class Directory:
    def find(self, name, unit):
        # ruleid: setpoint.python.ldap-injection
        self.connection.search("dc=example", f"(uid={name})")
        # ruleid: setpoint.python.ldap-injection
        wanted = "(&(objectClass=person)(cn=" + name + "))"
        # ruleid: setpoint.python.ldap-injection
        self.connection.search_s("dc=example", ldap.SCOPE_SUBTREE, wanted)
        # ok: setpoint.python.ldap-injection
        self.connection.search("dc=example", f"(uid={escape_filter_chars(name)})")
        # ok: setpoint.python.ldap-injection
        self.connection.search_s("dc=example", ldap.SCOPE_SUBTREE, ldap.filter.filter_format("(uid=%s)", [name]))
        # ok: setpoint.python.ldap-injection
        self.connection.search("dc=example", "(uid=admin)")
        if unit not in ("sales", "support"):
            raise ValueError(unit)
        # ok: setpoint.python.ldap-injection
        self.connection.search("dc=example", f"(ou={unit})")


def user_of(tree, name):
    # ruleid: setpoint.python.xpath-injection
    tree.xpath(f"//user[@name='{name}']")
    # ruleid: setpoint.python.xpath-injection
    tree.findall("./user[@name='" + name + "']")
    # ruleid: setpoint.python.xpath-injection
    etree.XPath("//user[@name='%s']" % name)
    # ok: setpoint.python.xpath-injection
    tree.xpath("//user[@name=$name]", name=name)
    # ok: setpoint.python.xpath-injection
    tree.xpath("//user[@admin='1']")
    # ok: setpoint.python.xpath-injection
    tree.xpath(f"//user[{int(name)}]")
    # ok: setpoint.python.xpath-injection
    "a text to look in".find(name)
    if not name.isalnum():
        raise ValueError(name)
    # ok: setpoint.python.xpath-injection
    return tree.xpath(f"//user[@name='{name}']")
