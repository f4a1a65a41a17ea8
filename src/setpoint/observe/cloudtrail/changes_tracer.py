"""Who made a difference, by all that a trail recorded of the entity; or why that is not known. Pure.

Implements `observe.interface.ChangeTracer`; named by `wiring.trail`, asked by `loop.attribution`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from setpoint.errors import Error
from setpoint.model.attribution import Attribution, ChangeQuestion, Confidence, RecordedWrite, Untold
from setpoint.model.permission_use import Gap, RecordReach, hour_of
from setpoint.model.urn import Urn
from setpoint.observe.aws.change_record import home_of
from setpoint.observe.cloudtrail.changes_granting import Match, without_older_attaching
from setpoint.observe.cloudtrail.changes_matching import Matcher

DELIVERED_WITHIN: Final = timedelta(minutes=15)
"""AWS CloudTrail User Guide, *CloudTrail concepts*: on average within five minutes, mostly within fifteen."""

LATELY: Final = timedelta(hours=1)
"""Before a difference was seen: who set the same longer ago is named once nobody else can be under way."""

DASH: Final = "\u2013"

NOT_YET: Final = f"not delivered yet: CloudTrail takes 5{DASH}15 minutes"

LOOKED_BACK: Final = timedelta(days=1)
"""Before a difference was seen: gaps in the logs of this time are why nobody is named."""


class CloudTrailTracer:
    def __init__(self, ticket: str, caller: Callable[[str], str] = lambda _account: "") -> None:
        """`ticket` is the regular expression of what names one; `caller` tells by which ARN Setpoint calls an account,
        and raises `Error` where that is not known.
        """
        self._ticket = re.compile(ticket)
        self._caller = caller

    def names(self, question: ChangeQuestion) -> Collection[str]:
        return Matcher(question).all_names

    def trace(
        self,
        question: ChangeQuestion,
        writes: Iterable[RecordedWrite],
        reach: Sequence[RecordReach],
        gaps: Sequence[Gap],
        now: datetime,
    ) -> Attribution | Untold:
        matcher = Matcher(question, self._caller_in(question.urn.account))
        found = [(match, write) for write in writes if (match := matcher.match(write)) is not None]
        here = [each for each in gaps if _is_of(each, question.urn)]
        if not found:
            return _why_not(question, reach, here, now)
        (confidence, parameters), write = max(without_older_attaching(found), key=_order)
        # In a gap somebody may have changed it once more; so may somebody whose change is under way.
        has_gap = any(_overlaps(each, write.change.at, question.until) for each in here)
        is_doubted = confidence is Confidence.POSSIBLE or write.change.at < question.until - LATELY
        if (is_doubted and _may_be_late(question, now)) or (confidence is Confidence.POSSIBLE and has_gap):
            return _why_not(question, reach, here, now)
        if confidence is Confidence.LIKELY and has_gap:
            confidence = Confidence.POSSIBLE
        return Attribution(
            change=write.change,
            confidence=confidence,
            means=write.means,
            tool=write.tool,
            chain=write.chain,
            ticket=self._ticket_of(write),
            parameters=parameters,
        )

    def _caller_in(self, account: str) -> str:
        try:
            return self._caller(account)
        except Error:
            return ""

    def _ticket_of(self, write: RecordedWrite) -> str:
        for text in (*map(_session_name, (write.change.principal, *write.chain)), *write.labels):
            if found := self._ticket.search(text):
                return found[0]
        return ""


def _order(found: tuple[Match, RecordedWrite]) -> tuple[int, datetime, str]:
    """The surest, and of those the last."""
    (confidence, _), write = found
    return confidence.rank, write.change.at, write.change.id


def _session_name(arn: str) -> str:
    """Of a role's session; roles and users have names that no ticket gave them."""
    return arn.rpartition("/")[2] if ":assumed-role/" in arn or ":federated-user/" in arn else ""


def _why_not(question: ChangeQuestion, reach: Sequence[RecordReach], gaps: Iterable[Gap], now: datetime) -> Untold:
    urn, until = question.urn, question.until
    region = home_of(urn)
    of_place = next((each for each in reach if (each.account, each.region) == (urn.account, region)), None)
    if _may_be_late(question, now):
        return Untold(NOT_YET, may_be_told=True)
    if of_place is None:
        return Untold(f"no logs of account {urn.account} and region {region} were read", may_be_told=True)
    if of_place.last < hour_of(until):
        return Untold(f"{NOT_YET}; the logs are read up to {_time(of_place.last)}", may_be_told=True)
    missing = [each for each in gaps if _overlaps(each, until - LOOKED_BACK, until)]
    if missing:
        last = max(missing, key=lambda each: each.until)
        return Untold(f"gap {_span(last)} in the logs", may_be_told=True)
    return Untold(f"the logs, which begin at {_time(of_place.first)}, have no such change", may_be_told=True)


def _may_be_late(question: ChangeQuestion, now: datetime) -> bool:
    return now - question.until < DELIVERED_WITHIN


def _is_of(gap: Gap, urn: Urn) -> bool:
    """Of some the place is not known: those may be of any."""
    return gap.account in ("", urn.account) and gap.region in ("", home_of(urn))


def _overlaps(gap: Gap, since: datetime, until: datetime) -> bool:
    return gap.since < until and gap.until > since


def _span(gap: Gap) -> str:
    since, until = gap.since.astimezone(UTC), gap.until.astimezone(UTC)
    behind = f"{until:%H:%M}" if since.date() == until.date() else f"{until:%Y-%m-%d %H:%M}"
    return f"{since:%Y-%m-%d %H:%M}{DASH}{behind}Z"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%MZ}"
