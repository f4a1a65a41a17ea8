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
from setpoint.model.finding import finding_id
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, Scan, ScanKind, ScannerRun, ScanStatus, Standing, StandingOf, Weakness
from setpoint.model.urn import Urn

FINGERPRINT_SHOWN: Final = 12
"""Digits of a fingerprint that stand in the path of a finding: 48 bits tell the weaknesses of a service apart."""

NOT_ASKED: Final = StandingOf(Standing.UNKNOWN, "no agent watches the service")


RULES: Final = "code/"
"""Begins the rule of the finding that a weakness is; what it is called follows: `code/cwe-89`."""


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
        """Where it is, as findings say and waivers name it: `shop/orders.py#0123456789ab`."""
        return f"{self.weakness.place.file}#{self.weakness.fingerprint[:FINGERPRINT_SHOWN]}"

    def finding_id(self, service: str) -> str:
        """Of the finding that it is in this service."""
        return code_finding_id(service, self.weakness.rule, self.path)


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


def code_finding_id(service: str, rule: str, path: str) -> str:
    """Of the weakness of this name, by the path of its finding."""
    return finding_id(Urn.service(service), f"{RULES}{rule}", path)


def tools_of(weakness: Weakness) -> frozenset[str]:
    """The tools that told it."""
    return frozenset(each.partition("/")[0] for each in weakness.told_by)


def certain_tools(scan: Scan) -> frozenset[str]:
    """Those of which what they did not tell is not there."""
    doubtful = {each.scanner for each in scan.runs if not each.status.is_certain}
    return frozenset(each.scanner for each in scan.runs) - doubtful


def is_mended(weakness: Weakness, scan: Scan, told: frozenset[str]) -> bool:
    """Whether a scan says that it is not there any more: every tool that told it ran wholly, and none did.

    `told` are the fingerprints of the scan.
    """
    tools = tools_of(weakness)
    return weakness.fingerprint not in told and bool(tools) and tools <= certain_tools(scan)


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
    }


def _run_of(document: Mapping[str, Json]) -> ScannerRun:
    given = {**document, "kind": ScanKind(document["kind"]), "status": ScanStatus(document["status"])}
    return ScannerRun(**given)
