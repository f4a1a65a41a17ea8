"""Fields of an object that are the server's to set, and what a caller would like them to hold. Used by `assignment`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.holdings import Holdings
from setpoint.scan.dast.checks.access.reading_back import field_name
from setpoint.scan.dast.checks.access.records import records_in
from setpoint.scan.dast.naming import noun_of, words_of
from setpoint.scan.dast.objects import WRAPPERS

MOST_FIELDS: Final = 6
"""Of one operation, sent one by one where they are refused together."""

_STANDING: Final = frozenset(
    {
        *("role", "roles", "admin", "superuser", "staff", "permissions", "scopes", "privileges", "rank", "level"),
        *("group", "groups", "verified", "approved", "confirmed", "trusted", "premium", "plan", "tier", "subscription"),
        *("moderator", "vip", "clearance", "kyc", "blocked", "banned", "suspended"),
    }
)
"""Words of fields that say what an account may do."""

_WORTH: Final = frozenset(
    {
        *("balance", "credit", "credits", "points", "wallet", "price", "total", "amount", "discount", "cost", "fee"),
        *("paid", "quota", "limit", "score", "status", "state", "shipped", "refunded", "stock", "tax"),
    }
)
"""Words of fields that somebody pays for."""

_OWNERS: Final = frozenset({"owner", "user", "account", "customer", "author", "creator"})
"""Of a field with an identifier, what makes it the account that an object belongs to."""

_STEP: Final = 7
"""By how much a number is raised: nothing else is likely to have raised it by as much."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A field that the caller should not be able to set."""

    part: Part
    was: Json
    wanted: Json

    @property
    def is_about_standing(self) -> bool:
        """Whether it says what an account may do, which is worse than what it is worth."""
        return not _STANDING.isdisjoint(words_of(field_name(self.part)))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller would like fields to hold."""

    role: str
    peer: Holdings | None
    """Whose an object may be made; not where it would be the caller's own."""


def locked_fields(operation: Operation, shown: Exchange, wish: Wish) -> list[Locked]:
    """Fields of the object that the operation does not say it takes, and that matter."""
    taken = {tuple(words_of(field_name(part))) for part in operation.parts if not part.schema.get("readOnly")}
    record = _record(shown, operation)
    found = []
    for name, was in record.items():
        words = words_of(name)
        wanted = None if words in taken else _wanted(words, was, wish, is_new=operation.method == "POST")
        if wanted is not None:
            place = f"/{name}" if operation.body is BodyForm.JSON else name
            found.append(Locked(Part(PartPlace.BODY, place), was, wanted))
    found.sort(key=lambda each: not each.is_about_standing)
    return found[:MOST_FIELDS]


def _wanted(words: tuple[str, ...], was: Json, wish: Wish, *, is_new: bool) -> Json:
    """What to set such a field to; None where it does not matter, or nothing fits."""
    if words[-1:] in {("id",), ("uuid",)} and not _OWNERS.isdisjoint(words[:-1]):
        peer = wish.peer.itself() if is_new and wish.peer is not None else None
        return peer if type(peer) is type(was) and peer != was else None
    matters = _STANDING | _WORTH | set(words_of(wish.role))
    return None if matters.isdisjoint(words) else _better(words, was, wish)


def _better(words: tuple[str, ...], was: Json, wish: Wish) -> Json:
    """Another value of the same kind."""
    if isinstance(was, bool):
        return not was
    if isinstance(was, int | float):
        return was + _STEP
    if isinstance(was, list) and all(isinstance(each, str) for each in was) and was:
        return None if wish.role in was else [*was, wish.role]
    if isinstance(was, str):
        return wish.role if "role" in words and was != wish.role else _PLAIN_WORDS.get(was.lower())
    return None


_PLAIN_WORDS: Final[Mapping[str, str]] = {
    "free": "premium",
    "basic": "premium",
    "standard": "premium",
    "bronze": "gold",
    "silver": "gold",
    "pending": "approved",
    "new": "paid",
    "open": "paid",
    "draft": "approved",
    "created": "paid",
    "unpaid": "paid",
    "submitted": "approved",
    "user": "admin",
    "unverified": "verified",
}
"""What a field holds at first, and what somebody would like it to hold."""


def _record(exchange: Exchange, operation: Operation) -> Mapping[str, Json]:
    """The object that an answer is about."""
    document = json_of(exchange.answer) if exchange.answer is not None and is_success(exchange) else None
    for _, record, is_main in records_in(document, noun_of(operation.path)):
        if is_main and any(not isinstance(value, dict) for value in record.values()) and not _wraps(record):
            return record
    return {}


def _wraps(record: Mapping[str, Json]) -> bool:
    """Whether the object that is asked for stands in it, beside what there is to say of the call (`success`)."""
    return any(isinstance(value, dict) and value and name.lower() in WRAPPERS for name, value in record.items())


def holds(exchange: Exchange, part: Part, wanted: Json) -> bool:
    """Whether the object now has the value, and not just one that is equal to it in Python."""
    document = json_of(exchange.answer) if exchange.answer is not None and is_success(exchange) else None
    name = field_name(part)
    records = [record for _, record, is_main in records_in(document, "") if is_main and name in record]
    return (
        bool(records) and records[0][name] == wanted and isinstance(records[0][name], bool) == isinstance(wanted, bool)
    )
