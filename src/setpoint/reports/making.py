"""Makes reports: of a decision with the scan that the release brought, of a scan alone, of what nobody could answer.

A weakness that scanners told, what production says of it, and the policies that speak against it are one problem.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from setpoint.model.admitting import ExtraKind
from setpoint.model.canonical import digest
from setpoint.model.code import KnownWeakness, finding_rule
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.policy import Effect, Severity
from setpoint.model.scan import Scan, Weakness
from setpoint.reports.content import Bearing, Problem, Report

MORE: Final = "code"
"""The policy of the reason that counts weaknesses which the decision does not name (`decide.grounds.in_order`)."""

RISK: Final = "risk"

FINDING: Final = "finding"
"""In the evidence of a reason: the id of what it is about."""


def decision_report(decision: Decision, scan: Scan | None, folder: str = "", note: str = "") -> Report:
    """`folder` is where the source was scanned, as seen from the checkout; `note` goes with the answer."""
    about: dict[str, list[Reason]] = defaultdict(list)
    for reason in decision.reasons:
        about[str(reason.evidence.get(FINDING, ""))].append(reason)
    told = _Told(decision, about)
    known = [(KnownWeakness(each).finding_id(decision.service), each) for each in (scan.weaknesses if scan else ())]
    scanned = {finding for finding, _ in known}
    beside = [reason for finding, reasons in about.items() if finding not in scanned for reason in reasons]
    problems = (
        *(told.problem(finding, each, folder) for finding, each in known),
        *(_problem(each, decision) for each in beside),
    )
    return Report(
        subject=str(decision.subject),
        headline="; ".join(filter(None, (_headline(decision), note))),
        verdict=decision.verdict,
        problems=_in_order(problems),
        decision=decision,
        scan=scan,
    )


def scan_report(
    scan: Scan, verdict: Verdict, headline: str, counts: Callable[[Weakness], bool], folder: str = ""
) -> Report:
    """`counts` says which weaknesses are bad enough."""
    found = (_found(each, counts=counts(each), folder=folder) for each in scan.weaknesses)
    untold = _doubts(scan)
    if verdict is Verdict.UNKNOWN and not scan.doubts:
        untold = (_untold("scan", "no scanner could look at anything"),)
    return Report(folder or ".", headline, verdict, _in_order((*found, *untold)), scan=scan)


def doubtful_report(subject: str, why: str, scan: Scan | None = None, folder: str = "", note: str = "") -> Report:
    """Nobody could decide. What scanners told before is told."""
    found = (_found(each, counts=False, folder=folder) for each in (scan.weaknesses if scan else ()))
    problems = (_untold("gate", why), *found)
    headline = "; ".join(filter(None, (f"{Verdict.UNKNOWN}: {subject}", note)))
    return Report(subject, headline, Verdict.UNKNOWN, _in_order(problems), scan=scan)


def placed(weakness: Weakness, folder: str) -> Weakness:
    """With its file as seen from the checkout."""
    place = weakness.place
    if not folder or place.is_outside:
        return weakness
    return replace(weakness, place=replace(place, file=f"{folder}/{place.file}".rstrip("/")))


class _Told:
    """What a decision says of weaknesses."""

    def __init__(self, decision: Decision, about: Mapping[str, Sequence[Reason]]) -> None:
        """`about`: finding → reasons."""
        self._decision = decision
        self._about = about
        # A decision names every weakness that no waiver covers, or says that there are more.
        self._is_whole = all(each.policy != MORE for each in decision.reasons)

    def problem(self, finding: str, weakness: Weakness, folder: str) -> Problem:
        reasons = self._about.get(finding, ())
        found = _found(weakness, counts=False, folder=folder)
        own = next((each for each in reasons if each.policy == found.rule), None)
        against = [each for each in reasons if each is not own]
        if own is None and not against:
            is_waived = self._is_whole and bool(self._decision.waivers)
            return replace(found, bearing=Bearing.WAIVED) if is_waived else found
        said = own.evidence if own is not None else {}
        stands_before = f"{KnownWeakness(weakness).path}: {weakness.rule}: "  # in the sentence of a policy
        is_new = said.get("is_new", weakness.is_new)
        return replace(
            found,
            bearing=min((_bearing(each, self._decision) for each in reasons), key=lambda each: each.rank),
            weakness=replace(placed(weakness, folder), is_new=is_new),
            standing=str(said.get("standing", "")),
            because=str(said.get("because", "")),
            policies=tuple(replace(each, message=each.message.removeprefix(stands_before)) for each in against),
        )


def _found(weakness: Weakness, *, counts: bool, folder: str = "") -> Problem:
    return Problem(
        rule=finding_rule(weakness),
        message=weakness.message or weakness.rule,
        severity=weakness.severity,
        bearing=Bearing.AGAINST if counts else Bearing.WEIGHS,
        fingerprint=weakness.fingerprint,
        weakness=placed(weakness, folder),
    )


def _problem(reason: Reason, decision: Decision) -> Problem:
    # That the risk is exceeded is one problem, whatever its numbers.
    is_exceeded = reason.policy == RISK and "threshold" in reason.evidence
    about = "" if is_exceeded else reason.evidence.get(FINDING) or reason.message
    is_told = "because" in reason.evidence  # of a weakness, and not that a policy has read its standing
    return Problem(
        rule=reason.policy,
        message=reason.message,
        severity=reason.severity,
        bearing=_bearing(reason, decision),
        fingerprint=digest(decision.service, reason.policy, about),
        standing=str(reason.evidence.get("standing", "")) if is_told else "",
        because=str(reason.evidence.get("because", "")),
    )


def _bearing(reason: Reason, decision: Decision) -> Bearing:
    effect = reason.effect or decision.effect
    keeps_out = effect.keeps_out and not (effect is Effect.REQUIRE_APPROVAL and _is_approved(decision))
    if reason.outcome is Outcome.UNKNOWN:
        return Bearing.UNTOLD if keeps_out else Bearing.REMARK
    return Bearing.AGAINST if keeps_out else Bearing.WEIGHS


def _is_approved(decision: Decision) -> bool:
    return any(each.name == ExtraKind.APPROVAL and each.brought for each in decision.extras)


def _doubts(scan: Scan) -> tuple[Problem, ...]:
    return tuple(
        _untold(f"scan/{each.scanner}", f"{each.status}: {each.reason}".removesuffix(": ")) for each in scan.doubts
    )


def _untold(rule: str, why: str) -> Problem:
    return Problem(rule, why, Severity.HIGH, Bearing.UNTOLD, digest(rule))


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """What decides first; new ones before old ones, the worst first."""
    return tuple(
        sorted(problems, key=lambda each: (each.bearing.rank, each.is_new is False, -each.severity.rank, each.where))
    )


def _headline(decision: Decision) -> str:
    return "; ".join(_answer(decision))


def _answer(decision: Decision) -> Iterator[str]:
    yield f"{decision.verdict}: {decision.subject} at {decision.stage}"
    if decision.risk is not None and decision.threshold is not None:
        yield f"risk {decision.risk:.2f}, threshold {decision.threshold:.2f}"
    if decision.break_glass is not None:
        yield f"let in by {decision.break_glass.clause}; decided was: {decision.decided}"
