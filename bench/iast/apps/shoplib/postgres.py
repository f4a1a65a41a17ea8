"""The same products in PostgreSQL, for those parts of the shop that keep them there."""

from shoplib import config
from shoplib.seed import PRODUCTS


def prepare() -> None:
    if not config.POSTGRES:
        return
    import psycopg

    with psycopg.connect(config.POSTGRES, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS products (id INTEGER PRIMARY KEY, name TEXT, colour TEXT, price REAL)"
        )
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO products VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", PRODUCTS)
