"""Items in the database."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, text

from warehouse import database


class Order(StrEnum):
    NAME = "name"
    STOCK = "stock"


@dataclass
class Filter:
    """What the caller asked for, as a clause."""

    shelf: str
    least: str

    def clause(self):
        return f"shelf = '{self.shelf}' and stock >= {self.least}"


def by_name(name):
    return database.rows(text(f"select code, name from items where name like '{name}%'"))


def by_code(code):
    statement = "select code, name from items where code = '%s'" % code
    return database.rows(text(statement))


def by_code_bound(code):
    return database.rows(text("select code, name from items where code = :code").bindparams(bindparam("code", code)))


def on_shelf(wanted):
    return database.rows(text("select code from items where " + wanted.clause()))


def ordered(order: Order):
    return database.rows(text(f"select code, name from items order by {order.value}"))


def page(limit):
    return database.rows(text("select code, name from items limit {}".format(limit)))


def shelves(names):
    joined = ", ".join(f"'{name}'" for name in names)
    return database.rows(text(f"select code from items where shelf in ({joined})"))


def stock_of(number: int):
    return database.rows(text(f"select stock from items where id = {number:d}"))


def restock(number, shelf):
    return database.change(text(f"update items set shelf = '{shelf}' where id = {int(number)}"))


def retire(code):
    return database.change(text(f"delete from items where code = '{code}'"))
