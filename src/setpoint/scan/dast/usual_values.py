"""What parts hold where nobody gives them a value: own objects, the caller's own names, the target's front page.

Called by `seeding`.
"""

from __future__ import annotations

from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Operation, Part, PartPlace
from setpoint.scan.dast.action_words import DESTROYS
from setpoint.scan.dast.creations import READING, said_by
from setpoint.scan.dast.identifiers import PEOPLE, noun_of_part
from setpoint.scan.dast.interface import Accounts
from setpoint.scan.dast.naming import noun_of, words_of
from setpoint.scan.dast.new_accounts import is_password, is_registration, makes_account
from setpoint.scan.dast.objects import Objects
from setpoint.scan.dast.own_values import is_personal
from setpoint.scan.dast.values import CANARY, password, value_of

STANDING: Final = frozenset(
    {"role", "roles", "admin", "permission", "permissions", "group", "groups", "tier", "superuser"}
)
"""Words of fields by which an account stands above others."""

_ADDRESSES: Final = frozenset({"url", "uri", "href", "link", "webhook", "callback"})
"""Last words of parts that hold an address which the target may ask."""

_NOBODYS: Final = {"integer": 2_000_000_011, "number": 2_000_000_011}
"""An identifier that no object has, below the largest of 32 bits: where only own ones may be written to."""


class UsualValues:
    """Of the parts of a request."""

    def __init__(self, base: str, objects: Objects, accounts: Accounts, secret: str) -> None:
        self._base = base
        self._objects = objects
        self._accounts = accounts
        self._secret = secret

    def of(self, operation: Operation, part: Part, caller: Caller, marker: str, *, as_documented: bool = False) -> Json:
        """`as_documented`: with the document's addresses in place of the target's own."""
        if makes_account(operation) and is_password(part):
            return password(self._secret)  # the document's example is known to everybody
        if self.means_caller(operation, part, caller):
            return self._name_of(part, caller)
        if is_address(part) and not as_documented:
            return f"{self._base}/?{CANARY}={marker}"
        known = self._objects.named_by(part, caller.name, operation.path)
        return known if known is not None else value_of(part, marker)

    def of_optional(self, operation: Operation, part: Part, caller: Caller, marker: str) -> Json:
        """For what may be left out, and gives nobody a standing and changes nothing for others; None for the rest."""
        words = words_of(part.name.rpartition("/")[2])
        if not STANDING.isdisjoint(words) or is_password(part):
            return None
        if part.schema.get("type") == "boolean":
            return False
        known = self._objects.named_by(part, caller.name, operation.path)
        if known is not None or operation.method in READING or noun_of_part(part.name):
            return known
        return self.of(operation, part, caller, marker)

    def in_path(self, operation: Operation, part: Part, marker: str) -> Json:
        """For a path whose object is not known: an example to read; nobody's to write to."""
        if operation.method in READING:
            return value_of(part, marker)
        kind = part.schema.get("type")
        return _NOBODYS.get(kind, f"{CANARY}-{marker}-none") if isinstance(kind, str) else f"{CANARY}-{marker}-none"

    def means_caller(self, operation: Operation, part: Part, caller: Caller) -> bool:
        """Whether it names a person, and the caller may safely be that one: nothing is taken from it."""
        name = words_of(part.name.rpartition("/")[2])
        if part.place not in {PartPlace.BODY, PartPlace.QUERY} or not is_personal(name):
            return False
        makes_person = operation.method == "POST" and noun_of(operation.path) in PEOPLE
        if is_registration(operation) or makes_person or any(map(is_password, operation.parts)):
            return False
        changes = operation.method not in READING
        ranks = any(not STANDING.isdisjoint(words_of(each.name)) for each in operation.parts)
        if changes and (ranks or not DESTROYS.isdisjoint(said_by(operation))):
            return False
        return self._name_of(part, caller) is not None

    def _name_of(self, part: Part, caller: Caller) -> Json:
        """What the part would hold to name the caller; None where that is not known."""
        name = part.name.rpartition("/")[2]
        told = self._objects.own_values.of(caller.name, name)
        if told is not None:
            return told
        user = self._accounts.user(caller)
        wants_address = not {"email", "mail"}.isdisjoint(words_of(name))
        return user if user and wants_address == ("@" in user) else None


def is_address(part: Part) -> bool:
    """Whether it holds an address, and any: the target's own is asked of nobody else."""
    if not part.schema.keys().isdisjoint({"enum", "const", "pattern"}) or part.schema.get("type", "string") != "string":
        return False
    return part.schema.get("format") in {"uri", "url"} or not _ADDRESSES.isdisjoint(words_of(part.name)[-1:])
