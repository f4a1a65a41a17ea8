"""Products and customers, looked up in SQL."""

import configparser
import sqlite3
from contextlib import closing

from flask import Blueprint, jsonify, request
from flask.views import MethodView
from shoplib import config
from shoplib.text import Search, is_plain, tidy, unpercent
from sqlalchemy import create_engine, text

bp = Blueprint("sqli", __name__, url_prefix="/sqli")
engine = create_engine("sqlite:///shop.db")


def rows(statement, *parameters):
    with closing(sqlite3.connect("shop.db")) as database:
        return [row[0] for row in database.execute(statement, *parameters).fetchall()]


class ProductRepository:
    """The usual way to a product."""

    def __init__(self, database):
        self.database = database

    def by_colour(self, colour):
        cursor = self.database.cursor()
        cursor.execute("SELECT name FROM products WHERE colour = '" + colour + "' ORDER BY name")
        return [name for (name,) in cursor]

    def by_colour_bound(self, colour):
        cursor = self.database.cursor()
        cursor.execute("SELECT name FROM products WHERE colour = :colour ORDER BY name", {"colour": colour})
        return [name for (name,) in cursor]


@bp.get("/sqli-f01")
def products_of_colour():
    with closing(sqlite3.connect("shop.db")) as database:
        return jsonify(ProductRepository(database).by_colour(request.args["colour"]))


@bp.get("/sqli-f02")
def products_of_colour_bound():
    with closing(sqlite3.connect("shop.db")) as database:
        return jsonify(ProductRepository(database).by_colour_bound(request.args["colour"]))


@bp.post("/sqli-f03")
def customer_search():
    search = Search(term=tidy(request.form["term"]))
    statement = f"SELECT name FROM customers WHERE name LIKE '{search.pattern}'"
    return jsonify(rows(statement))


@bp.post("/sqli-f04")
def customer_search_bound():
    search = Search(term=tidy(request.form["term"]))
    return jsonify(rows("SELECT name FROM customers WHERE name LIKE ?", (search.pattern,)))


class OrderBy(MethodView):
    def get(self):
        column = request.cookies.get("sort", "name")
        with engine.connect() as connection:
            found = connection.execute(text("SELECT name FROM products WHERE id < 10 ORDER BY %s" % unpercent(column)))
            return jsonify([row.name for row in found])


bp.add_url_rule("/sqli-f05", view_func=OrderBy.as_view("order_by"))


class OrderByKnown(MethodView):
    columns = ("name", "price", "colour")

    def get(self):
        column = unpercent(request.cookies.get("sort", "name"))
        if column not in self.columns:
            return jsonify(error="no such column"), 400
        with engine.connect() as connection:
            found = connection.execute(text("SELECT name FROM products WHERE id < 10 ORDER BY %s" % column))
            return jsonify([row.name for row in found])


bp.add_url_rule("/sqli-f06", view_func=OrderByKnown.as_view("order_by_known"))


@bp.post("/sqli-f07")
def report():
    wanted = request.get_json()["report"]["filters"][0]["city"]
    statement = "SELECT name FROM customers WHERE city = '{city}' AND role <> '{role}'".format(city=wanted, role="root")
    return jsonify(rows(statement))


@bp.post("/sqli-f08")
def report_by_id():
    wanted = int(request.get_json()["report"]["filters"][0]["id"])
    return jsonify(rows(f"SELECT name FROM customers WHERE id = {wanted} AND role <> 'root'"))


@bp.get("/sqli-f09")
def by_referring_page():
    settings = configparser.ConfigParser(interpolation=None)
    settings["visit"] = {"page": request.referrer.rpartition("/")[2], "table": "products"}
    query = "SELECT name FROM %s WHERE colour = '%s'" % (settings["visit"]["table"], settings["visit"]["page"])
    return jsonify(rows(query))


@bp.get("/sqli-f10")
def by_referring_page_safely():
    settings = configparser.ConfigParser(interpolation=None)
    settings["visit"] = {"page": request.referrer.rpartition("/")[2], "colour": "olive"}
    query = "SELECT name FROM products WHERE colour = '%s'" % settings["visit"]["colour"]
    return jsonify(rows(query))


def warehouse():
    import psycopg2

    return psycopg2.connect(config.POSTGRES)


@bp.get("/sqli-f11/<name>")
def in_warehouse(name):
    with closing(warehouse()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM products WHERE name = '" + name.strip() + "'")
        return jsonify([found for (found,) in cursor.fetchall()])


@bp.get("/sqli-f12/<name>")
def in_warehouse_checked(name):
    if not is_plain(name):
        return jsonify(error="odd name"), 400
    with closing(warehouse()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM products WHERE name = '" + name.strip() + "'")
        return jsonify([found for (found,) in cursor.fetchall()])
