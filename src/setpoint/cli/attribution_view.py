"""How it is shown who made a difference; `setpoint drift` and `setpoint findings` ask it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Final

from setpoint.model.attribution import Attribution, Untold
from setpoint.model.canonical import Json

NO_TRAIL: Final = Untold("no trail configured", may_be_told=False)
"""Where one is, every finding is asked about in the beat that opens it."""

MOST: Final = 3
"""People who made parts of one difference that are named."""


THE_WHOLE: Final = "the whole"
"""In the place of a path, of an entity as such."""


def attribution_json(answer: Attribution | Untold | None) -> Json:
    return answer.document() if isinstance(answer, Attribution) else asdict(answer or NO_TRAIL)


def attribution_clause(answer: Attribution | Untold) -> str:
    """Who, when, how and how sure; or why that is not known."""
    return answer.clause() if isinstance(answer, Attribution) else f"who changed it is not known: {answer.reason}"


def attribution_lines(answers: Iterable[Attribution | Untold]) -> Iterator[str]:
    """Of the parts of one difference, each answer once."""
    clauses = list(dict.fromkeys(map(attribution_clause, answers)))
    yield from clauses[:MOST]
    if rest := clauses[MOST:]:
        yield f"and {len(rest):,} more (--all)"


def lines_by_path(answers: Mapping[str, Attribution | Untold]) -> Iterator[str]:
    """Of what differs path by path, each answer once, behind what it is about."""
    together: dict[str, list[str]] = {}
    for path, answer in answers.items():
        together.setdefault(attribution_clause(answer), []).append(path or THE_WHOLE)
    for clause, (first, *others) in together.items():
        yield f"{first}{f' and {len(others):,} more' if others else ''}: {clause}"


def chain_lines(answer: Attribution | Untold) -> Iterator[str]:
    """All that is known: who stood behind whom, by which parameters it was told, where the record is."""
    yield attribution_clause(answer)
    if isinstance(answer, Attribution):
        change = answer.change
        if answer.chain:
            yield f"  begun by {', by '.join(answer.chain)}"
        if answer.parameters:
            yield f"  told by {', '.join(answer.parameters)}"
        yield f"  recorded as {change.id} of {change.source}" + (f", from {change.origin}" if change.origin else "")
