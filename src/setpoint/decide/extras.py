"""Extras: what a tightened service's release has to bring beside being admitted otherwise. Pure; `gate` asks.

Which ones, the configuration says by load; a release of which nothing speaks needs none, so that a service that was hit
can always ship its clean fix.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from setpoint.decide.grounds import Ground
from setpoint.model.admitting import BreakGlass, Brought, Extra, ExtraKind, ExtraRule, Grant
from setpoint.model.decision import Outcome, Reason, Verdict
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.scan import Scan, ScanKind, ScanStatus
from setpoint.model.service import Release
from setpoint.model.urn import Urn

USUAL_EXTRAS: Final = (
    ExtraRule(1.0, ExtraKind.DAST),
    ExtraRule(2.0, ExtraKind.APPROVAL),
    ExtraRule(3.0, ExtraKind.CANARY, share=10.0),
)
"""A load of 1 is one severe drift or half an attack, and halves what is above the least threshold; each step of 1 more
does so again, and asks for one thing more."""

BROKE_GLASS: Final = "gate/break-glass"
"""The rule of the finding that a release got in whatever was decided."""

ASKING: Final = frozenset({Stage.DEPLOY, Stage.ADMIT})
"""Stages at which there is something that could be scanned running, or be let in by shares."""


class ReleaseExtras:
    """Implements `decide.interface.EntryJudge`."""

    def __init__(self, rules: Sequence[ExtraRule] = USUAL_EXTRAS) -> None:
        self._rules = rules

    def required(self, release: Release, stage: Stage, load: float, brought: Brought) -> tuple[Extra, ...]:
        return extras_of(release, stage, load, self._rules, brought)

    def approval(self, brought: Brought) -> str:
        return approval_among(brought.grants)

    def broken(self, broken: BreakGlass, decided: Verdict) -> Finding:
        return Finding(
            urn=Urn.service(broken.service),
            service=broken.service,
            source=FindingSource.GATE,
            rule=BROKE_GLASS,
            path=broken.release,
            severity=Severity.HIGH,
            title=f"release {broken.release} got in by {broken.clause} (decided was: {decided})",
            evidence={
                "ticket": broken.ticket,
                "reason": broken.reason,
                "actor": broken.actor,
                "expires_at": broken.expires_at.isoformat(),
                "decided": decided,
            },
        )


def extras_of(
    release: Release, stage: Stage, load: float, rules: Sequence[ExtraRule], brought: Brought
) -> tuple[Extra, ...]:
    """Each extra that this load asks for; of one kind, the strictest."""
    if stage not in ASKING:
        return ()
    asked: dict[ExtraKind, ExtraRule] = {}
    for rule in rules:
        if load >= rule.load and (rule.kind not in asked or _is_stricter(rule, asked[rule.kind])):
            asked[rule.kind] = rule
    return tuple(_extra(release, rule, load, brought) for rule in sorted(asked.values(), key=lambda each: each.load))


def with_approval(
    release: Release, extras: Sequence[Extra], grounds: Sequence[Ground], approval: str
) -> tuple[Extra, ...]:
    """With the approval that policies ask for, where the load does not ask for one already."""
    asking = sorted({each.reason.policy for each in grounds if each.effect is Effect.REQUIRE_APPROVAL})
    if not asking or any(each.name == ExtraKind.APPROVAL for each in extras):
        return tuple(extras)
    rule = ExtraRule(0.0, ExtraKind.APPROVAL)
    because = f"{', '.join(asking)} {'asks' if len(asking) == 1 else 'ask'} for it"
    remedy = "" if approval else _remedy(release, rule)
    return (*extras, Extra(rule.name, because, approval, remedy, is_of_policy=True))


def judge_extras(extras: Sequence[Extra]) -> tuple[tuple[Effect, Reason], ...]:
    """What keeps a release out of those that are missing; for what a policy asks, its own reason stands."""
    return tuple((Effect.DENY, _reason(each)) for each in extras if not each.brought and not each.is_of_policy)


def approval_among(grants: Sequence[Grant]) -> str:
    """Who answers for the release, in a clause; empty where nobody does."""
    return next((_approval(each) for each in grants if each.kind is ExtraKind.APPROVAL), "")


def _is_stricter(one: ExtraRule, other: ExtraRule) -> bool:
    return one.share < other.share or (one.share == other.share and one.load < other.load)


def _extra(release: Release, rule: ExtraRule, load: float, brought: Brought) -> Extra:
    because = f"the load is {load:.2f}, and from {rule.load:g} on it is required"
    told = _told(rule, brought)
    may_be_known = brought.are_grants_known or rule.kind is ExtraKind.DAST
    return Extra(rule.name, because, told, "" if told else _remedy(release, rule), bool(told) or may_be_known)


def _told(rule: ExtraRule, brought: Brought) -> str:
    """What was brought of it, in a clause."""
    match rule.kind:
        case ExtraKind.DAST:
            return _dynamic_scan(brought.scan)
        case ExtraKind.APPROVAL:
            return approval_among(brought.grants)
        case ExtraKind.CANARY:
            return next((_canary(each) for each in brought.grants if _is_within(each, rule)), "")
        case _:
            assert_never(rule.kind)


def _dynamic_scan(scan: Scan | None) -> str:
    runs = scan.runs if scan else ()
    complete = (each for each in runs if each.kind is ScanKind.DAST and each.status is ScanStatus.COMPLETE)
    return next((f"{each.scanner} scanned it" for each in complete), "")


def _approval(grant: Grant) -> str:
    return f"{grant.actor} approved it, until {grant.expires_at.isoformat(timespec='seconds')}: {grant.reason}"


def _is_within(grant: Grant, rule: ExtraRule) -> bool:
    return grant.kind is ExtraKind.CANARY and 0 < grant.share <= rule.share


def _canary(grant: Grant) -> str:
    return f"it goes to {grant.share:g} % of the traffic first, as {grant.actor} said"


def _remedy(release: Release, rule: ExtraRule) -> str:
    match rule.kind:
        case ExtraKind.DAST:
            named = f"--service {release.service} --release {release.version}"
            return f"scan it where it runs in front of production: setpoint dast URL {named}; or give --sarif FILE"
        case ExtraKind.APPROVAL:
            named = f"--service {release.service} --release {release.version}"
            return f"have somebody who may operate say: setpoint gate approve {named} --reason WHY"
        case ExtraKind.CANARY:
            return f"deploy it to at most {rule.share:g} % first, and say so with --canary-share {rule.share:g}"
        case _:
            assert_never(rule.kind)


def _reason(extra: Extra) -> Reason:
    if extra.is_known:
        message = f"{extra.name} is required and was not brought: {extra.because}; {extra.remedy}"
        return Reason("extras", Outcome.VIOLATED, Severity.HIGH, message)
    message = f"{extra.name} is required, and only the ledger knows whether it was brought: {extra.because}"
    return Reason("extras", Outcome.UNKNOWN, Severity.HIGH, message)
