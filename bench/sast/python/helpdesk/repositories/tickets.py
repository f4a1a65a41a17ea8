"""Tickets in the database."""

from contextlib import closing

from helpdesk import database

COLUMNS = ("id", "title", "status", "owner", "priority")
SORTABLE = {"title": "title", "owner": "owner", "urgency": "priority"}
TABLE = "tickets"


class TicketRepository:
    """Reads and writes tickets; the blueprints hand it what was asked for."""

    def search(self, words):
        return database.query(f"select id, title from tickets where title like '%{words}%'")

    def sorted_by(self, column):
        statement = "select id, title from tickets order by " + column
        return database.query(statement)

    def sorted_by_known(self, name):
        column = SORTABLE.get(name, "id")
        return database.query(f"select id, title from tickets order by {column}")

    def by_number(self, number):
        return database.query(f"select * from tickets where id = {int(number)}")

    def of_owner(self, owner):
        return database.query("select {} from {} where owner = ?".format(", ".join(COLUMNS), TABLE), (owner,))

    def many(self, numbers):
        marks = ", ".join("?" for _ in numbers)
        return database.query(f"select id, title from tickets where id in ({marks})", numbers)

    def count_with_status(self, status):
        return database.query("select count(*) as n from tickets where status = '%s'" % status)[0]["n"]

    def annotate(self, number, text):
        with closing(database.connect()) as connection:
            connection.executescript(f"insert into notes (ticket, text) values ({int(number)}, '{text}')")

    def purge(self, status):
        return database.change(f"delete from tickets where status = '{status}'")

    def report(self, condition, values):
        return database.query(f"select owner, count(*) as n from tickets where {condition} group by owner", values)
