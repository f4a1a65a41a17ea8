"""How severe an advisory says it is: CVSS vectors, scored by the library `cvss`, and words. `reading` calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

from setpoint.errors import InputError
from setpoint.model.advisory import LABEL, Rating
from setpoint.model.policy import Severity
from setpoint.observe.advisories.members import Members

UNSCORED: Final = Severity.MEDIUM
"""Of a vector that does not parse. Its rating has no score, and is passed over where any other is known."""

_WORDS: Final = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "negligible": Severity.INFO,
}
"""GitHub's, Red Hat's and Ubuntu's words."""

_SCALE: Final = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
"""The lowest score of each (CVSS 3.1 and 4.0, "Qualitative Severity Rating Scale"); none is `None` there."""

_CVSS: Final = {"CVSS_V2": "CVSS:2.", "CVSS_V3": "CVSS:3.", "CVSS_V4": "CVSS:4."}


def ratings_of(top: Members, affected: Iterable[Members]) -> tuple[Rating, ...]:
    """Those of the advisory, then those of its entries; each once."""
    return tuple(dict.fromkeys(rating for members in (top, *affected) for rating in _ratings(members)))


def severity_of(score: float, system: str) -> Severity:
    """CVSS 2 has no critical: the scale that NVD gave it ends at high (https://nvd.nist.gov/vuln-metrics/cvss)."""
    found = next((severity for least, severity in _SCALE if score >= least), Severity.INFO)
    return Severity.HIGH if found is Severity.CRITICAL and system == "CVSS:2.0" else found


def _ratings(members: Members) -> Iterator[Rating]:
    for each in members.objects("severity"):
        kind, value = each.text("type", default=""), each.text("score", default="")
        if kind in _CVSS:
            yield _scored(kind, value)
        else:
            yield from _word(value)
    for name in ("database_specific", "ecosystem_specific"):
        specific = members.value.get(name)
        if isinstance(specific, dict):
            yield from _word(specific.get("severity"))
            vector = specific.get("cvss")
            if isinstance(vector, str) and vector.startswith(_CVSS["CVSS_V3"]):
                yield _scored("CVSS_V3", vector)  # RustSec's place for it


def _word(value: object) -> Iterator[Rating]:
    """Whatever else databases write there is passed over."""
    severity = _WORDS.get(value.lower()) if isinstance(value, str) else None
    if severity is not None:
        yield Rating(LABEL, str(value), None, severity)


@lru_cache(maxsize=4096)
def _scored(kind: str, vector: str) -> Rating:
    prefix = _CVSS[kind]
    system = vector[: len("CVSS:3.1")] if vector.startswith(prefix) else f"{prefix}0"
    score = _calculators()[kind](vector) if len(vector) <= _LONGEST_VECTOR else None
    if score is None:
        return Rating(system, vector, None, UNSCORED)
    return Rating(system, vector, score, severity_of(score, system))


_LONGEST_VECTOR: Final = 512
"""Characters; one of CVSS 4.0 with all of its metrics has fewer than 200."""


@cache
def _calculators() -> dict[str, Callable[[str], float | None]]:
    try:
        from cvss import CVSS2, CVSS3, CVSS4, CVSSError
    except ImportError as error:
        raise InputError(
            "reading advisories needs the library cvss", remedy="install it with: pip install 'setpoint[sbom]'"
        ) from error

    def calculator(library: Callable[[str], object]) -> Callable[[str], float | None]:
        def score(vector: str) -> float | None:
            try:
                return float(library(vector).base_score)  # type: ignore[attr-defined]  # the library has no types
            except CVSSError:
                return None

        return score

    return {"CVSS_V2": calculator(CVSS2), "CVSS_V3": calculator(CVSS3), "CVSS_V4": calculator(CVSS4)}
