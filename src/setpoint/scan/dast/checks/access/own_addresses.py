"""The operation by which an account changes its own e-mail address: what it held, what to write, and back again.

Called by `forgery`. Whoever changes the address of another may ask for a new password next. What is written is the same
mailbox by another spelling (RFC 5233), so that no mail of it goes to strangers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Final

from setpoint.model.dast import BodyForm, Exchange, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.action_words import OWN
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.checks.access.reading_back import field_name, values_named
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import is_parameter, segments_of, words_of

_ADDRESS: Final = frozenset({"email", "mail", "courriel", "correo"})
_VERBS: Final = frozenset({"change", "update", "edit", "set", "new", "e"})
"""What else stands with it in the last step of such a path: anything more may send something."""


def address_operations(bench: Workbench, is_token: Callable[[Part], bool]) -> Iterator[tuple[Operation, Part]]:
    """Posts that take an address for the caller's own account, and but for tokens nothing else; with that part.

    That a path speaks of mail is no objection here: nobody is written to but the account itself.
    """
    for operation in bench.surface.operations if bench.profile is not Profile.PASSIVE else ():
        taken = [each for each in operation.parts if each.place is PartPlace.BODY and not is_token(each)]
        takes_address = len(taken) == 1 and not _ADDRESS.isdisjoint(words_of(field_name(taken[0])))
        if takes_address and _changes_own(operation) and not bench.excludes(operation):
            yield operation, taken[0]


def address_in(exchange: Exchange, part: Part) -> str:
    """The address that an answer shows in the field; empty where it shows none."""
    page = page_of(exchange.answer) if exchange.answer is not None else None
    fields = page.iter("input") if page is not None else ()
    named = (each.get("value", "") for each in fields if words_of(each.get("name", "")) == words_of(field_name(part)))
    found = (*map(str, values_named(exchange, field_name(part))), *named)
    return next((each for each in found if each.count("@") == 1), "")


def another(address: str) -> str:
    """Of the same mailbox."""
    user, _, host = address.partition("@")
    return f"{user.partition('+')[0]}+setpoint{secrets.token_hex(4)}@{host}"


def _changes_own(operation: Operation) -> bool:
    """Whether its path ends with the address of the caller: `/account/email`, `/me/change-email`."""
    segments = segments_of(operation.path)
    words = words_of(segments[-1]) if segments else ()
    is_own = not any(map(is_parameter, segments)) and not OWN.isdisjoint(words_of(operation.path))
    is_sent = operation.method == "POST" and operation.body in {BodyForm.FORM, BodyForm.JSON}
    return is_own and is_sent and not _ADDRESS.isdisjoint(words) and set(words) <= _ADDRESS | _VERBS
