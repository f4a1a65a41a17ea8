"""What tools put into the property bags of rules and results: severities, confidences, weaknesses of the CWE."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.policy import Severity
from setpoint.scan.values import LONGEST_TEXT, Members, mapping
from setpoint.scan.words import SEVERITIES, confidence_of, cwes_in, severity_of_score

MOST_TAGS: Final = 256
"""That are looked at, of one rule or result."""

_SCORE: Final = "security-severity"
"""A CVSS score as text (GitHub, *SARIF support for code scanning*)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a property bag says of these."""

    severity: Severity | None = None
    score: float | None = None
    """Of CVSS."""
    confidence: float | None = None
    cwes: tuple[int, ...] = ()


def read_properties(owner: Members) -> Told:
    """Of a rule or a result."""
    bag = mapping(owner, "properties")
    if not bag:
        return Told()
    tags = _texts(bag.get("tags"))
    score = _score(bag.get(_SCORE))
    severity = _severity(bag) if score is None else severity_of_score(score)
    return Told(severity, score, _confidence(bag, tags), cwes_in([*tags, *_cwe_texts(bag)]))


def _score(told: Json) -> float | None:
    """A text, and from some tools a number; 0, which tools write of what nobody has rated, is none."""
    try:
        score = float(told) if isinstance(told, (str, int, float)) and not isinstance(told, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return score if 0 < score <= 10 else None


def _severity(bag: Members) -> Severity | None:
    """The tool's own word."""
    words = [each.lower() for each in _values(bag, "severity") if isinstance(each, str)]
    return next((SEVERITIES[each] for each in words if each in SEVERITIES), None)


def _confidence(bag: Members, tags: Iterable[str]) -> float | None:
    """A tool's confidence in the result comes before the rule's precision; semgrep says it in a tag."""
    told = [*_values(bag, "confidence"), *_said_in_tags(tags), bag.get("precision")]
    return next((found for each in told if (found := confidence_of(each)) is not None), None)


def _said_in_tags(tags: Iterable[str]) -> Iterator[str]:
    for tag in tags:
        word, _, what = tag.partition(" ")
        if what == "CONFIDENCE":
            yield word


def _values(bag: Members, name: str) -> Iterator[Json]:
    """Of `confidence`: also `issue_confidence` of bandit and `zizmor/confidence`."""
    for key, value in bag.items():
        if key != _SCORE and key.lower().replace("_", "/").rpartition("/")[2] == name:
            yield value


def _cwe_texts(bag: Members) -> Iterator[str]:
    """Of the keys that tools use beside tags; a bare number means one as well."""
    for key, value in bag.items():
        if key.lower() in {"cwe", "cwes", "cweid", "cwe_id", "cweids", "issue_cwe"}:
            values = value if isinstance(value, list) else [value]
            yield from (
                f"CWE-{each}" if str(each).isdigit() else str(each)[:LONGEST_TEXT] for each in values[:MOST_TAGS]
            )


def _texts(value: Json) -> list[str]:
    told = value[:MOST_TAGS] if isinstance(value, list) else []
    return [each[:LONGEST_TEXT] for each in told if isinstance(each, str)]
