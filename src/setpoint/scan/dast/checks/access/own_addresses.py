"""The operation by which an account changes its own e-mail address: what it held, what to write, and back again.

Called by `forgery`. Whoever changes the address of another may ask for a new password next. What is written is an
address at a domain that takes no mail (RFC 2606; RFC 7505), so that none goes to strangers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

from setpoint.model.dast import BodyForm, Exchange, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.access.reading_back import field_name
from setpoint.scan.dast.deeds import sets_own_address
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.mail_addresses import ADDRESS, addresses_in
from setpoint.scan.dast.naming import words_of


def address_operations(bench: Workbench, is_token: Callable[[Part], bool]) -> Iterator[tuple[Operation, Part]]:
    """Posts that take an address for the caller's own account, and nothing else that is typed; with that part.

    That a path speaks of mail is no objection here: nobody is written to but the account itself.
    """
    for operation in bench.surface.operations if bench.profile is not Profile.PASSIVE else ():
        taken = [each for each in operation.parts if each.place is PartPlace.BODY and not is_token(each)]
        typed = [each for each in taken if "const" not in each.schema]
        is_sent = operation.method == "POST" and operation.body in {BodyForm.FORM, BodyForm.JSON, BodyForm.MULTIPART}
        takes_address = len(typed) == 1 and not ADDRESS.isdisjoint(words_of(field_name(typed[0])))
        if is_sent and takes_address and sets_own_address(operation) and not bench.excludes(operation):
            yield operation, typed[0]


def address_in(exchange: Exchange) -> str:
    """The account's address, as a page or a document shows it; empty where it shows none."""
    return next(addresses_in(exchange.answer), "")


def another() -> str:
    return f"setpoint-{secrets.token_hex(4)}@example.com"
