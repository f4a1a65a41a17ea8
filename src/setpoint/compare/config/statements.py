"""Two policy documents told statement by statement: which came, which went, and which say more or less than declared.

Statements belong together by their `Sid`, else by what they have in common. Pure; commands show the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from setpoint.compare.config.documents import meaning
from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.globs import matches

ALIKE: Final = 0.3
"""The share of what two statements say, of all that either says, from which on one is taken for the other, changed."""

MOST: Final = 500
"""Statements of one side that are matched: the largest policy that AWS stores has 20,480 characters (Amazon S3 User
Guide, "Policies and permissions": 20 KB), and a statement takes at least forty."""

_OF_TEXTS: Final = ("string", "arn", "ipaddress", "notipaddress")
"""How operators begin of which each value stands for itself ("IAM JSON policy elements: Condition operators")."""

_OF_PATTERNS: Final = ("stringlike", "stringnotlike")
"""How those begin whose values may hold wildcards, as those of all ARN operators may; to the others `*` is a letter."""

_ARN_PARTS: Final = 6
"""Each of which is matched on its own ("Amazon Resource Name (ARN) condition operators")."""


class Shift(StrEnum):
    """What became of a statement."""

    ADDED = "added"
    REMOVED = "removed"
    WIDENED = "widened"
    """It allows more, or denies less."""
    NARROWED = "narrowed"
    CHANGED = "changed"
    """Both, or nobody can tell."""


@dataclass(frozen=True, slots=True)
class ElementChange:
    """One element of a statement: what it does not say any more, and what it says now."""

    element: str
    """`Action`, `Principal.AWS`, `Condition.stringequals.aws:sourceip`."""
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatementChange:
    name: str
    """Its `Sid`, or its effect and first action where it has none."""
    change: Shift
    elements: tuple[ElementChange, ...]


@dataclass(frozen=True, slots=True)
class DocumentChange:
    statements: tuple[StatementChange, ...]
    unchanged: int
    rest: tuple[str, ...]
    """What differs beside the statements: `Version`."""


Statement = Mapping[str, Json]
Facts = Mapping[str, frozenset[str]]
Pairs = frozenset[tuple[str, str]]
"""(element, one of its values)."""


def compare_documents(intended: Json, actual: Json) -> DocumentChange | None:
    """None where neither side is a policy document, or a side that is there is none."""
    if (intended is not None and not is_document(intended)) or (actual is not None and not is_document(actual)):
        return None
    if intended is None and actual is None:
        return None
    wanted, found, unchanged = _without_equals(_statements(intended), _statements(actual))
    pairs = dict(_matched(wanted, found))
    changes = [_changed(wanted[i], found[j]) for i, j in pairs.items()]
    changes += [_whole(each, Shift.REMOVED) for i, each in enumerate(wanted) if i not in pairs]
    changes += [_whole(each, Shift.ADDED) for j, each in enumerate(found) if j not in pairs.values()]
    rest = [name for name in ("Version",) if intended and actual and intended.get(name) != actual.get(name)]
    return DocumentChange(tuple(sorted(changes, key=lambda each: (each.name, each.change))), unchanged, tuple(rest))


def is_document(value: Json) -> bool:
    """Whether it is a policy document in canonical form, of which every statement is known."""
    statements = value.get("Statement") if isinstance(value, Mapping) else None
    return (
        isinstance(statements, list)
        and len(statements) <= MOST
        and all(isinstance(each, Mapping) and "Effect" in each for each in statements)
    )


def _statements(document: Json) -> list[Statement]:
    return list(document["Statement"]) if document is not None else []


def _without_equals(wanted: list[Statement], found: list[Statement]) -> tuple[list[Statement], list[Statement], int]:
    """Both without the statements that say the same, whatever they are called; how many these are."""
    said = {_said(each) for each in wanted} & {_said(each) for each in found}
    return (
        [each for each in wanted if _said(each) not in said],
        [each for each in found if _said(each) not in said],
        len(said),
    )


def _said(statement: Statement) -> bytes:
    return canonical_bytes(meaning({"Statement": [statement]}))


def _matched(wanted: Sequence[Statement], found: Sequence[Statement]) -> Iterator[tuple[int, int]]:
    """(place in `wanted`, place in `found`) of statements that are one, changed."""
    said, also = [_pairs(each) for each in wanted], [_pairs(each) for each in found]
    likely = (
        (_likeness(one, other, said[i], also[j]), i, j) for i, one in enumerate(wanted) for j, other in enumerate(found)
    )
    left, right = set(range(len(wanted))), set(range(len(found)))
    for likeness, i, j in sorted(likely, key=lambda each: (-each[0], each[1:])):
        if likeness >= ALIKE and i in left and j in right:
            left.remove(i)
            right.remove(j)
            yield i, j


def _likeness(one: Statement, other: Statement, said: Pairs, also: Pairs) -> float:
    """The share of what both say; above 1 where both have the same `Sid`, for that decides."""
    if one.get("Sid") and one.get("Sid") == other.get("Sid"):
        return 2.0
    return len(said & also) / (len(said | also) or 1)


def _pairs(statement: Statement) -> Pairs:
    return frozenset((element, value) for element, values in _facts(statement).items() for value in values)


def _facts(statement: Statement) -> Facts:
    """Element → what it says."""
    return {element: values for element, values in _elements("", statement) if values and element != "Sid"}


def _elements(path: str, value: Json) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _elements(f"{path}.{name}" if path else name, member)
    elif isinstance(value, list):
        yield path, frozenset(map(_text, value))
    elif value is not None:
        yield path, frozenset((_text(value),))


def _text(value: Json) -> str:
    if isinstance(value, Unknown):
        return f"(unknown: {value.reason})"
    return value if isinstance(value, str) else canonical_bytes(value).decode()


def _whole(statement: Statement, change: Shift) -> StatementChange:
    elements = []
    for element, values in sorted(_facts(statement).items()):
        listed = tuple(sorted(values))
        elements.append(ElementChange(element, *((listed, ()) if change is Shift.REMOVED else ((), listed))))
    return StatementChange(_name(statement), change, tuple(elements))


def _name(statement: Statement) -> str:
    if statement.get("Sid"):
        return str(statement["Sid"])
    actions = [*statement.get("Action", ()), *(f"all but {each}" for each in statement.get("NotAction", ()))]
    more = f" and {len(actions) - 1} more" if len(actions) > 1 else ""
    return f"{statement.get('Effect')} {_text(actions[0]) if actions else 'nothing'}{more}"


def _changed(intended: Statement, actual: Statement) -> StatementChange:
    wanted, found = _facts(intended), _facts(actual)
    elements, directions = [], set()
    allows = wanted.get("Effect") == frozenset(("Allow",))
    for element in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(element, frozenset()), found.get(element, frozenset())
        if one != other:
            elements.append(ElementChange(element, tuple(sorted(one - other)), tuple(sorted(other - one))))
            directions |= _directions(element, one, other, allows=allows)
    if wanted.get("Effect") != found.get("Effect"):  # an allowance less or a denial more, whatever else it says
        directions = {Shift.NARROWED if allows else Shift.WIDENED}
    change = directions.pop() if len(directions) == 1 else Shift.CHANGED
    return StatementChange(_name(intended if intended.get("Sid") else actual), change, tuple(elements))


def _directions(element: str, one: frozenset[str], other: frozenset[str], *, allows: bool) -> set[Shift]:
    """Whether the change of one element makes a statement of the same effect do more, or less, or both."""
    if element.startswith("Condition."):
        more, less = _of_condition(element, one, other)
    elif element.startswith("Principal"):
        more, less = _uncovered(other, one, _is_everyone), _uncovered(one, other, _is_everyone)
    elif not (one and other):
        more = less = True  # its opposite went or came with it: `Action` and `NotAction`
    elif element.startswith("NotPrincipal"):
        more, less = _uncovered(one, other, _is_everyone), _uncovered(other, one, _is_everyone)
    elif element.startswith("Not"):
        more, less = _uncovered(one, other, _is_pattern_of), _uncovered(other, one, _is_pattern_of)
    else:
        more, less = _uncovered(other, one, _is_pattern_of), _uncovered(one, other, _is_pattern_of)
    return ({Shift.WIDENED if allows else Shift.NARROWED} if more else set()) | (
        {Shift.NARROWED if allows else Shift.WIDENED} if less else set()
    )


def _of_condition(element: str, one: frozenset[str], other: frozenset[str]) -> tuple[bool, bool]:
    """Whether more passes than before, and whether less does: the values of a condition are alternatives."""
    if not (one and other):
        return not other, not one
    operator = element.split(".")[1].rsplit(":", 1)[-1]
    if not operator.startswith(_OF_TEXTS):
        return True, True  # of numbers, dates and truths nobody here tells which lets more pass
    stands_for = _how_values_match(operator)
    if "ignorecase" in operator:
        one, other = frozenset(map(str.casefold, one)), frozenset(map(str.casefold, other))
    more, less = _uncovered(other, one, stands_for), _uncovered(one, other, stands_for)
    return (less, more) if "not" in operator else (more, less)


def _how_values_match(operator: str) -> Callable[[str, str], bool]:
    if operator.startswith("arn"):
        return _is_arn_pattern_of
    return _is_pattern_of if operator.startswith(_OF_PATTERNS) else _is_same


def _uncovered(values: frozenset[str], others: frozenset[str], stands_for: Callable[[str, str], bool]) -> bool:
    """Whether there is one of the values that none of the others stands for."""
    return any(not any(stands_for(other, each) for other in others) for each in values - others)


def _is_pattern_of(pattern: str, text: str) -> bool:
    return ("*" in pattern or "?" in pattern) and matches(pattern, text)


def _is_arn_pattern_of(pattern: str, arn: str) -> bool:
    parts, others = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    return len(parts) == len(others) and all(matches(one, other) for one, other in zip(parts, others, strict=True))


def _is_everyone(principal: str, _other: str) -> bool:
    """In a principal, a wildcard stands alone ("AWS JSON policy elements: Principal")."""
    return principal == "*"


def _is_same(value: str, other: str) -> bool:
    return value == other
