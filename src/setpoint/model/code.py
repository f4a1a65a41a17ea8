"""A weakness in the source together with all that is known of it: what production says, and since when it is there.

The loop puts it together for the gate; `decide.code` judges it. As documents, weaknesses are kept by the ledger and
handed to policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Profile
from setpoint.model.finding import finding_id
from setpoint.model.policy import Severity
from setpoint.model.scan import (
    CodePlace,
    Means,
    Outside,
    Scan,
    ScanKind,
    ScannerRun,
    ScanStatus,
    Standing,
    StandingOf,
    Tested,
    Weakness,
)
from setpoint.model.service import Release
from setpoint.model.urn import Urn

FINGERPRINT_SHOWN: Final = 12
"""Digits of a fingerprint that stand in the path of a finding: 48 bits tell the weaknesses of a service apart."""

NOT_ASKED: Final = StandingOf(Standing.UNKNOWN, "no agent watches the service")


RULES: Final = "code/"
"""Begins the rule of the finding that a weakness is; what it is called follows: `code/cwe-89`."""

OUTSIDE_RULES: Final = "dast/"
"""The same of one that shows from outside: `dast/sql-injection`."""


@dataclass(frozen=True, slots=True)
class KnownWeakness:
    """One weakness as the gate is told of it."""

    weakness: Weakness
    standing: StandingOf = NOT_ASKED
    is_attacked: bool = False
    """Attacks were seen to get through there."""
    first_seen: datetime | None = None
    """Since when the service has it, in whatever file it was; None for one that is told now."""

    @property
    def path(self) -> str:
        """Where it is, as findings say and waivers name it: `shop/orders.py#0123456789ab`, `GET /orders query:sort`."""
        outside = self.weakness.outside
        if outside is not None:
            return f"{outside.operation} {outside.part}".rstrip()
        return f"{self.weakness.place.file}#{self.weakness.fingerprint[:FINGERPRINT_SHOWN]}"

    @property
    def rule(self) -> str:
        """Of the finding that it is."""
        return finding_rule(self.weakness)

    def finding_id(self, service: str) -> str:
        """Of the finding that it is in this service."""
        return finding_id(Urn.service(service), self.rule, self.path)


@dataclass(frozen=True, slots=True)
class OpenWeakness:
    """One as the ledger remembers it of a service."""

    weakness: Weakness
    version: str
    """The release that it was told of last."""
    first_seen: datetime
    last_seen: datetime
    times_opened: int
    """More than once: it was mended and came back."""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScanChanges:
    """What a scan did to the weaknesses of its service, by fingerprint."""

    opened: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    """They were mended before."""
    closed: tuple[str, ...] = ()
    open: tuple[OpenWeakness, ...] | None = None
    """All that the service has now; None where that is what it had, place by place."""


@dataclass(frozen=True, slots=True)
class TakenScan:
    """What the scan of a release did to the weaknesses of its service, by fingerprint."""

    release: Release
    opened: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    """They were mended before: regressions."""
    closed: tuple[str, ...] = ()


def finding_rule(weakness: Weakness) -> str:
    """Of the finding that it is."""
    return f"{RULES if weakness.outside is None else OUTSIDE_RULES}{weakness.rule}"


def tools_of(weakness: Weakness) -> frozenset[str]:
    """The tools that told it."""
    return frozenset(each.partition("/")[0] for each in weakness.told_by)


def certain_tools(scan: Scan) -> frozenset[str]:
    """Those of which what they did not tell is not there, wherever it was."""
    doubtful = {each.scanner for each in scan.runs if not each.status.is_certain or each.tested is not None}
    return frozenset(each.scanner for each in scan.runs) - doubtful


def is_mended(weakness: Weakness, scan: Scan, told: frozenset[str]) -> bool:
    """Whether a scan says that it is not there any more: every tool that told it ran wholly, and none did.

    `told` are the fingerprints of the scan. Of a running service, a scan says so of what it tested again.
    """
    tools = tools_of(weakness)
    if weakness.fingerprint in told or not tools:
        return False
    if weakness.outside is None:
        return tools <= certain_tools(scan)
    tested = (each.tested for each in scan.runs if each.scanner in tools)
    return any(each is not None and each.reached(weakness.outside) for each in tested)


def merged(before: Scan | None, scan: Scan) -> Scan:
    """All that is known of a release's source after one more scan of it: what was scanned again counts as it is now."""
    if before is None:
        return scan
    told = frozenset(each.fingerprint for each in scan.weaknesses)
    again = {each.scanner for each in scan.runs}
    kept = [each for each in before.weaknesses if each.fingerprint not in told and not is_mended(each, scan, told)]
    return Scan(
        runs=(*(each for each in before.runs if each.scanner not in again), *scan.runs),
        weaknesses=(*scan.weaknesses, *kept),
        at=scan.at,
        commit=scan.commit or before.commit,
        base=scan.base or before.base,
        is_dirty=scan.is_dirty,
    )


def weakness_document(weakness: Weakness) -> dict[str, Json]:
    """As JSON; `weakness_of` reads it again."""
    place = weakness.place
    return {
        "fingerprint": weakness.fingerprint,
        "kind": weakness.kind,
        "rule": weakness.rule,
        "severity": weakness.severity,
        "score": weakness.score,
        "file": place.file,
        "line": place.line,
        "end_line": place.end_line,
        "function": place.function,
        "message": weakness.message,
        "cwes": list(weakness.cwes),
        "told_by": list(weakness.told_by),
        "confidence": weakness.confidence,
        "is_new": weakness.is_new,
        "spans": [list(each) for each in weakness.spans],
        "against": weakness.against,
        **({"outside": _outside_document(weakness.outside)} if weakness.outside is not None else {}),
    }


def weakness_of(document: Mapping[str, Json]) -> Weakness:
    return Weakness(
        fingerprint=document["fingerprint"],
        kind=ScanKind(document["kind"]),
        rule=document["rule"],
        severity=Severity(document["severity"]),
        score=document["score"],
        place=CodePlace(document["file"], document["line"], document["end_line"], document["function"]),
        message=document["message"],
        cwes=tuple(document["cwes"]),
        told_by=tuple(document["told_by"]),
        confidence=document["confidence"],
        is_new=document["is_new"],
        spans=tuple((first, last) for first, last in document.get("spans", ())),
        against=document.get("against", ""),
        outside=_outside_of(document["outside"]) if "outside" in document else None,
    )


def scan_document(scan: Scan) -> dict[str, Json]:
    """As JSON, without the results that the weaknesses are made of; `scan_of` reads it again."""
    return {
        "runs": [_run_document(each) for each in scan.runs],
        "weaknesses": [weakness_document(each) for each in scan.weaknesses],
        "at": scan.at.isoformat(),
        "commit": scan.commit,
        "base": scan.base,
        "is_dirty": scan.is_dirty,
    }


def scan_of(document: Mapping[str, Json]) -> Scan:
    return Scan(
        runs=tuple(map(_run_of, document["runs"])),
        weaknesses=tuple(map(weakness_of, document["weaknesses"])),
        at=datetime.fromisoformat(document["at"]),
        commit=document["commit"],
        base=document["base"],
        is_dirty=document["is_dirty"],
    )


def _run_document(run: ScannerRun) -> dict[str, Json]:
    return {
        "scanner": run.scanner,
        "kind": run.kind,
        "status": run.status,
        "reason": run.reason,
        "version": run.version,
        "seconds": run.seconds,
        "files": run.files,
        "must_run": run.must_run,
        **({"tested": _tested_document(run.tested)} if run.tested is not None else {}),
    }


def _run_of(document: Mapping[str, Json]) -> ScannerRun:
    given = {**document, "kind": ScanKind(document["kind"]), "status": ScanStatus(document["status"])}
    if "tested" in document:
        given["tested"] = _tested_of(document["tested"])
    return ScannerRun(**given)


def _outside_document(outside: Outside) -> Json:
    return {
        "operation": outside.operation,
        "part": outside.part,
        "check": outside.check,
        "is_of_surface": outside.is_of_surface,
        "means": _means_document(outside.means),
        "owasp": outside.owasp,
        "certainty": outside.certainty,
        "difference": outside.difference,
        "examples": list(outside.examples),
    }


def _outside_of(document: Mapping[str, Json]) -> Outside:
    means, examples = _means_of(document["means"]), tuple(document["examples"])
    return Outside(**{**document, "means": means, "examples": examples})


def _tested_document(tested: Tested) -> Json:
    return {
        "means": _means_document(tested.means),
        "checks": list(tested.checks),
        "operations": list(tested.operations),
        "is_whole_site": tested.is_whole_site,
    }


def _tested_of(document: Mapping[str, Json]) -> Tested:
    checks, operations = tuple(document["checks"]), tuple(document["operations"])
    return Tested(_means_of(document["means"]), checks, operations, document["is_whole_site"])


def _means_document(means: Means) -> Json:
    return {"profile": means.profile, "callers": list(means.callers), "has_agents": means.has_agents}


def _means_of(document: Mapping[str, Json]) -> Means:
    return Means(Profile(document["profile"]), tuple(document["callers"]), document["has_agents"])
