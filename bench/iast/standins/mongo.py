"""As much of MongoDB as the applications use: a handshake, and finding by value, by operator and by `$where`.

The messages are the wire protocol's OP_MSG, and OP_QUERY for the first greeting, as pymongo sends them.
"""

from __future__ import annotations

import re
import socketserver
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import bson

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
HELLO: Final = {
    "helloOk": True, "isWritablePrimary": True, "ismaster": True, "maxBsonObjectSize": 16_777_216,
    "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "minWireVersion": 0, "maxWireVersion": 25,
    "readOnly": False, "ok": 1.0,
}  # fmt: skip

HIDDEN: Final = "Prototype-X7431"
"""What only an attack finds."""
COLLECTIONS: Final[Mapping[str, list[dict[str, Any]]]] = {
    "reviews": [
        {"name": "Fine chair", "author": "Grace Hopper", "colour": "teal", "stars": 4},
        {"name": "Soft sofa", "author": "Ada Lovelace", "colour": "olive", "stars": 5},
        {"name": "Dim lamp", "author": "Linus Berg", "colour": "walnut", "stars": 2},
        {"name": HIDDEN, "author": "lab", "colour": "unreleased", "stars": 9},
    ],
    "people": [
        {"name": "grace", "city": "New York", "secret": "a customer"},
        {"name": "lab", "city": "Nowhere", "secret": HIDDEN},
    ],
}
_COMPARISON: Final = re.compile(r"\s*(this\.(?P<field>\w+)|'(?P<left>[^']*)')\s*==\s*'(?P<right>[^']*)'\s*")


class Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while len(head := self.rfile.read(16)) == 16:
            length, number, _, code = struct.unpack("<iiii", head)
            body = self.rfile.read(length - 16)
            reply = _reply(body, code)
            self.wfile.write(struct.pack("<iiii", 16 + len(reply), 0, number, OP_REPLY if code == OP_QUERY else OP_MSG))
            self.wfile.write(reply)


class Database(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


def database() -> Database:
    return Database(("127.0.0.1", 0), Conversation)


def _reply(body: bytes, code: int) -> bytes:
    if code == OP_QUERY:
        return struct.pack("<iqii", 8, 0, 0, 1) + _encoded(_hello())
    size = int.from_bytes(body[5:9], "little")
    return struct.pack("<i", 0) + b"\0" + _encoded(_answer(bson.decode(body[5 : 5 + size])))


def _encoded(document: Mapping[str, Any]) -> bytes:
    return bytes(bson.encode(document))


def _hello() -> dict[str, Any]:
    return {**HELLO, "localTime": datetime.now(UTC)}


def _answer(command: Mapping[str, Any]) -> dict[str, Any]:
    name, collection = next(iter(command.items()))
    if name in ("hello", "ismaster", "isMaster"):
        return _hello()
    if name == "find":
        return _batch(command, collection, command.get("filter", {}))
    if name == "aggregate":
        return _batch(command, collection, command["pipeline"][0]["$match"])
    return {"ok": 1.0}


def _batch(command: Mapping[str, Any], collection: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    found = [each for each in COLLECTIONS[collection] if _matches(each, wanted)]
    found = found[: command.get("limit") or None]
    return {"cursor": {"id": 0, "ns": f"{command['$db']}.{collection}", "firstBatch": found}, "ok": 1.0}


def _matches(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(
        _where(document, value) if field == "$where" else _holds(document.get(field), value)
        for field, value in wanted.items()
    )


def _holds(found: Any, wanted: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return bool(found == wanted)
    return all(_operator(name, found, value) for name, value in wanted.items())


def _operator(name: str, found: Any, value: Any) -> bool:
    match name:
        case "$eq":
            return bool(found == value)
        case "$ne":
            return bool(found != value)
        case "$in":
            return found in value
        case "$gt":
            return type(found) is type(value) and found > value
    raise ValueError(f"{name} is not among the operators that the applications use")


def _where(document: Mapping[str, Any], script: str) -> bool:
    """Whether one of its comparisons holds: all the JavaScript that is needed here."""
    for each in script.split("||"):
        if (found := _COMPARISON.fullmatch(each)) is not None:
            left = document.get(found["field"]) if found["field"] else found["left"]
            if left == found["right"]:
                return True
    return False
