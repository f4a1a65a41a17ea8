"""Customers in the database."""

from helpdesk import database


def find(where, values):
    """Every caller gives constants for `where`."""
    return database.query(f"select id, name, email from customers where {where}", values)


def by_email(email):
    return find("email = ?", (email,))


def set_password(email, digest):
    return database.change("update customers set password = ? where email = ?", (digest, email))


def rename(number, name):
    query = "update customers set name = '" + name + "' where id = " + str(int(number))
    return database.change(query)
