"""What speaks for or against a release, before it is decided: left out where somebody supposes so, or waived.

`gate` and `grants` put them together from what policies, agents, advisories and scanners say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from setpoint.errors import NotFoundError
from setpoint.model.decision import Outcome, Reason, Verdict
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.finding import Finding
from setpoint.model.policy import Effect, Severity
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.model.wording import counted

MOST_TOLD: Final = 100
"""Weaknesses in the source that keep nothing out, and that a decision names one by one: more, nobody reads there."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason, and what its policy asks for at the stage."""

    effect: Effect
    reason: Reason
    finding: str = ""
    """The id of the finding that it is about; empty where it is about none."""
    is_of_code: bool = False
    """It says that there is a weakness in the source, of which there may be thousands."""
    is_new: bool = False
    """Of the source: it may have come with this release."""


def leave_out(
    names: Sequence[str], findings: Sequence[Finding], grounds: Sequence[Ground]
) -> tuple[tuple[Finding, ...], tuple[Ground, ...]]:
    """What was found, but for these findings (by id) and what these policies found."""
    known = {name for ground in grounds for name in (ground.finding, ground.reason.policy)}
    for name in names:
        if name not in known:
            speaking = ", ".join(sorted({ground.reason.policy for ground in grounds})) or "none"
            raise NotFoundError(
                f"{name!r} is neither a finding of this release nor a policy that speaks against it",
                remedy=f"those that do are: {speaking}",
            )
    gone = {*names, *(each.id for each in findings if each.rule in names)}
    return (
        tuple(each for each in findings if each.id not in gone),
        tuple(each for each in grounds if each.finding not in gone and each.reason.policy not in gone),
    )


def set_aside(
    waivers: Sequence[Waiver], now: datetime, findings: Sequence[Finding], grounds: Sequence[Ground]
) -> tuple[tuple[Finding, ...], tuple[Ground, ...], tuple[str, ...]]:
    """What no active waiver covers of what was found, and the ids of the waivers that cover the rest."""
    waiving = _Waiving(waivers, now)
    about = {each.id: each for each in findings}
    excused = {each.id: excuse for each in findings if (excuse := waiving.excuse(each, each.rule))}
    kept: list[Ground] = []
    beside: set[str] = set()
    for ground in grounds:
        if ground.finding in excused:
            continue
        finding = about.get(ground.finding)
        # Several policies may speak of one finding, and each be waived by itself.
        excuse = waiving.excuse(finding, ground.reason.policy) if finding is not None else ""
        if excuse:
            beside.add(excuse)
        else:
            kept.append(ground)
    left = tuple(each for each in findings if each.id not in excused)
    return left, tuple(kept), tuple(sorted(beside | set(excused.values())))


class _Waiving:
    """Waivers, looked through once for each entity."""

    def __init__(self, waivers: Sequence[Waiver], now: datetime) -> None:
        self._waivers, self._now = waivers, now
        self._about: dict[Urn, Exceptions] = {}

    def excuse(self, finding: Finding, rule: str) -> str:
        exceptions = self._about.get(finding.urn)
        if exceptions is None:
            exceptions = Exceptions.at(self._now, finding.urn, self._waivers, NO_EXCEPTIONS.baseline)
            self._about[finding.urn] = exceptions
        return exceptions.excuse(finding.urn, rule, finding.path, None) if exceptions.waivers else ""


def verdict_of(grounds: Sequence[Ground], *, is_approved: bool = False) -> tuple[Verdict, Effect]:
    """What all of them together come to; where somebody answers for the release, it has the approval that they ask."""
    given = Effect.REQUIRE_APPROVAL if is_approved else None
    refusing = [each for each in grounds if each.effect.keeps_out and each.effect is not given]
    against = [each for each in refusing if each.reason.outcome is not Outcome.UNKNOWN]
    if against:
        return Verdict.REFUSE, _strongest(against)
    if refusing:
        return Verdict.UNKNOWN, _strongest(refusing)
    return Verdict.ADMIT, _strongest(grounds)


def weight(ground: Ground) -> tuple[bool, int, bool, int]:
    """What decides comes first, and what is new before what was there."""
    is_told, rank = ground.reason.outcome is not Outcome.UNKNOWN, ground.effect.rank
    return is_told, rank, ground.is_new or not ground.is_of_code, ground.reason.severity.rank


def in_order(grounds: Sequence[Ground]) -> list[Ground]:
    """What decides first; of very many weaknesses that keep nothing out, the first ones, and how many more."""
    ordered = sorted(grounds, key=weight, reverse=True)
    listed = [each for each in ordered if each.is_of_code and each.effect is Effect.WARN]
    if len(listed) <= MOST_TOLD:
        return ordered
    rest = listed[MOST_TOLD:]
    left_out = {id(each) for each in rest}
    return [*(each for each in ordered if id(each) not in left_out), _more(rest)]


def _more(rest: Sequence[Ground]) -> Ground:
    counts = Counter(each.reason.severity for each in rest)
    told = ", ".join(f"{counts[each]:,} {each}" for each in reversed(Severity) if counts[each])
    worst = max((each.reason.severity for each in rest), key=lambda each: each.rank)
    message = f"{counted(len(rest), 'more weakness', 'more weaknesses')} in its source: {told}"
    return Ground(Effect.WARN, Reason("code", Outcome.VIOLATED, worst, message))


def _strongest(grounds: Sequence[Ground]) -> Effect:
    return max((each.effect for each in grounds), key=lambda effect: effect.rank, default=Effect.NONE)
