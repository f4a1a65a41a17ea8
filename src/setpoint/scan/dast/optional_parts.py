"""Whether requests give parts that need not be given; where a document names none as required, all. For `seeding`.

What is refused is sent once more the other way round, and what is answered well then stays so.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from setpoint.model.dast import BodyForm, Exchange, Operation, PartPlace
from setpoint.scan.dast.usual_values import is_address

REFUSED: Final = frozenset({400, 409, 415, 422, 500})
"""The values were not to its liking (RFC 9110, 15.5), or more than it could take: others may be."""

MOST_TURNS: Final = 2
"""For one operation, of whichever callers."""


class OptionalParts:
    """What is known of each operation."""

    def __init__(self) -> None:
        self._turned: set[Operation] = set()
        self._turns: Counter[Operation] = Counter()

    def gives_all(self, operation: Operation) -> bool:
        return (operation in self._turned) != _names_none_required(operation)

    def is_turned(self, operation: Operation) -> bool:
        return operation in self._turned

    def may_turn(self, operation: Operation, exchange: Exchange) -> bool:
        """Whether it is worth another request: nothing was right so far, and there is something to be changed."""
        if exchange.answer is None or exchange.answer.status not in REFUSED or operation in self._turned:
            return False
        has_others = any(not each.is_required or is_address(each) for each in operation.parts if _is_given(each.place))
        is_update = operation.method in {"PUT", "PATCH", "DELETE"}
        return has_others and not is_update and self._turns[operation] < MOST_TURNS

    def turn(self, operation: Operation) -> None:
        self._turns[operation] += 1
        self._turned ^= {operation}


def _names_none_required(operation: Operation) -> bool:
    """Of a body, which as it stands would be empty."""
    fields = [each for each in operation.parts if each.place is PartPlace.BODY]
    can_be_filled = operation.method == "POST" and not operation.page and operation.body is not BodyForm.NONE
    return can_be_filled and bool(fields) and not any(each.is_required for each in fields)


def _is_given(place: PartPlace) -> bool:
    return place in {PartPlace.BODY, PartPlace.QUERY}
