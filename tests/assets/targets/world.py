"""What a target stands on: which faults are in, its database, and the log of everything that it changed.

Used by both targets. The log is the truth about safety: triggers in the database, not the handlers, say what a
request changed, so that a change made by an injected statement is recorded as well.
"""

import atexit
import contextvars
import hashlib
import hmac
import json
import secrets
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

Row = dict[str, Any]


def fault_ids(target: str) -> frozenset[str]:
    """The ids of one target's faults, from `labels.jsonl`: a switch that names no label is an error at once."""
    lines = (HERE / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    return frozenset(label["id"] for label in map(json.loads, lines) if label["target"].split("-")[0] == target)


def people(target: str) -> dict[str, Any]:
    """The accounts and shared secrets that a tester is given, from `users.json`."""
    loaded: dict[str, Any] = json.loads((HERE / "users.json").read_text(encoding="utf-8"))[target]
    return loaded


@dataclass
class CurrentRequest:
    """The request being answered, as the log names it."""

    method: str
    path: str
    route: Callable[[], str]
    """Asked when something is recorded: the route is known only after routing."""


current: contextvars.ContextVar[CurrentRequest | None] = contextvars.ContextVar("current", default=None)


@dataclass(frozen=True)
class Effect:
    """One line of the log: what a request did to the state."""

    sequence: int
    at: float
    method: str
    path: str
    route: str
    effect: str
    """`update orders`, `mail`, …"""
    rows: int
    outside: int
    """How many of them belonged to somebody whom the tester was not given."""
    destructive: bool
    """Whether the operation itself must never be called by a careful tester, whoever owns what it touches."""


@dataclass
class Journal:
    """Every change of state, in order; appended to a file as well when one is named."""

    file: Path | None = None
    effects: list[Effect] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, effect: str, *, rows: int = 1, outside: int = 0, destructive: bool = False) -> None:
        request = current.get()
        if request is None:  # seeding, not a request
            return
        with self.lock:
            line = Effect(
                sequence=len(self.effects) + 1,
                at=time.time(),
                method=request.method,
                path=request.path,
                route=request.route(),
                effect=effect,
                rows=rows,
                outside=outside,
                destructive=destructive,
            )
            self.effects.append(line)
            if self.file is not None:
                with self.file.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(asdict(line)) + "\n")

    def as_json(self) -> list[dict[str, Any]]:
        with self.lock:
            return [asdict(effect) for effect in self.effects]

    def clear(self) -> None:
        with self.lock:
            self.effects.clear()


class Database:
    """SQLite in memory whose triggers tell which rows a statement changed, and whether they were a stranger's."""

    def __init__(self, schema: str, journal: Journal) -> None:
        self.journal = journal
        self.lock = threading.RLock()
        self.connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.executescript(schema)
        self.connection.execute("CREATE TABLE changed (what TEXT, outside INTEGER)")
        self._watch()

    def _watch(self) -> None:
        for table in [row[0] for row in self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]:
            if table in {"changed", "sqlite_sequence"}:
                continue
            for verb, outside in (("insert", "0"), ("update", "OLD.protected"), ("delete", "OLD.protected")):
                self.connection.execute(
                    f"CREATE TRIGGER {verb}_{table} AFTER {verb} ON {table} "
                    f"BEGIN INSERT INTO changed VALUES ('{verb} {table}', {outside}); END"
                )

    def rows(self, statement: str, values: Iterable[Any] = ()) -> list[Row]:
        with self.lock:
            found = [dict(row) for row in self.connection.execute(statement, tuple(values))]
            self._record_changes()
        return found

    def one(self, statement: str, values: Iterable[Any] = ()) -> Row | None:
        found = self.rows(statement, values)
        return found[0] if found else None

    def insert(self, table: str, **values: Any) -> int:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        with self.lock:
            cursor = self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))
            self._record_changes()
        return int(cursor.lastrowid or 0)

    def _record_changes(self) -> None:
        changes = self.connection.execute("SELECT what, count(*), sum(outside) FROM changed GROUP BY what").fetchall()
        if changes:
            self.connection.execute("DELETE FROM changed")
        for what, rows, outside in changes:
            self.journal.record(what, rows=rows, outside=outside)


class Attempts:
    """Failed attempts by name: five within the window close the door for the length of the window.

    The window is short so that one run of a tester can show the limit and go on."""

    LIMIT = 5
    WINDOW = 4.0

    def __init__(self) -> None:
        self.failures: dict[str, list[float]] = {}

    def blocked(self, name: str) -> bool:
        recent = [at for at in self.failures.get(name, []) if time.monotonic() - at < self.WINDOW]
        self.failures[name] = recent
        return len(recent) >= self.LIMIT

    def failed(self, name: str) -> None:
        self.failures.setdefault(name, []).append(time.monotonic())

    def succeeded(self, name: str) -> None:
        self.failures.pop(name, None)


class World:
    """One running target: its faults, its data, its folder and its log."""

    def __init__(
        self,
        target: str,
        *,
        schema: str,
        seed: Callable[["World"], None],
        repaired: bool = False,
        mended: Iterable[str] = (),
        log: Path | None = None,
        tls: bool = False,
    ) -> None:
        self.known = fault_ids(target)
        unknown = set(mended) - self.known
        if unknown:
            raise ValueError(f"labels.jsonl has no fault {', '.join(sorted(unknown))} of {target}")
        self.present = frozenset() if repaired else self.known - set(mended)
        self.people = people(target)
        self.journal = Journal(log)
        self.tls = tls
        self.metadata_port = 0
        self.origin = ""
        self.folder = Path(tempfile.mkdtemp(prefix=f"target-{target}-"))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self._schema, self._seed = schema, seed
        self.reset()

    def reset(self) -> None:
        """The data of the first day again, and an empty log."""
        self.database = Database(self._schema, self.journal)
        self.attempts = Attempts()
        self.mails: list[Row] = []
        self.state: dict[str, Any] = {}
        for kept in [path for path in self.folder.iterdir() if path.is_dir()]:
            shutil.rmtree(kept)
        self._seed(self)
        self.journal.clear()

    def faulty(self, fault: str) -> bool:
        if fault not in self.known:
            raise KeyError(fault)
        return fault in self.present

    def is_canary(self, username: str) -> bool:
        return any(user["username"] == username for user in self.people["users"])

    def mail(self, to: Row, subject: str, body: str) -> None:
        """Sends nothing: the mail lies in the mailbox of the target, and a stranger's is counted as outside."""
        self.mails.append({"to": to["id"], "subject": subject, "body": body})
        self.journal.record("mail", outside=int(bool(to["protected"])))


def digest(password: str) -> str:
    """A password as the tables hold it; few rounds, for the targets are to be quick."""
    return hashlib.pbkdf2_hmac("sha256", password.encode(), b"targets", 1_000).hex()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def fresh_token() -> str:
    return secrets.token_urlsafe(24)
