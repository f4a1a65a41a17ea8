"""Fills a fresh database for a demonstration: python -m helpdesk.scripts.demo_data."""

import random

from helpdesk import create_app, database

DEMO_PASSWORD = "changeme"


def fill(count):
    for number in range(100, 100 + count):
        owner = random.choice(["ada", "grace"])
        database.change("insert into tickets (id, title, owner) values (?, ?, ?)", (number, f"Ticket {number}", owner))


def serve():
    create_app().run(host="0.0.0.0", debug=True)


if __name__ == "__main__":
    fill(50)
    serve()
