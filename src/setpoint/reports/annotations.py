"""Annotations of GitHub Actions: workflow commands on standard output, shown beside the lines of a change.

GitHub documents the form (*Workflow commands for GitHub Actions*): `::error file=…,line=…,title=…::…`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from setpoint.model.wording import counted
from setpoint.reports.content import Bearing, Problem, Report
from setpoint.reports.text import plain

MOST: Final = 10
"""Of each level that GitHub shows of one step; what comes after is dropped without a word."""

LONGEST_TITLE: Final = 200

_IN_MESSAGE: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY: Final = _IN_MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})
"""As GitHub's own toolkit escapes them."""


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


def annotated(report: Report) -> Iterator[str]:
    """Lines to print; the last one, which is no command, counts what GitHub would not show."""
    told: Counter[Level] = Counter()
    for problem in report.problems:
        if problem.bearing is Bearing.WAIVED:
            continue
        level = _level(problem)
        told[level] += 1
        if told[level] <= MOST:
            yield _command(level, problem)
    more = [counted(told[each] - MOST, str(each)) for each in Level if told[each] > MOST]
    if more:
        yield f"not annotated: {', '.join(more)} more; the summary lists them"


def _level(problem: Problem) -> Level:
    if problem.bearing in {Bearing.AGAINST, Bearing.UNTOLD}:
        return Level.ERROR
    is_old = problem.bearing is Bearing.REMARK or problem.is_new is False
    return Level.NOTICE if is_old else Level.WARNING


def _command(level: Level, problem: Problem) -> str:
    """One; the older form, `##[…]`, begins anywhere in a line."""
    properties = {**_place(problem), "title": plain(problem.rule, longest=LONGEST_TITLE)}
    told = ",".join(f"{name}={value.translate(_IN_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {told}::{plain(problem.sentence).translate(_IN_MESSAGE)}".replace("##", r"#\x23")


def _place(problem: Problem) -> Mapping[str, str]:
    if problem.weakness is None or problem.weakness.place.is_outside or not problem.weakness.place.file:
        return {}
    place = problem.weakness.place
    lines = {"line": place.line, "endLine": max(place.line, place.end_line)} if place.line else {}
    return {"file": plain(place.file), **{name: str(line) for name, line in lines.items()}}
