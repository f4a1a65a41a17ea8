"""Finds values of a request inside a sink's argument: whole first, then behind encodings, then in pieces.

`examination` calls `find` on the application's own thread for every argument that it has not seen before. Mostly there
is nothing to be found, so the work is ordered by what it costs: one `in` for each value and form, an encoding is only
undone where the argument holds its marks, and pieces are only tried where nothing else was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import groupby
from math import prod
from typing import Final

from setpoint_agent.provenance.coincidence import SHORTEST, Kind, strength, strength_if_put_there
from setpoint_agent.provenance.cuts import longest_stretch
from setpoint_agent.provenance.interface import Match
from setpoint_agent.provenance.needles import Needle, Needles, Sample
from setpoint_agent.provenance.steps import fold
from setpoint_agent.provenance.views import View, views
from setpoint_agent.request import COOKIE, HEADER, Value, Values

MOST_MATCHES: Final = 16
MOST_WEIGHED: Final = 48
"""Texts found in one view that are looked at closer, the longest first."""
MOST_MARKS: Final = 8
"""Before a piece at the beginning of an argument that are taken along."""
MOST_OCCURRENCES: Final = 4
"""Places of one text in one argument."""
MOST_WORK: Final = 6_000_000
"""Characters gone through in one call, however many values meet however long an argument: some 20 ms at worst."""

STILL_ENCODED: Final = {"base64": 0.2, "percent": 0.7, "html": 0.7}
"""What is left of a match's strength where the argument holds the value encoded: such an alphabet ends no literal.
Base64 is told, but does not suffice for evidence (`examination.LEAST_CONFIDENCE`)."""
LONGEST_CUT: Final = 8_192
"""Characters of an argument in which pieces are looked for: statements, paths, addresses; not whole pages."""
DOUBTFUL: Final = "doubtful"
"""The step of a match that may stand there by chance."""
SENT_ALONG: Final = frozenset({HEADER, COOKIE})
"""Parts that a client sends with every request."""


def find(values: Sequence[Value], argument: str, *, shortest: int = 3, with_doubtful: bool = False) -> list[Match]:
    """The stretches of `argument` that come from one of `values`: the longest, not overlapping, in their order there.

    Values shorter than `shortest` are not looked for. Where nothing is found, `with_doubtful` gives what may stand
    there by chance, for who can tell from the code.
    """
    needles = _needles_of(values)
    exact = needles.exact(values)
    seen = views(argument)
    most = MOST_WORK // (1 + sum(len(view.folded) for view in seen))
    doubtful: list[Match] | None = [] if with_doubtful else None
    found = [match for view in seen for match in _found(exact[:most], view, argument, shortest, doubtful)]
    if not found and len(argument) <= LONGEST_CUT:
        pieces, samples = needles.rare()
        found = [match for view in seen for match in _found(pieces[:most], view, argument, shortest, doubtful)]
        found += [match for view in seen for match in _cut(samples[:most], view, argument)]
        found = found or doubtful or []
    return _longest(found) if found else found


def find_on_page(values: Sequence[Value], page: str) -> list[Match]:
    """As `find`, for a page that is sent: what is encoded there does no harm, so it is read as it is.

    A page is long, and looked at in every request: pieces are looked for of what was sent on purpose only.
    """
    needles = _needles_of(values)
    exact = needles.exact(values)
    view = View(page)
    most = MOST_WORK // (1 + len(view.folded))
    found = list(_found(exact[:most], view, page, SHORTEST))
    if not found and len(page) <= LONGEST_CUT:
        pieces, samples = needles.rare()
        found += _found([each for each in pieces if each.value.part not in SENT_ALONG], view, page, SHORTEST)
        found += _cut([each for each in samples if each.value.part not in SENT_ALONG], view, page)
    return _longest(found) if found else found


def _needles_of(values: Sequence[Value]) -> Needles:
    """Those of a request are kept with its values."""
    if not isinstance(values, Values):
        return Needles()
    if not isinstance(values.prepared, Needles):
        values.prepared = Needles()
    return values.prepared


def _found(
    needles: Sequence[Needle], view: View, argument: str, shortest: int, doubtful: list[Match] | None = None
) -> Iterator[Match]:
    """The occurrences that count; those that may be chance are added to `doubtful`."""
    folded = view.folded
    there = [
        each
        for each in needles
        if each.folded in folded
        and (len(each.folded) >= shortest or (each.kind is Kind.NUMBER and doubtful is not None))
    ]
    if len(there) > MOST_WEIGHED:
        there = nlargest(MOST_WEIGHED, there, key=lambda each: len(each.folded))
    for needle in there:
        yield from _occurrences(needle, view, argument, shortest, doubtful)


def _occurrences(
    needle: Needle, view: View, argument: str, shortest: int, doubtful: list[Match] | None
) -> Iterator[Match]:
    at = -1
    for _ in range(MOST_OCCURRENCES):
        at = view.folded.find(needle.folded, at + 1)
        if at == -1:
            return
        begin, behind = _beginning(needle, view.folded, at), at + len(needle.folded)
        start, end = view.locate(begin, behind)
        found = argument[start:end]
        changed = not view.steps and argument[end - len(needle.form.text) : end] != needle.form.text
        certainty = strength(needle.kind, view.folded, begin, behind, changed=changed)
        if certainty and len(needle.folded) >= shortest:
            certainty *= prod(STILL_ENCODED.get(step, 1.0) for step in set(view.steps))
            how = (*needle.form.how, *view.steps, *(_changes(found, needle.form.text) if changed else ()))
            yield Match(needle.value, start, end, found, how or ("whole",), certainty)
        elif doubtful is not None and needle.kind is not Kind.NAME and not view.steps:
            certainty = strength_if_put_there(needle.folded)
            doubtful.append(Match(needle.value, start, end, found, (*needle.form.how, DOUBTFUL), certainty))


def _beginning(needle: Needle, folded: str, at: int) -> int:
    """Where a piece begins: with the marks that begin the argument, if its value has them there as well."""
    if needle.form.within and 0 < at <= MOST_MARKS and not any(map(str.isalnum, folded[:at])):
        return 0 if folded[: at + len(needle.folded)] in fold(needle.form.within) else at
    return at


def _changes(found: str, text: str) -> tuple[str]:
    return ("case",) if found.lower() == text.lower() else ("unicode",)


def _cut(samples: Sequence[Sample], view: View, argument: str) -> Iterator[Match]:
    folded = view.folded
    there = [each for each in samples if each.text in folded]
    for value, of_value in groupby(there, key=lambda each: each.value):
        stretch = longest_stretch(of_value, folded)
        if stretch is None:
            continue
        start, end, kind = stretch
        certainty = strength(kind, folded, start, end)
        if certainty:
            start, end = view.locate(start, end)
            yield Match(value, start, end, argument[start:end], ("cut", *view.steps), certainty)


def _longest(found: list[Match]) -> list[Match]:
    """The longest of those that overlap, and of equally long ones the most certain."""
    kept: list[Match] = []
    for match in sorted(found, key=lambda each: (each.start - each.end, -each.strength, len(each.how))):
        if len(kept) < MOST_MATCHES and all(match.end <= each.start or each.end <= match.start for each in kept):
            kept.append(match)
    return sorted(kept, key=lambda each: each.start)
