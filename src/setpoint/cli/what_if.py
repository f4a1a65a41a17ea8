"""`setpoint gate --what-if`: what is supposed, read from the command line, and how the two decisions differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeVar

from setpoint.cli.decisions import STYLES, decision_json, explain
from setpoint.cli.output import Output
from setpoint.errors import InputError
from setpoint.fields import LONGEST, did_you_mean, seconds_of
from setpoint.loop.admission import WhatIf
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision
from setpoint.model.service import Exposure, Tier

Choice = TypeVar("Choice", bound=StrEnum)
Row = tuple[str, float | None, float | None]
"""What differs, as it is, as it would be."""

FORMS: Final = {
    "without": "without=FINDING or POLICY",
    "in": "in=7d",
    "exposure": "exposure=internal",
    "tier": "tier=low",
    "environment": "environment=staging",
}
"""What can be supposed → how it is written."""

REPEATED: Final = frozenset({"without"})
"""What can be supposed of several things at once."""


def parse(suppositions: Sequence[str]) -> WhatIf:
    """All that `--what-if` was given; `InputError` for what cannot be supposed."""
    what_if, supposed = WhatIf(), set[str]()
    for text in suppositions:
        name, _, value = text.partition("=")
        if name not in FORMS:
            raise _wrong(text, f"{did_you_mean(name, FORMS)}; write {', '.join(FORMS.values())}")
        if not value:
            raise _wrong(text, f"write {FORMS[name]}")
        if name in supposed and name not in REPEATED:
            raise _wrong(text, f"something else is supposed of {name!r} already: give it once")
        supposed.add(name)
        what_if = _with(what_if, text, name, value)
    return what_if


def _with(what_if: WhatIf, text: str, name: str, value: str) -> WhatIf:
    match name:
        case "without":
            return replace(what_if, without=(*what_if.without, value))
        case "in":
            return replace(what_if, later=_time(text, value))
        case "environment":
            return replace(what_if, environment=value)
        case "exposure":
            return replace(what_if, exposure=_choice(text, value, Exposure))
        case _:
            return replace(what_if, tier=_choice(text, value, Tier))


def _time(text: str, value: str) -> timedelta:
    seconds = seconds_of(value)
    if seconds is None or seconds > LONGEST:
        raise _wrong(text, f"give a time such as 12h, 7d or 2w, at most {LONGEST / 86400:g}d")
    return timedelta(seconds=seconds)


def _choice(text: str, value: str, choices: type[Choice]) -> Choice:
    try:
        return choices(value)
    except ValueError as error:
        raise _wrong(text, did_you_mean(value, [str(each) for each in choices])) from error


def _wrong(text: str, remedy: str) -> InputError:
    return InputError(f"{text!r} cannot be supposed", where="--what-if", remedy=remedy)


def show(output: Output, suppositions: Sequence[str], is_so: Decision, would_be: Decision) -> None:
    """The decision that would be made, and how each number of it differs."""
    if output.as_json:
        output.json(_document(suppositions, is_so, would_be))
        return
    output.line(f"supposing {', '.join(suppositions)} (nothing is recorded):")
    output.table(
        ("", "as it is", "as it would be", "difference"),
        [(name, _number(now), _number(then), _difference(now, then)) for name, now, then in _rows(is_so, would_be)],
    )
    output.line(f"as it is: {is_so.verdict}", style=STYLES[is_so.verdict])
    explain(output, would_be)


def _rows(is_so: Decision, would_be: Decision) -> Iterator[Row]:
    yield "risk", is_so.risk, would_be.risk
    then = {factor.name: factor.value for factor in would_be.risk_factors}
    for factor in is_so.risk_factors:
        yield factor.name, factor.value, then.get(factor.name)
    yield "threshold", is_so.threshold, would_be.threshold
    yield "load", _load(is_so), _load(would_be)


def _load(decision: Decision) -> float | None:
    return sum(factor.value for factor in decision.threshold_factors) if decision.threshold is not None else None


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _difference(now: float | None, then: float | None) -> str:
    if now is None or then is None:
        return "-"
    return f"{then - now:+.2f}" if f"{now:.2f}" != f"{then:.2f}" else "="


def _document(suppositions: Sequence[str], is_so: Decision, would_be: Decision) -> Json:
    return {
        "what_if": list(suppositions),
        "as_it_is": decision_json(is_so),
        "as_it_would_be": decision_json(would_be),
        "differences": [
            {"name": name, "as_it_is": now, "as_it_would_be": then, "difference": _exact(now, then)}
            for name, now, then in _rows(is_so, would_be)
        ],
    }


def _exact(now: float | None, then: float | None) -> float | None:
    return None if now is None or then is None else then - now
