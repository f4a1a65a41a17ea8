"""Fields of an object that are the server's to set, and what a caller would like them to hold. Used by `assignment`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.holdings import Holdings
from setpoint.scan.dast.checks.access.reading_back import field_name
from setpoint.scan.dast.checks.access.records import records_in
from setpoint.scan.dast.checks.access.references import PEOPLE, reference_of
from setpoint.scan.dast.checks.access.reserved_fields import gained
from setpoint.scan.dast.creations import is_about_caller, names_person
from setpoint.scan.dast.naming import noun_of, words_of
from setpoint.scan.dast.shown_objects import WRAPPERS

MOST_FIELDS: Final = 6
"""Of one operation, sent one by one where they are refused together."""

STANDING: Final = frozenset(
    {
        *("role", "roles", "admin", "superuser", "staff", "permissions", "scopes", "privileges", "rank", "level"),
        *("group", "groups", "verified", "approved", "confirmed", "trusted", "premium", "plan", "tier", "subscription"),
        *("moderator", "vip", "clearance", "kyc", "blocked", "banned", "suspended"),
        *("membership", "memberships", "licence", "license", "entitlement", "entitlements"),
    }
)
"""Words of fields that say what an account may do."""

_MAY: Final = frozenset({"role", "roles", "admin", "superuser", "staff", "permissions", "privileges"})
"""Of `STANDING`, those that no account chooses for itself."""

BARRING: Final = frozenset({"blocked", "banned", "suspended"})
"""Of `STANDING`, those that nobody would like to be."""

WORTH: Final = frozenset(
    {
        *("balance", "credit", "credits", "points", "wallet", "price", "total", "amount", "discount", "cost", "fee"),
        *("paid", "quota", "limit", "score", "status", "state", "shipped", "refunded", "stock", "tax"),
    }
)
"""Words of fields that somebody pays for."""

_OWNERS: Final = frozenset({"owner", "user", "account", "customer", "author", "creator"})
"""Of a field with an identifier, what makes it the account that an object belongs to."""

STEP: Final = 7
"""By how much a number is raised: nothing else is likely to have raised it by as much."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A field that the caller should not be able to set."""

    part: Part
    was: Json
    wanted: Json
    inner: str = ""
    """Its name within the member that `part` stands for, which is written whole: a server may replace all of it."""

    @property
    def name(self) -> str:
        return self.inner or field_name(self.part)

    @property
    def is_about_standing(self) -> bool:
        """Whether it says what an account may do, which is worse than what it is worth."""
        return not STANDING.isdisjoint(words_of(self.name))

    def is_held(self, exchange: Exchange) -> bool:
        """Whether the object now has the value that was wanted."""
        return self._holds(exchange, self.wanted)

    def is_as_before(self, exchange: Exchange) -> bool:
        return self._holds(exchange, self.was)

    def _holds(self, exchange: Exchange, value: Json) -> bool:
        if self.inner and isinstance(value, dict):
            return _holds(exchange, (field_name(self.part), self.inner), value[self.inner])
        return _holds(exchange, (field_name(self.part),), value)


def wanted_values(fields: Sequence[Locked]) -> dict[Part, Json]:
    """All of them, to be sent at once."""
    values: dict[Part, Json] = {}
    for each in fields:
        before = values.get(each.part)
        if each.inner and isinstance(before, dict) and isinstance(each.wanted, dict):
            values[each.part] = {**before, each.inner: each.wanted[each.inner]}
        else:
            values[each.part] = each.wanted
    return values


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller would like fields to hold."""

    role: str
    peer: Holdings | None
    """Whose an object may be made; not where it would be the caller's own."""
    higher: Holdings | None = None
    """Who may more, and whose own page says how the target itself calls what it may."""
    reserved: Mapping[tuple[str, ...], Part] = field(default_factory=dict)
    """Words of fields that only operations for higher accounts take, and their parts: `credit_limit`."""


def locked_fields(operation: Operation, shown: Exchange, wish: Wish) -> list[Locked]:
    """Fields of the object that matter, and that the operation does not say it takes.

    What an account may do matters even where it says so: nobody gives that to itself.
    """
    taken = {words_of(field_name(part)): part for part in operation.parts if not part.schema.get("readOnly")}
    record = _record(shown, operation)
    found = []
    for name, was in record.items():
        words = words_of(name)
        if words in taken:
            part, wanted = taken[words], _promoting(operation, taken[words], was, wish)
        else:
            part = Part(PartPlace.BODY, f"/{name}" if operation.body is BodyForm.JSON else name)
            wanted = _unlisted(operation, words, was, wish)
        if wanted is not None:
            found.append(Locked(part, was, wanted))
    found += _inner_fields(operation, record, taken, wish)
    found.sort(key=lambda each: not each.is_about_standing)
    return found[:MOST_FIELDS]


def _inner_fields(
    operation: Operation, record: Mapping[str, Json], taken: Collection[tuple[str, ...]], wish: Wish
) -> Iterator[Locked]:
    """The same of the objects in it: `{"account": {"role": …}}`."""
    for name, member in record.items() if operation.body is BodyForm.JSON else ():
        for inner, was in member.items() if isinstance(member, dict) else ():
            words = words_of(inner)
            wanted = _unlisted(operation, words, was, wish) if words not in taken else None
            if wanted is not None and isinstance(member, dict):
                yield Locked(Part(PartPlace.BODY, f"/{name}"), member, {**member, inner: wanted}, inner)


def _unlisted(operation: Operation, words: tuple[str, ...], was: Json, wish: Wish) -> Json:
    """What to set a field to that the operation does not list."""
    wanted = _wanted(words, was, wish, is_new=operation.method == "POST")
    return gained(wish.reserved[words], was) if wanted is None and words in wish.reserved else wanted


def _promoting(operation: Operation, part: Part, was: Json, wish: Wish) -> Json:
    """What only the higher caller's page shows, where the operation is about an account; None where it is no choice."""
    words = words_of(field_name(part))
    is_own = is_about_caller(operation) or names_person(operation)
    if part.place is not PartPlace.BODY or not is_own or wish.higher is None or _MAY.isdisjoint(words):
        return None
    told = wish.higher.of_itself().get("".join(words))
    choices = part.schema.get("enum")
    is_fit = told is not None and type(told) is type(was) and (not isinstance(choices, list) or told in choices)
    return told if is_fit and told != was else None


def _wanted(words: tuple[str, ...], was: Json, wish: Wish, *, is_new: bool) -> Json:
    """What to set such a field to; None where it does not matter, or nothing fits."""
    if words[-1:] in {("id",), ("uuid",)} and not _OWNERS.isdisjoint(words[:-1]):
        peer = wish.peer.itself() if is_new and wish.peer is not None else None
        return peer if type(peer) is type(was) and peer != was else None
    if not BARRING.isdisjoint(words) and was is not True:
        return None
    if wish.higher is not None and not STANDING.isdisjoint(words):
        standing = better_standing(words, was, wish.higher)
        if standing is not None:
            return standing
    matters = STANDING | WORTH | set(words_of(wish.role))
    return None if matters.isdisjoint(words) else _better(words, was, wish)


def better_standing(words: tuple[str, ...], was: Json, higher: Holdings) -> Json:
    """What the higher caller's own page shows in this field, else its role, written as the target writes one.

    None where that is what is there already.
    """
    told = higher.of_itself().get("".join(words))
    if told is not None and type(told) is type(was):
        return told if told != was else None
    if isinstance(was, bool):
        return None if was else True
    role = higher.caller.role
    if not isinstance(was, str) or not role or {"role", "roles"}.isdisjoint(words):
        return None
    cased = written_like(was, role)
    return cased if cased != was else None


def written_like(known: str, role: str) -> str:
    """The role in the letters in which the target writes another."""
    return role.upper() if known.isupper() else role.title() if known.istitle() else role


def _better(words: tuple[str, ...], was: Json, wish: Wish) -> Json:
    """Another value of the same kind."""
    if isinstance(was, bool):
        return not was
    if isinstance(was, int | float):
        return was + STEP
    if isinstance(was, list) and all(isinstance(each, str) for each in was) and was:
        return None if wish.role in was else [*was, wish.role]
    if isinstance(was, str):
        return wish.role if "role" in words and was != wish.role else PLAIN_WORDS.get(was.lower())
    return None


PLAIN_WORDS: Final[Mapping[str, str]] = {
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
    noun = noun_of(operation.path)
    enveloped = PEOPLE if is_about_caller(operation) else frozenset({noun})
    for kind, record, is_main in records_in(document, noun):
        is_asked_for = is_main or kind in enveloped
        has_values = any(not isinstance(value, dict) for value in record.values())
        if is_asked_for and has_values and not _wraps(record, enveloped):
            return record
    return {}


def _wraps(record: Mapping[str, Json], enveloped: frozenset[str]) -> bool:
    """Whether the object that is asked for stands in it, beside what there is to say of the call (`success`).

    Under a name that says so, or, where nothing of its own names the record, under that of what was asked for.
    """
    members = {name for name, value in record.items() if isinstance(value, dict) and value}
    if any(name.lower() in WRAPPERS for name in members):
        return True
    is_named = any(reference_of(name, "") is not None for name in record.keys() - members)
    return not is_named and any(noun_of(name) in enveloped for name in members)


def _holds(exchange: Exchange, steps: tuple[str, ...], wanted: Json) -> bool:
    """Whether the object now has the value there, and not just one that is equal to it in Python."""
    document = json_of(exchange.answer) if exchange.answer is not None and is_success(exchange) else None
    found = [(record, is_main) for _, record, is_main in records_in(document, "") if steps[0] in record]
    records = [record for record, is_main in found if is_main] or [record for record, _ in found]
    value: Json = dict(records[0]) if records else None
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return bool(records) and value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
