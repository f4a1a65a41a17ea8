"""The tables of the API and the data of its first day: two customers, support and an administrator for the tester,
strangers beside.
"""

import secrets
import uuid

from tests.assets.targets.world import World, digest

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, email TEXT, password TEXT, role TEXT, api_key
    TEXT, display_name TEXT, phone TEXT, credit_limit INTEGER, balance INTEGER DEFAULT 0, newsletter INTEGER DEFAULT
    0, protected INTEGER DEFAULT 0);
CREATE TABLE orders (id INTEGER PRIMARY KEY, owner INTEGER, product TEXT, quantity INTEGER, status TEXT, note TEXT,
    total INTEGER, address TEXT, protected INTEGER DEFAULT 0);
CREATE TABLE invoices (id INTEGER PRIMARY KEY, owner INTEGER, amount INTEGER, purpose TEXT, protected INTEGER
    DEFAULT 0);
CREATE TABLE projects (id INTEGER PRIMARY KEY, owner INTEGER, title TEXT, plan TEXT, protected INTEGER DEFAULT 0);
CREATE TABLE members (project INTEGER, user INTEGER, protected INTEGER DEFAULT 0);
CREATE TABLE tasks (id INTEGER PRIMARY KEY, project INTEGER, text TEXT, done INTEGER DEFAULT 0, protected INTEGER
    DEFAULT 0);
CREATE TABLE files (id TEXT PRIMARY KEY, owner INTEGER, name TEXT, content TEXT, share TEXT, protected INTEGER
    DEFAULT 0);
CREATE TABLE tickets (id INTEGER PRIMARY KEY, owner INTEGER, subject TEXT, answer TEXT, protected INTEGER DEFAULT
    0);
CREATE TABLE products (sku TEXT PRIMARY KEY, name TEXT, price INTEGER, hidden INTEGER DEFAULT 0, protected INTEGER
    DEFAULT 1);
CREATE TABLE stock (warehouse TEXT, sku TEXT, pieces INTEGER, protected INTEGER DEFAULT 1);
CREATE TABLE reviews (id INTEGER PRIMARY KEY, sku TEXT, text TEXT, protected INTEGER DEFAULT 0);
CREATE TABLE announcements (id INTEGER PRIMARY KEY, title TEXT, text TEXT, protected INTEGER DEFAULT 1);
CREATE TABLE events (id TEXT PRIMARY KEY, protected INTEGER DEFAULT 0);
"""

RESIDENTS = ("carol", "dave", "erin")
PRODUCTS = (
    ("KETTLE-1", "Copper kettle", 4900, 0),
    ("KETTLE-2", "Steel kettle", 3900, 0),
    ("LAMP-1", "Reading lamp", 2900, 0),
    ("CHAIR-1", "Oak chair", 12900, 0),
    ("PROTO-9", "Unreleased prototype", 1, 1),
)
WARRANTIES = (
    {"serial": "SN-1001", "model": "KETTLE-1", "until": "2028-01-31", "holder": "bought in the shop"},
    {"serial": "SN-1002", "model": "LAMP-1", "until": "2027-06-30", "holder": "bought by post"},
    {"serial": "SN-1003", "model": "CHAIR-1", "until": "2029-12-31", "holder": "a gift"},
)
DIRECTORY = [
    {"objectClass": "person", "cn": "Ada", "office": "North 4", "public": "yes"},
    {"objectClass": "person", "cn": "Sam", "office": "South 2", "public": "yes"},
    {"objectClass": "person", "cn": "Nightwatch", "office": "unlisted cellar", "public": "no"},
]


def seed(world: World) -> None:
    """Fills the tables. Rows of residents are protected: whoever changes one has left the tester's own objects."""
    listed = [(user["username"], user["role"], user["password"], user["api_key"]) for user in world.people["users"]]
    strangers = [(name, "customer", secrets.token_hex(12), f"sk_{secrets.token_hex(12)}") for name in RESIDENTS]
    for number, (name, role, password, key) in enumerate(listed + strangers, start=1):
        world.database.insert(
            "users",
            id=number,
            username=name,
            email=f"{name}@shop.test",
            password=digest(password),
            role=role,
            api_key=key,
            display_name=name.title(),
            phone=f"+44 20 7946 0{number:03}",
            credit_limit=500,
            protected=int(name in RESIDENTS),
        )
        if role == "customer":
            _seed_customer(world, number, name)
    for sku, title, price, hidden in PRODUCTS:
        world.database.insert("products", sku=sku, name=title, price=price, hidden=hidden)
        for warehouse in ("north", "south"):
            world.database.insert("stock", warehouse=warehouse, sku=sku, pieces=len(title))
    world.database.insert("announcements", title="Opening hours", text="We are open from nine to five")
    world.database.insert("announcements", title="New lamps", text="The reading lamp is back")
    alices, bob = 1, 2
    world.database.insert("members", project=alices, user=bob)  # shared on purpose: Bob may read Alice's first project
    (world.folder / "documents").mkdir()
    for name in ("terms.txt", "delivery.txt"):
        (world.folder / "documents" / name).write_text(f"This is {name}\n", encoding="utf-8")


def _seed_customer(world: World, number: int, name: str) -> None:
    protected = int(name in RESIDENTS)
    for index in range(3):
        world.database.insert(
            "orders",
            owner=number,
            product=PRODUCTS[index][0],
            quantity=index + 1,
            status=("pending", "paid", "sent")[index],
            note=f"note of {name} {index}",
            total=PRODUCTS[index][2] * (index + 1),
            address=f"{number} Mill Lane",
            protected=protected,
        )
        world.database.insert(
            "invoices",
            owner=number,
            amount=PRODUCTS[index][2],
            purpose=f"invoice of {name} {index}",
            protected=protected,
        )
    for index in range(2):
        project = world.database.insert(
            "projects", owner=number, title=f"{name} builds {index}", plan="basic", protected=protected
        )
        world.database.insert("tasks", project=project, text=f"task of {name} {index}", protected=protected)
    world.database.insert(
        "files",
        id=str(uuid.uuid4()),
        owner=number,
        name=f"{name}.txt",
        content=f"private words of {name}",
        share=secrets.token_urlsafe(24),
        protected=protected,
    )
    world.database.insert("tickets", owner=number, subject=f"ticket of {name}", answer="", protected=protected)
