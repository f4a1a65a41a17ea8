"""What an organisation's policies say of an account, from a file: `setpoint identity escalations --organisation`.

```json
{"id": "o-a1b2c3d4e5", "accounts": {"111122223333": {"scps": [[{"name": "root", "document": {}}]], "rcps": []}}}
```

Each list of policies is one level, from the root through the units to the account. Called by `wiring.identity`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import did_you_mean
from setpoint.model.canonical import Json
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_reading import read_policy

MOST_LEVELS: Final = 7
"""The root, five units below each other, the account (Organizations User Guide, "Quotas for AWS Organizations")."""
MOST_POLICIES: Final = 10
"""Attached to one of them: twice as many as AWS lets there be of a kind."""

KINDS: Final = {"scps": PolicyKind.SCP, "rcps": PolicyKind.RCP}

_ID: Final = re.compile(r"o-[a-z0-9]{10,32}")
"""Organizations API Reference, data type `Organization`."""


def within_organisation(account: IamAccount, document: Json, where: str) -> IamAccount:
    """The account under the policies that the document at `where` has for it; `InputError` where it has none."""
    members = _members(document, where, ("accounts", "id"))
    given = members.get("id", "")
    if given != "" and not (isinstance(given, str) and _ID.fullmatch(given)):
        raise InputError(f"{given!r} is no organisation", where=f"{where}: id", remedy="write its id, o-…")
    accounts = _mapping(members.get("accounts"), f"{where}: accounts")
    if account.id not in accounts:
        raise InputError(
            f"the account {account.id} is not among them",
            where=f"{where}: accounts",
            remedy="add it, with its scps and rcps; the management account, which none of them limits, with {}",
        )
    place = f"{where}: accounts.{account.id}"
    own = _members(accounts[account.id], place, KINDS)
    scps, rcps = (_levels(own[name], kind, f"{place}.{name}") if name in own else None for name, kind in KINDS.items())
    # Nothing but these policies may be refused where an account is read (`observe/aws/authorization`).
    return replace(account, scps=scps, rcps=rcps, organisation=given, unread=())


def _levels(value: Json, kind: PolicyKind, where: str) -> tuple[tuple[NamedPolicy, ...], ...] | None:
    levels = _list(value, where, MOST_LEVELS, "levels")
    found = tuple(
        tuple(
            _policy(each, kind, f"{where}[{depth}][{index}]")
            for index, each in enumerate(_list(level, f"{where}[{depth}]", MOST_POLICIES, "policies"))
        )
        for depth, level in enumerate(levels)
    )
    return found or None


def _policy(value: Json, kind: PolicyKind, where: str) -> NamedPolicy:
    entry = _members(value, where, ("document", "name"))
    if "document" not in entry:
        raise InputError("the policy has no document", where=f"{where}.document")
    name = entry.get("name")
    document = read_policy(entry["document"], kind, f"{where}.document")
    return NamedPolicy(name if isinstance(name, str) and name else where.rpartition(": ")[2], document)


def _members(value: Json, where: str, known: Collection[str]) -> Mapping[str, Json]:
    """A misspelt one would limit nothing, and say nothing."""
    members = _mapping(value, where)
    for name in members:
        if name not in known:
            raise InputError(f"the member {name!r} is not known", where=where, remedy=did_you_mean(name, list(known)))
    return members


def _mapping(value: Json, where: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise InputError("an object was expected", where=where)
    return value


def _list(value: Json, where: str, most: int, what: str) -> Sequence[Json]:
    if not isinstance(value, list):
        raise InputError("a list was expected", where=where)
    if len(value) > most:
        raise InputError(f"there are more than {most} {what}", where=where)
    return value
