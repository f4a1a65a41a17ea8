"""What a scan writes down while it goes on, and reads when it goes on after it was stopped. Made by `wiring.dast`.

    scan.json        which scan it is: of what, how
    exchanges.jsonl  every request with its answer, without secrets
    faults.jsonl     what was found
    checks.jsonl     which checks are finished

Each line is one write to a file that appends, so that whoever kills the scan cuts no more than the last of them.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import orjson

from setpoint.errors import ConflictError, InputError
from setpoint.files import read_bytes, read_lines
from setpoint.model.canonical import Json
from setpoint.model.dast import Exchange, Fault, Sent
from setpoint.scan.dast.documents import exchange_document, exchange_from, fault_document, fault_from
from setpoint.scan.dast.markers import PROBE_HEADER
from setpoint.scan.dast.sending.redaction import Redactor, is_secret_name

SCAN, EXCHANGES, FAULTS, CHECKS = "scan.json", "exchanges.jsonl", "faults.jsonl", "checks.jsonl"

LONGEST_LINE: Final = 64 * 1024 * 1024
"""An answer of the largest size that is read, as base64, and more."""

KEPT_BYTES: Final = 64 * 1024 * 1024
"""Of answers that wait for their request to be asked again."""

T = TypeVar("T")


class RunFolder:
    """Implements `engine.Notes` and `sender.Record`."""

    def __init__(self, folder: Path, scan: Mapping[str, Json], redactor: Redactor, *, resumes: bool) -> None:
        """`scan`: what it is of. Raises `InputError` where the folder cannot be used, or holds another one."""
        self._folder = folder
        self._redactor = redactor
        self._answers: dict[bytes, deque[Exchange]] = defaultdict(deque)
        self._faults: list[Fault] = []
        self._finished: frozenset[str] = frozenset()
        self._begin(scan, resumes=resumes)
        self._files: dict[str, BinaryIO] = {name: self._opened(name) for name in (EXCHANGES, FAULTS, CHECKS)}

    def close(self) -> None:
        for each in (*self._files.values(), self._held):
            each.close()

    def answered(self, request: Sent) -> Exchange | None:
        waiting = self._answers.get(_digest(request))
        return waiting.popleft() if waiting else None

    def note_exchange(self, exchange: Exchange) -> None:
        shown = self._redactor.exchange(exchange)
        document = exchange_document(shown) | {"id": _digest(exchange.sent).hex(), "same": _is_same(exchange, shown)}
        self._append(EXCHANGES, document)

    def finished(self) -> frozenset[str]:
        return self._finished

    def faults(self) -> Sequence[Fault]:
        return self._faults

    def note_finished(self, check: str) -> None:
        self._append(CHECKS, {"check": check})

    def note_fault(self, fault: Fault) -> None:
        self._append(FAULTS, fault_document(fault))

    def _begin(self, scan: Mapping[str, Json], *, resumes: bool) -> None:
        known = self._folder / SCAN
        if resumes:
            content = read_bytes(known)
            self._held = self._taken(known)
            try:
                self._resume(scan, content)
            except InputError:
                self._held.close()
                raise
            return
        with _told(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with known.open("xb") as stream:
                    stream.write(orjson.dumps(scan, option=orjson.OPT_INDENT_2))
            except FileExistsError as error:
                remedy = "--resume goes on with it; else name another folder"
                raise InputError("the folder holds a scan already", where=str(self._folder), remedy=remedy) from error
            known.chmod(0o600)
        self._held = self._taken(known)

    def _taken(self, known: Path) -> BinaryIO:
        """For this process alone until `close`, or until it ends in whatever way (flock(2))."""
        held = known.open("rb")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            held.close()
            remedy = "wait for its end, or name another folder"
            raise ConflictError("another scan is using the folder", where=str(self._folder), remedy=remedy) from error
        return held

    def _resume(self, scan: Mapping[str, Json], known: bytes) -> None:
        if known != orjson.dumps(scan, option=orjson.OPT_INDENT_2):
            remedy = "give the same address, profile and callers"
            raise InputError("the folder holds another scan", where=str(self._folder), remedy=remedy)
        self._faults = list(self._read(FAULTS, fault_from))
        self._finished = frozenset(self._read(CHECKS, lambda line: str(line["check"])))
        size = 0
        for identity, exchange in self._read(EXCHANGES, _replayable):
            if exchange is not None and exchange.answer is not None and size < KEPT_BYTES:
                size += len(exchange.answer.body)
                self._answers[identity].append(exchange)

    def _read(self, name: str, made: Callable[[Mapping[str, Any]], T]) -> Iterator[T]:
        """What a line says; the last one may have been cut short, and any that is none is passed over."""
        path = self._folder / name
        for _, line in read_lines(path, limit=LONGEST_LINE) if path.exists() else ():
            try:
                yield made(orjson.loads(line))
            except (KeyError, TypeError, ValueError):
                continue

    def _opened(self, name: str) -> BinaryIO:
        """At its end, on a line of its own, however the scan before was killed."""
        path = self._folder / name
        with _told(path):
            is_cut = path.exists() and not _ends_with_newline(path)
            stream = path.open("ab", buffering=0)
            path.chmod(0o600)
            if is_cut:
                stream.write(b"\n")
        return stream

    def _append(self, name: str, document: Json) -> None:
        with _told(self._folder / name):
            self._files[name].write(orjson.dumps(document) + b"\n")


class NoFolder:
    """Nothing is written down, and nothing is known of an earlier run."""

    def answered(self, request: Sent) -> Exchange | None:  # noqa: ARG002 - the interface has it
        return None

    def note_exchange(self, exchange: Exchange) -> None: ...

    def finished(self) -> frozenset[str]:
        return frozenset()

    def faults(self) -> Sequence[Fault]:
        return ()

    def note_finished(self, check: str) -> None: ...

    def note_fault(self, fault: Fault) -> None: ...

    def close(self) -> None: ...


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"the run folder cannot be written ({error.strerror})", where=str(path)) from error


def _ends_with_newline(path: Path) -> bool:
    """Whether it does, or is empty."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(size - 1, 0))
        return stream.read(1) in (b"", b"\n")


def _digest(request: Sent) -> bytes:
    """The same for the same request of the same caller; credentials and markers are other ones in each run."""
    headers = [(name, value) for name, value in request.headers if not _is_of_the_run(name)]
    told = orjson.dumps([request.method, request.url, headers, request.body.hex(), request.caller])
    return hashlib.sha256(told).digest()


def _is_of_the_run(name: str) -> bool:
    return name.lower() in {"cookie", PROBE_HEADER} or is_secret_name(name)


def _is_same(exchange: Exchange, shown: Exchange) -> bool:
    """Whether nothing was taken out of the answer: only such a one can stand in for what would come again."""
    return exchange.answer is not None and exchange.answer == shown.answer


def _replayable(document: Mapping[str, Any]) -> tuple[bytes, Exchange | None]:
    return bytes.fromhex(document["id"]), exchange_from(document) if document["same"] else None
