"""What all documents share: how strict they are, how a time is spelt, and how a value is that is not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from setpoint.model.canonical import Json, Unknown

UNKNOWN: Final = "unknown"
"""The one key of the object that stands for a value that could not be worked out; its reason is beside it."""

LITERAL: Final = "literal"
"""The one key of the object that stands for a real object which could be taken for one of these two."""

LONGEST_NAME: Final = 512
"""Characters of a name that a caller gives: longer than any service, version, policy or waiver has."""

LONGEST_TEXT: Final = 2_000
"""Characters of a reason that a caller gives."""

HIGHEST_NUMBER: Final = 2**63 - 1
"""The largest id that a database holds."""


class Document(BaseModel):
    """Immutable; a field that nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def example(**fields: Any) -> ConfigDict:
    """The configuration of a document, with the example of it that the OpenAPI document shows."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _spelt_as_date_time(at: object) -> object:
    """Pydantic would take a number for the seconds since 1970, and read dates in other forms."""
    if isinstance(at, datetime) or (isinstance(at, str) and _RFC_3339.fullmatch(at)):
        return at
    raise ValueError("write a date and time with its offset: 2026-05-31T12:00:00Z")


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this is beyond the times that can be told in UTC") from error


Moment = Annotated[AwareDatetime, BeforeValidator(_spelt_as_date_time), AfterValidator(_in_utc)]
"""A time with its offset (RFC 3339, *date-time*), kept in UTC."""


def _whole(number: object) -> object:
    """Pydantic's strict integers are those that Python's parser makes; to JSON Schema, 53.0 is one too."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


WHOLE: Final = BeforeValidator(_whole)
"""After a strict integer's bounds: takes every spelling of a whole number (JSON Schema, *Validation*, 6.1.1)."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"[^\s\x00-\x1f]")]
"""A name that a caller gives; not only white space, in Python's sense of it and in that of regular expressions."""

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT, pattern=r"[^\s\x00-\x1f]")]
"""A reason that a caller gives."""


def spelt(value: Json) -> Json:
    """`value` as JSON alone: an `Unknown` as `{"unknown": reason}`, the same as `--json` prints it."""
    if isinstance(value, Unknown):
        return {UNKNOWN: value.reason}
    if isinstance(value, Mapping):
        members = {name: spelt(member) for name, member in value.items()}
        return {LITERAL: members} if _is_ambiguous(members) else members
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [spelt(each) for each in value]
    return value


def meant(value: Json) -> Json:
    """What was given to `spelt`."""
    if isinstance(value, list):
        return [meant(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if _is_ambiguous(value):
        if UNKNOWN in value:
            return Unknown(value[UNKNOWN])
        return {name: meant(member) for name, member in value[LITERAL].items()}
    return {name: meant(member) for name, member in value.items()}


def _is_ambiguous(members: Mapping[str, Json]) -> bool:
    """Whether an object has the form of one that stands for something else."""
    if len(members) != 1:
        return False
    return isinstance(members.get(UNKNOWN), str) or isinstance(members.get(LITERAL), Mapping)


def at_most(limit: int) -> BeforeValidator:
    """Before any entry is looked at; as a bound of the schema it would speak of bodies too large to be read."""

    def bounded(entries: object) -> object:
        if isinstance(entries, (list, tuple)) and len(entries) > limit:
            raise ValueError(f"it has {len(entries):,} entries; at most {limit:,} are taken")
        return entries

    return BeforeValidator(bounded)
