"""Types of columns: how times, documents and keys are kept, the same in every database. `tables` is made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Dialect,
    Integer,
    Text,
    TypeDecorator,
)

from setpoint.errors import LedgerError
from setpoint.model.canonical import Json, Unknown, canonical_bytes

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


class Moment(TypeDecorator[datetime]):
    """A time, as whole microseconds since 1970 in UTC: exact, ordered, and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (SQLAlchemy's)
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's)
        try:
            return None if value is None else EPOCH + value * MICROSECOND
        except (TypeError, OverflowError) as error:
            raise LedgerError(
                f"a time in the ledger is damaged ({value!r})", remedy="restore the ledger from a backup"
            ) from error


class Document(TypeDecorator[Any]):
    """A JSON value in its canonical spelling, so that equal documents are equal text; `Unknown` comes back as one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's)
        return None if value is None else canonical_bytes(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Json:  # noqa: ARG002 (SQLAlchemy's)
        if value is None:
            return None
        try:
            document = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise LedgerError(
                f"a document in the ledger is damaged ({error.msg})", remedy="restore the ledger from a backup"
            ) from error
        return restore_unknowns(document) if "$unknown" in value else document


def restore_unknowns(value: Json) -> Json:
    """With every `Unknown` that JSON could only describe."""
    if isinstance(value, list):
        return [restore_unknowns(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and isinstance(reason := value.get("$unknown"), str):
        return Unknown(reason)
    return {name: restore_unknowns(each) for name, each in value.items()}


Number = BigInteger().with_variant(Integer, "sqlite")
"""A key that counts up by itself; SQLite does that only for a column declared INTEGER (*SQLite Autoincrement*)."""
