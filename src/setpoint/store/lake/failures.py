"""DuckDB's errors in the words of `errors`: what is the query's fault, what is the lake's. For `lake` and `query`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from setpoint.errors import InputError, LakeError

LONGEST: Final = 500
"""Characters of what DuckDB says that are passed on; its suggestions can list every column there is."""

_OF_THE_LAKE: Final = (
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.IOException,
    duckdb.ResourceInUseException,
    duckdb.TransactionException,
)

_DAMAGE: Final = ("Corrupt ", "Failure while replaying WAL", "Could not read enough bytes")
_KIND: Final = re.compile(r"^(?:[A-Z][\w ]* Error|INTERRUPT Error): ")
_LINE: Final = re.compile(r"^LINE (\d+):", re.MULTILINE)


@contextmanager
def of_the_lake(path: Path) -> Iterator[None]:
    """Whatever DuckDB raises in here is a `LakeError`."""
    try:
        yield
    except duckdb.Error as error:
        raise lake_error(error, path) from error


def lake_error(error: duckdb.Error, path: Path) -> LakeError:
    if is_damage(error):
        return LakeError(
            f"the lake is damaged ({_said(error)})",
            where=str(path),
            remedy="it is put aside when it is opened again, and made anew from the journal",
        )
    return LakeError(f"the lake cannot be used ({_said(error)})", where=str(path))


def is_damage(error: duckdb.Error) -> bool:
    return any(word in str(error) for word in _DAMAGE)


def is_the_lakes(error: duckdb.Error) -> bool:
    """Whether a query met something that is not its own fault."""
    return isinstance(error, _OF_THE_LAKE) or is_damage(error)


def query_error(error: duckdb.Error) -> InputError:
    """For what went wrong while a query was read or ran, and is its own fault."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return too_large()
    # Where it is about what stands in the query; a value that fails later has a place in our own wording of it.
    line = _LINE.search(str(error)) if isinstance(error, duckdb.ParserException) else None
    return InputError(_said(error), where=f"line {line[1]}" if line else "")


def too_large() -> InputError:
    return InputError("the query needs more memory than it may have", remedy="ask for less, or for fewer groups")


def _said(error: duckdb.Error) -> str:
    """One line of it, without the kind of error in front, the query that it repeats, and a full stop."""
    text = _KIND.sub("", str(error).split("\n\nLINE ")[0].strip())
    text = " ".join(text.split())
    return (text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…").rstrip(".!")
