"""Led here by PYTHONPATH, the program notes every moment at which it may die between two writes, and dies at one.

MORTAL_LOG is the file of these notes, a JSON line each; MORTAL_AT the number of the moment at which to die by SIGKILL.
A moment is: before a transaction of the ledger begins, before it commits, before AWS is told to change something, and
right after AWS said that it did.
"""

from __future__ import annotations

import json
import os
import signal
from itertools import count
from typing import Any

from botocore.client import BaseClient
from sqlalchemy import Connection, Engine, event

from setpoint.store.ledger.dialect import WRITING

READS = ("Describe", "Get", "Head", "List")

_log = os.open(os.environ["MORTAL_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
_last = int(os.environ.get("MORTAL_AT", "0"))
_numbers = count(1)
_call = BaseClient._make_api_call


def _note(**what: object) -> None:
    os.write(_log, json.dumps(what, default=str).encode() + b"\n")


def _moment(name: str) -> None:
    number = next(_numbers)
    _note(moment=number, name=name)
    if number == _last:
        os.kill(os.getpid(), signal.SIGKILL)


def _begin(connection: Connection) -> None:
    if WRITING.items() <= connection.get_execution_options().items():
        _moment("before a transaction")


def _commit(_connection: Connection) -> None:
    _moment("before a commit")


def _call_aws(client: Any, operation: str, given: dict[str, Any]) -> Any:
    if operation.startswith(READS):
        return _call(client, operation, given)
    _moment(f"before {operation}")
    answer = _call(client, operation, given)
    _note(wrote=operation, given=given)
    _moment(f"after {operation}")
    return answer


event.listen(Engine, "begin", _begin)
event.listen(Engine, "commit", _commit)
BaseClient._make_api_call = _call_aws
