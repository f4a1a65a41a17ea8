"""Everything the shop needs below its working directory, made once at its start."""

import sqlite3
from pathlib import Path

PRODUCTS = [
    (1, "Oak chair", "walnut", 120.0),
    (2, "Desk lamp", "teal", 45.5),
    (3, "Linen sofa", "olive", 890.0),
    (4, "Garden bench", "maroon", 210.0),
    (99, "Prototype-X7431", "unreleased", 0.0),
]
CUSTOMERS = [
    (1, "Ada Lovelace", "ada@example.com", "London", "customer"),
    (2, "Grace Hopper", "grace@example.com", "New York", "customer"),
    (3, "Linus Berg", "linus@example.com", "Helsinki", "customer"),
    (90, "Prototype-X7431", "lab@example.com", "Nowhere", "root"),
]
FILES = {
    "data/public/readme.txt": "Opening hours are nine to five",
    "data/public/prices.txt": "Oak chair 120",
    "data/public/catalogue summer.txt": "Linen sofa 890",
    "data/public/notes/teal.txt": "Teal goes with oak",
    "data/public/notes/olive.txt": "Olive goes with linen",
    "data/public/en/greeting.txt": "Good morning",
    "data/public/pt/greeting.txt": "Bom dia",
    "data/secret.txt": "VAULT-7431",
    "data/public-old/secret.txt": "VAULT-7431",
}
SCHEMA = """
CREATE TABLE IF NOT EXISTS products (id INTEGER PRIMARY KEY, name TEXT, colour TEXT, price REAL);
CREATE TABLE IF NOT EXISTS customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, city TEXT, role TEXT);
CREATE TABLE IF NOT EXISTS visits (id INTEGER PRIMARY KEY, agent TEXT, page TEXT);
"""


def prepare() -> None:
    for name, text in FILES.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    for folder in ("uploads", "unpacked", "exports"):
        Path(folder).mkdir(exist_ok=True)
    with sqlite3.connect("shop.db") as database:
        database.executescript(SCHEMA)
        database.executemany("INSERT OR REPLACE INTO products VALUES (?, ?, ?, ?)", PRODUCTS)
        database.executemany("INSERT OR REPLACE INTO customers VALUES (?, ?, ?, ?, ?)", CUSTOMERS)
    database.close()
