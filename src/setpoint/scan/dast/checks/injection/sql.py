"""SQL injection: conditions and sums in what a part holds, run by the target's database.

Conditions are added by AND, which leaves a statement to fewer rows than it was written for. By OR, or with a comment
that takes what stands behind it, only where the operation reads: a statement that writes is never led to other rows
than its own. A database's error is no more than a lead: it is told where true conditions never make it and false
ones always do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from itertools import islice
from typing import ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Fault
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of, leaves
from setpoint.scan.dast.checks.differential import Proof, Turn, Variants, differential
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.computing import product, solved
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import BREAKING, Place, Probe
from setpoint.scan.dast.creations import is_creation
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.new_accounts import makes_account

_NUMBER: Final = "(CASE WHEN {condition} THEN {value} ELSE NULL END)"
"""Also for the name of a column that is sorted by, and for how many rows there may be."""
_LIST: Final = "{value}) AND {condition} AND (7 = 7"
_LIKELY: Final = (
    "{value}' AND {condition} AND 'k' LIKE 'k",
    _NUMBER,
    "{value}%' AND {condition} AND 'k' LIKE 'k",
)
"""A text, a number, and what is looked for inside of a text."""
_RARER: Final = (
    "{value}') AND {condition} AND ('k' LIKE 'k",
    "{value}%') AND {condition} AND ('k' LIKE 'k",
    '{value}" AND {condition} AND "k" LIKE "k',
    "{value}' AND {condition} -- k",
    "{value} AND {condition} -- k",
    _LIST,
)
WIDER: Final = (
    "{marker}' OR {condition} -- k",
    "-1 OR {condition}",
    "{marker}' OR {condition} AND 'k' LIKE 'k",
    "{marker}') OR {condition} -- k",
    '{marker}" OR {condition} -- k',
)
"""Where the part's own value finds nothing that a condition could take away."""
LIKELY_WIDER: Final = 2
"""How many of them are tried where nothing reacted: the target may answer its errors as it answers *not found*."""
FAILURES: Final = (
    "abs(-9223372036854775808)",  # SQLite: overflow
    "(SELECT 7 UNION ALL SELECT 8)",  # MySQL, PostgreSQL, SQL Server: more than one row
)
"""Each fails when it is evaluated, and not before."""
_SORTED: Final = "{value}, (CASE WHEN {condition} THEN 7 ELSE {failure} END)"
_FAILING: Final = (
    "{marker}' OR (CASE WHEN {condition} THEN 0 ELSE {failure} END) = 1 -- k",
    "{marker}' OR (CASE WHEN {condition} THEN 0 ELSE {failure} END) = 1 OR 'k' = 'j",
    "{value}'||(CASE WHEN {condition} THEN '' ELSE CAST({failure} AS CHAR(9)) END)||'",
    "{number}'*(CASE WHEN {condition} THEN 1 ELSE {failure} END)*'1",
)
"""True conditions add no row and change none; false ones end the statement.

Both branches are of one type: PostgreSQL reads all of an expression before it runs any of it.
"""
_SORTED_BY_NOTHING: Final = "(CASE WHEN {condition} THEN 7 ELSE {failure} END)"
"""Whatever the columns are called: where the part's own value names none of them."""
_UPWARDS: Final = "asc"
"""Behind the name of a column, whatever the part's own value is."""
JOINED: Final = "'||(<one>*<other>)||'"
"""Behind a text: SQLite, PostgreSQL, Oracle. MySQL takes it for a condition that is true."""
MULTIPLIED: Final = "<one>'*(SELECT <other>)*'1"
"""In the place of a text, in all of them: what compares with it finds no row, as no text is this number."""
_CONDITIONS: Final = ("{left} = {same}", "{left} < {right}", "5500 BETWEEN {left} AND {right}", "{left} IN ({same}, 7)")
"""Each round's: true where `left` is the smaller one and `same` is equal to it."""
_COLUMN_WORDS: Final = frozenset(
    {"sort", "sorting", "order", "ordering", "orderby", "sortby", "column", "group", "dir", "direction"}
)
MOST_COLUMNS: Final = 3
"""Names of fields of the answer that are tried as what it is sorted by."""


class SqlInjection(InjectionCheck):
    """SQL injection, told apart by true and false conditions or by a sum that the database made."""

    name = "sql-injection"
    weakness: ClassVar = FaultKind(
        kind="sql-injection",
        cwe=89,
        severity=Severity.CRITICAL,
        message="The value becomes a part of an SQL statement, and the database runs what it says; "
        "pass it as a bound parameter, and take names of columns from a fixed list",
    )
    about: ClassVar = 34
    usual: ClassVar = 2

    def leaves_out(self, probe: Probe) -> bool:
        """An error of a database may be answered as a number of a wrong form is."""
        return probe.is_unprocessable

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        place = probe.place
        if probe.echoes and (probe.breaks or place.yardstick is None) and (fault := self._joined(bench, place)):
            return fault
        if place.usual is None or probe.nonsense is None:
            return None
        proof = _narrowed(bench, probe) or _widened(bench, probe) or _failed(bench, probe)
        return self.weakness.told_apart(place, proof) if proof else None

    def _joined(self, bench: Workbench, place: Place) -> Fault | None:
        """What is written comes back with a product in it that nobody sent."""
        templates = [place.value + JOINED, MULTIPLIED] if may_join(bench, place) else [MULTIPLIED]
        for template in templates:
            if exchange := solved(bench, place, product(template)):
                return self.weakness.computed(
                    place, exchange, "the answer holds a product that the database worked out"
                )
        return None


def may_join(bench: Workbench, place: Place) -> bool:
    """Whether no row is changed by what MySQL reads as a condition that is true for all of them."""
    return place.only_reads or is_creation(place.operation, bench.surface) or makes_account(place.operation)


def _narrowed(bench: Workbench, probe: Probe) -> Proof | None:
    """True conditions leave what the part's own value finds, false ones nothing of it."""
    place = probe.place
    finds = probe.nonsense != place.usual
    for template in filter(_allowed_at(place), _templates(probe)) if finds else ():
        if proof := differential(bench, place, conditions(template, value=place.value), true=place.usual):
            return proof
    for column in _columns(bench, place):
        variants = conditions(_NUMBER, value=column)
        if proof := differential(bench, place, variants, not_true=probe.nonsense):
            return proof
    return None


def _allowed_at(place: Place) -> Callable[[str], bool]:
    """Where something is written, no comment takes the rest of the statement, and no `||` is true as MySQL's OR."""

    def allows(template: str) -> bool:
        return place.only_reads or ("--" not in template and ("||" not in template or place.value[:1].isalpha()))

    return allows


def _templates(probe: Probe) -> Iterator[str]:
    if probe.refuses:
        yield _NUMBER
        return
    yield from _LIKELY
    if "," in probe.place.value:
        yield _LIST
    if probe.breaks:
        yield from _RARER


def _widened(bench: Workbench, probe: Probe) -> Proof | None:
    """Only where nobody would change more by it than was meant."""
    if not probe.place.only_reads or probe.refuses:
        return None
    for template in WIDER if probe.breaks else WIDER[:LIKELY_WIDER]:
        variants = conditions(template, marker=probe.marker)
        if proof := differential(bench, probe.place, variants, not_true=probe.nonsense):
            return proof
    return None


def _failed(bench: Workbench, probe: Probe) -> Proof | None:
    place = probe.place
    tried = [(template, place.value) for template in (_FAILING if probe.breaks else ())]
    if _sorts(place):
        tried += [(_SORTED, place.value), (_SORTED_BY_NOTHING, ""), (_SORTED, _UPWARDS)]
    broken = place.reading(probe.broken, place.value + probe.marker + BREAKING)
    allows = _allowed_at(place)
    for template, value in ((each, value) for each, value in tried if allows(each)):
        for failure in FAILURES:
            variants = conditions(template, value=value, marker=probe.marker, failure=failure)
            if proof := differential(bench, place, variants, not_true=broken):
                return proof
    return None


def conditions(template: str, **values: str) -> Variants:
    """The template with a condition in it, of another form in each round."""

    def variant(turn: Turn) -> Json:
        left, right = turn.ordered()
        same = left if turn.holds else right
        condition = _CONDITIONS[turn.number % len(_CONDITIONS)].format(left=left, right=right, same=same)
        return template.format(condition=condition, number=10**7 + secrets.randbelow(9 * 10**7), **values)

    return variant


def _sorts(place: Place) -> bool:
    return place.value.lower() in {"asc", "desc"} or not _COLUMN_WORDS.isdisjoint(words_of(place.part.name))


def _columns(bench: Workbench, place: Place) -> Iterator[str]:
    """What the answer could be sorted by instead: what it is sorted by now may be how the rows stand anyway."""
    listed = bench.baseline(place.operation, place.caller) if place.is_guessed else place.left_alone
    if not _sorts(place) or listed is None or listed.answer is None:
        return
    document = json_of(listed.answer)
    names = dict.fromkeys(pointer.rpartition("/")[2] for pointer, _ in leaves(document))
    yield from islice((name for name in names if name.isidentifier() and name != place.value), MOST_COLUMNS)
