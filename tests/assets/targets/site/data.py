"""The tables of the site and the data of its first day."""

import secrets

from tests.assets.targets.world import World, digest

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, email TEXT, password TEXT, role TEXT, display_name
    TEXT, membership TEXT DEFAULT 'basic', protected INTEGER DEFAULT 0);
CREATE TABLE orders (id INTEGER PRIMARY KEY, owner INTEGER, what TEXT, status TEXT, protected INTEGER DEFAULT 0);
CREATE TABLE articles (slug TEXT PRIMARY KEY, title TEXT, category TEXT, price INTEGER, hidden INTEGER, protected
    INTEGER DEFAULT 1);
CREATE TABLE comments (id INTEGER PRIMARY KEY, text TEXT, book TEXT, protected INTEGER DEFAULT 0);
CREATE TABLE wishlists (token TEXT PRIMARY KEY, owner INTEGER, text TEXT, protected INTEGER DEFAULT 0);
CREATE TABLE subscriptions (email TEXT, protected INTEGER DEFAULT 0);
"""

RESIDENTS = ("carol", "dave")
ARTICLES = (
    ("copper-kettle", "Copper kettle", "kettles", 49, 0),
    ("steel-kettle", "Steel kettle", "kettles", 39, 0),
    ("reading-lamp", "Reading lamp", "lamps", 29, 0),
    ("oak-chair", "Oak chair", "chairs", 129, 0),
    ("prototype", "Unreleased prototype", "secret", 1, 1),
)
DIRECTORY = [
    {"objectClass": "person", "cn": "Ada", "office": "North 4", "public": "yes"},
    {"objectClass": "person", "cn": "Sam", "office": "South 2", "public": "yes"},
    {"objectClass": "person", "cn": "Nightwatch", "office": "unlisted cellar", "public": "no"},
]
BRANCHES = b"""<branches>
<branch><city>York</city><name>Mill Lane</name></branch>
<branch><city>Bath</city><name>Bridge Street</name></branch>
</branches>"""


def seed(world: World) -> None:
    listed = [(user["username"], user["role"], user["password"]) for user in world.people["users"]]
    strangers = [(name, "customer", secrets.token_hex(12)) for name in RESIDENTS]
    for number, (name, role, password) in enumerate(listed + strangers, start=1):
        protected = int(name in RESIDENTS)
        world.database.insert(
            "users",
            id=number,
            username=name,
            email=f"{name}@shop.test",
            password=digest(password),
            role=role,
            display_name=name.title(),
            protected=protected,
        )
        if role == "customer":
            for index in range(2):
                world.database.insert(
                    "orders",
                    id=500 + 10 * number + index,
                    owner=number,
                    what=f"{ARTICLES[index][1]} for {name}",
                    status="pending",
                    protected=protected,
                )
            world.database.insert(
                "wishlists",
                token=secrets.token_urlsafe(24),
                owner=number,
                text=f"{name} wishes for a lamp",
                protected=protected,
            )
    for slug, title, category, price, hidden in ARTICLES:
        world.database.insert("articles", slug=slug, title=title, category=category, price=price, hidden=hidden)
    for folder in ("brochures", "uploads", "attachments"):
        (world.folder / folder).mkdir()
    (world.folder / "brochures" / "summer.txt").write_text("Kettles for the summer\n", encoding="utf-8")
    (world.folder / "uploads" / "logo.txt").write_text("a kettle\n", encoding="utf-8")
