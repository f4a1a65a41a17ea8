"""The source of a release as scanners told it, held against what agents saw: what the gate and the loop are given.

`admission` asks for that of the release that is judged; `CodeConcluder` keeps the findings of services as production
confirms or clears them, release by release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from setpoint.compare.interface import WeaknessJoiner
from setpoint.decide.interface import CodeJudge
from setpoint.model.code import NOT_ASKED, KnownWeakness, OpenWeakness
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.inside import CodeSeen
from setpoint.model.resource import Resource
from setpoint.model.scan import Scan, ScanKind, ScannerRun, ScanStatus, Standing, StandingOf, Weakness
from setpoint.model.service import Release
from setpoint.store.interface import LedgerReader

WATCHED_RELEASES: Final = 5
"""The newest that agents watched, of which it is looked up what scanners told: what older ones showed, these do too."""

OUT_OF_REACH: Final = StandingOf(Standing.UNKNOWN, "what agents saw, only the ledger knows")


@dataclass(frozen=True, slots=True)
class CodeParts:
    joiner: WeaknessJoiner
    judge: CodeJudge


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What is known of the source of a release."""

    scan: Scan | None = None
    """All that its scans told; None where nothing is known."""
    resources: tuple[Resource, ...] = ()
    """As the gate takes it among the declared ones."""
    unknowns: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Evidence:
    """What agents saw of a service's code, read once for all that is held against it."""

    def __init__(self, ledger: LedgerReader, service: str, met: Iterable[Finding]) -> None:
        """`met` are the findings that are open of the service: what was mended confirms nothing."""
        held = {each.evidence["key"]: each for each in met if each.source is FindingSource.RUNTIME}
        seen = ledger.inside().code(service)
        self.seen: CodeSeen = replace(seen, places=tuple(each for each in seen.places if each.key in held))
        self.attacked = frozenset(each.key for each in self.seen.places if each.attacks)
        self.scanned = _scanned(ledger, seen)

    def known(
        self, parts: CodeParts, weaknesses: Sequence[Weakness], since: Mapping[str, datetime]
    ) -> list[KnownWeakness]:
        """Each with its standing; `since` says by fingerprint when it was first told."""
        standings = parts.joiner.standings(weaknesses, self.seen, self.scanned)
        return [
            self._known(each, standings.get(each.fingerprint, NOT_ASKED), since.get(each.fingerprint))
            for each in weaknesses
        ]

    def _known(self, weakness: Weakness, standing: StandingOf, since: datetime | None) -> KnownWeakness:
        return KnownWeakness(weakness, standing, not self.attacked.isdisjoint(standing.places), since)


def shown_code(
    ledger: LedgerReader, parts: CodeParts, release: Release, scan: Scan | None, evidence: Evidence
) -> ShownCode:
    """With what earlier scans of the release told; `scan` is the one that it brings now."""
    reader = ledger.code()
    whole = reader.scan(release, scan)
    if whole is None:
        return ShownCode()
    first = reader.known(release.service)
    since = {fingerprint: at for fingerprint, (_, at) in first.items()}
    return _shown(parts, whole, evidence.known(parts, _with_newness(whole.weaknesses, release, first), since))


def code_alone(parts: CodeParts, scan: Scan | None) -> ShownCode:
    """Without the ledger: what the release brings, and nothing that production says of it."""
    if scan is None:
        return ShownCode()
    return _shown(parts, scan, [KnownWeakness(each, OUT_OF_REACH) for each in scan.weaknesses])


def missing_scans(wanted: Collection[ScanKind], scan: Scan | None) -> Iterator[str]:
    """Kinds of scans that the release is not judged without, and that nobody can rely on: a clause each."""
    for kind in sorted(wanted):
        runs = [each for each in (scan.runs if scan else ()) if each.kind is kind]
        if not runs:
            yield f"no scan of kind {kind} of this release is known, and one is required: give --scan, or --sarif FILE"
        elif not _is_whole(runs):
            yield f"a scan of kind {kind} is required, and none is whole: {'; '.join(_doubt(each) for each in runs)}"


def _is_whole(runs: Sequence[ScannerRun]) -> bool:
    """Whether one of them looked at all that it reads, or none found anything to read.

    That one had nothing to look at says nothing of what another one, which could not run, would have read.
    """
    statuses = {each.status for each in runs}
    return ScanStatus.COMPLETE in statuses or statuses == {ScanStatus.SKIPPED}


def _shown(parts: CodeParts, scan: Scan, known: Sequence[KnownWeakness]) -> ShownCode:
    doubts = frozenset(each.scanner for each in scan.doubts)
    beside = [each for each in scan.runs if not each.status.is_certain and each.scanner not in doubts]
    missing = sorted(each.scanner for each in beside if each.status is ScanStatus.MISSING)
    return ShownCode(
        scan=scan,
        resources=(parts.judge.scan(known),),
        unknowns=tuple(f"its source was not scanned wholly: {_doubt(each)}" for each in scan.doubts),
        remarks=(
            *(f"not all of its source was scanned: {_doubt(each)}" for each in beside if each.scanner not in missing),
            *([f"its source was not scanned by {', '.join(missing)}: not installed"] if missing else ()),
            *(["what was scanned is not all in the commit"] if scan.is_dirty else ()),
        ),
    )


def _doubt(run: ScannerRun) -> str:
    return f"{run.scanner}: {run.status}" + (f", {run.reason}" if run.reason else "")


def _with_newness(
    weaknesses: Sequence[Weakness], release: Release, first: Mapping[str, tuple[str, datetime]]
) -> Sequence[Weakness]:
    """Where nobody compared them with a base: by whether another release of the service had them before."""
    older = {fingerprint for fingerprint, (version, _) in first.items() if version != release.version}
    if not older:
        return weaknesses
    return [
        each if each.is_new is not None else replace(each, is_new=each.fingerprint not in older) for each in weaknesses
    ]


def _scanned(ledger: LedgerReader, seen: CodeSeen) -> dict[str, Sequence[Weakness]]:
    """Release → what scanners told of it, of the newest that agents watched."""
    reader = ledger.code()
    told: dict[str, Sequence[Weakness]] = {}
    for watch in seen.watches[-WATCHED_RELEASES:]:
        scan = reader.scan(Release(seen.service, watch.release))
        if scan is not None:
            told[watch.release] = scan.weaknesses
    return told


def code_findings(
    parts: CodeParts, service: str, has: Sequence[OpenWeakness], evidence: Evidence, exceptions: Exceptions
) -> tuple[Finding, ...]:
    """Of all that a service has."""
    since = {each.weakness.fingerprint: each.first_seen for each in has}
    known = evidence.known(parts, [each.weakness for each in has], since)
    return parts.judge.judge(service, known, exceptions)
