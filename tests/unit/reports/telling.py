"""Reports to write: of a release that is refused, with one of everything, and with text that nobody should obey."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from setpoint.decide.code import finding
from setpoint.model.code import KnownWeakness
from setpoint.model.decision import Decision, Factor, Outcome, Reason, Verdict
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.scan import CodePlace, Scan, ScanKind, ScannerRun, ScanStatus, Standing, StandingOf, Weakness
from setpoint.model.urn import Urn
from setpoint.reports.content import Report
from setpoint.reports.making import decision_report

AT: Final = datetime(2026, 11, 2, tzinfo=UTC)

HOSTILE: Final = (
    "::error::owned\n::add-mask::x ##[add-path]/tmp \x1b[2J\x07 ]]> <script>alert(1)</script> &amp; "
    "[a](https://evil.example) @octocat #1 `x` | %0A::stop-commands::x \u202e \u2028 \ufffe , : ;"
)
"""A command, lines of its own, a cursor, markup, a link, a mention, no character of XML, and what formats escape."""


def weakness(number: int = 1, **changes: Any) -> Weakness:
    given = Weakness(
        fingerprint=f"{number:012x}{number:020x}",
        kind=ScanKind.SAST,
        rule="cwe-89",
        severity=Severity.HIGH,
        place=CodePlace("shop/orders.py", 41, 43, "Orders.find"),
        message="SQL is put together from text",
        cwes=(89,),
        told_by=("bandit/B608", "ruff/S608"),
        is_new=True,
    )
    return replace(given, **changes)


def scan(*weaknesses: Weakness, runs: tuple[ScannerRun, ...] = ()) -> Scan:
    usual = ScannerRun("ruff", ScanKind.SAST, ScanStatus.COMPLETE, version="0.17.6", seconds=1.25, must_run=True)
    return Scan(runs or (usual,), weaknesses, AT)


FAILED: Final = ScannerRun("semgrep", ScanKind.SAST, ScanStatus.FAILED, "it was killed by SIGKILL", must_run=True)
MISSING: Final = ScannerRun("gitleaks", ScanKind.SECRETS, ScanStatus.MISSING, "install it")
NOTHING: Final = ScannerRun("zizmor", ScanKind.PIPELINE, ScanStatus.SKIPPED)


def told(known: KnownWeakness, effect: Effect = Effect.WARN) -> Reason:
    """What a gate says of a weakness by itself."""
    found = finding(known, "shop")
    said = {name: found.evidence[name] for name in ("standing", "because", "is_new", "told_by")}
    return Reason(found.rule, Outcome.VIOLATED, found.severity, found.title, {"finding": found.id, **said}, effect)


def objection(known: KnownWeakness, policy: str = "code/confirmed-injection", message: str = "It is reached") -> Reason:
    about = known.finding_id("shop")
    sentence = f"{known.path}: {known.weakness.rule}: {message}"
    read = {"standing": str(known.standing.standing), "finding": about}
    return Reason(policy, Outcome.VIOLATED, Severity.CRITICAL, sentence, read, Effect.DENY)


def known(made: Weakness, standing: Standing = Standing.CONFIRMED, because: str = "1 agent met it") -> KnownWeakness:
    return KnownWeakness(made, StandingOf(standing, because))


EXCEEDED: Final = Reason(
    "risk",
    Outcome.VIOLATED,
    Severity.HIGH,
    "its risk is 12.00, more than the 7.20 that shop may carry now",
    {"risk": 12.0, "threshold": 7.2},
    Effect.DENY,
)
UNTOLD: Final = Reason("risk", Outcome.UNKNOWN, Severity.HIGH, "the last heartbeat is too old", {}, Effect.DENY)
REMARK: Final = Reason("risk", Outcome.UNKNOWN, Severity.INFO, "semgrep is not installed", {}, Effect.WARN)
WARNED: Final = Reason("logging/bucket", Outcome.VIOLATED, Severity.LOW, "it does not log", {}, Effect.WARN)


def decision(*reasons: Reason, verdict: Verdict = Verdict.REFUSE, **changes: Any) -> Decision:
    given = Decision(
        subject=Urn.release("shop", "1.4.2"),
        service="shop",
        stage=Stage.DEPLOY,
        verdict=verdict,
        effect=Effect.DENY,
        reasons=reasons,
        risk=12.0,
        risk_factors=(Factor("severity", 4.0, "1 high"), Factor("tier", 3.0, "shop is critical")),
        threshold=7.2,
        threshold_factors=(Factor("drift", 0.9, "a bucket became public"), Factor("old", 0.001, "long ago")),
    )
    return replace(given, **changes)


def of_everything() -> Report:
    """One weakness that a policy is against, one that is old, one that is waived, and reasons of each kind."""
    new, old, waived = (
        weakness(1),
        weakness(2, is_new=False, severity=Severity.LOW, place=CodePlace("shop/a b.py", 3)),
        weakness(3, rule="cwe-78"),
    )
    reasons = (
        EXCEEDED,
        objection(known(new)),
        told(known(new)),
        told(known(old, Standing.NOT_SEEN, "")),
        WARNED,
        UNTOLD,
        REMARK,
    )
    return decision_report(decision(*reasons, waivers=("w7",)), scan(new, old, waived, runs=(FAILED, MISSING, NOTHING)))


def hostile() -> Report:
    """Every text is hostile."""
    bad = weakness(
        1, rule=HOSTILE, message=HOSTILE, place=CodePlace(HOSTILE, 3, 4, HOSTILE), told_by=(HOSTILE,), is_new=True
    )
    reasons = (
        told(known(bad, because=HOSTILE)),
        objection(known(bad), policy=HOSTILE, message=HOSTILE),
        replace(EXCEEDED, message=HOSTILE),
        replace(UNTOLD, policy=HOSTILE, message=HOSTILE),
    )
    run = ScannerRun(HOSTILE, ScanKind.OTHER, ScanStatus.FAILED, HOSTILE, version=HOSTILE, must_run=True)
    made = decision(*reasons, risk_factors=(Factor(HOSTILE, 2.0, HOSTILE),))
    return decision_report(made, scan(bad, runs=(run,)), note=HOSTILE)
