"""A WSGI service with a flaw: the value of a query reaches the text of an SQL statement."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading

import flask

app = application = flask.Flask(__name__)


@app.get("/users/<int:number>")
def user(number: int) -> str:
    connection = sqlite3.connect(":memory:")
    name = flask.request.args["name"]
    return str(connection.execute(f"SELECT {number}, '{name}'").fetchall())


@app.get("/process")
def process() -> dict[str, object]:
    """What an application could notice of a guest."""
    return {
        "pid": os.getpid(),
        "agent": "setpoint_agent.agent" in sys.modules,
        "threads": sorted(each.name for each in threading.enumerate()),
    }


@app.get("/forked")
def forked() -> str:
    """The flaw, in a child that leaves as the workers of pools do."""
    child = os.fork()
    if not child:
        user(int(flask.request.args["number"]))
        os._exit(0)
    return str(os.waitpid(child, 0)[1])


@app.get("/replaced")
def replaced() -> str:
    """The flaw, in a child that becomes another program."""
    child = os.fork()
    if not child:
        user(int(flask.request.args["number"]))
        os.execv(sys.executable, [sys.executable, "-S", "-c", ""])
    return str(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    from wsgiref.simple_server import make_server

    make_server("127.0.0.1", int(sys.argv[1]), app).serve_forever()
