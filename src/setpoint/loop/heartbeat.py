"""The heartbeat: one turn of the loop, as numbered steps. `loop.runner` calls it, once or for ever."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Final

from setpoint.errors import CouldNotTellError, Error, InputError, LedgerError
from setpoint.loop.accepted import Accepted
from setpoint.loop.attribution import Attributor
from setpoint.loop.begin import Beginner
from setpoint.loop.conclude import Concluder, calls_for_action, pending
from setpoint.loop.coverage import interrupted, no_longer_known, out_of_reach
from setpoint.loop.forget import Forgetter
from setpoint.loop.identity import IdentityConcluder
from setpoint.loop.inquire import Inquirer
from setpoint.loop.inside import InsideConcluder
from setpoint.loop.intended import IntendedState
from setpoint.loop.inventory import InventoryConcluder
from setpoint.loop.orders import Orders
from setpoint.loop.parts import Parts
from setpoint.loop.patience import Patience
from setpoint.loop.prune import Pruner
from setpoint.loop.quarantine import Quarantiner
from setpoint.loop.queue import WorkQueue
from setpoint.loop.reconcile import Reconciler
from setpoint.loop.recorder import Recorder
from setpoint.loop.remediate import Remediator
from setpoint.loop.report import BeatReport
from setpoint.loop.restraint import Restraint
from setpoint.loop.running import InstanceTaker
from setpoint.loop.scans import Scans, unsettled
from setpoint.loop.shown import last_known
from setpoint.loop.undo import Undoer
from setpoint.loop.weaknesses import CodeConcluder
from setpoint.model.conclusion import Conclusion
from setpoint.model.quarantine import QUARANTINE
from setpoint.model.remediation import UNFINISHED
from setpoint.model.snapshot import TELLS_ABSENCE, Area, AreaCoverage, Coverage
from setpoint.model.urn import Urn
from setpoint.store.interface import BeatRow, Lease, LedgerWriter
from setpoint.telemetry import AWS_CALLS, Span

BATCH: Final = 500
"""Conclusions written in one transaction: large enough that its cost is spread, small enough to lose little work."""

LOOP_ACTOR: Final = "setpoint"

Progress = Callable[[BeatReport], None]


class Heartbeat:
    """Holds what lasts from beat to beat: the packed intended state, the queue, the lease."""

    def __init__(self, parts: Parts, lease: Lease, writer: LedgerWriter) -> None:
        self._parts = parts
        self._lease = lease
        self._writer = writer
        self._intended = IntendedState(parts.intent, parts.settings.owner_tag)
        self._accepted = Accepted(parts)
        self._concluder = Concluder(
            self._intended,
            parts.comparator,
            parts.judge,
            self._accepted,
            owner_tag=parts.settings.owner_tag,
            mode=parts.settings.mode,
        )
        self._recorder = Recorder(parts, writer)
        patience = Patience(parts.clock, parts.settings)
        self._restraint = Restraint(parts, self._intended)
        remediator = Remediator(parts, self._recorder, self._restraint, patience, writer)
        undoer = Undoer(parts, remediator, self._recorder, writer)
        self._orders = Orders(parts, remediator, undoer, self._recorder, self._restraint, writer)
        self._quarantiner = Quarantiner(parts, self._recorder, remediator, patience, writer)
        self._inquirer = Inquirer(parts, self._recorder, writer)
        self._attributor = Attributor(parts, self._recorder, writer)
        beginner = Beginner(parts, self._recorder, self._restraint, self._inquirer, writer)
        self._reconciler = Reconciler(
            parts, self._intended, self._concluder, self._recorder, beginner, remediator, undoer, patience
        )
        self._forgetter = Forgetter(parts, self._intended, self._recorder, remediator, writer)
        self._inside = InsideConcluder(parts, self._accepted, self._recorder, writer)
        self._code = CodeConcluder(parts, self._accepted, self._recorder, writer)
        self._inventory = InventoryConcluder(parts, self._accepted, self._recorder, writer)
        self._running = InstanceTaker(parts, writer)
        self._identity = IdentityConcluder(parts, self._intended, self._accepted, self._recorder, writer)
        self._pruner = Pruner(parts, writer)
        self._scans = Scans(parts)
        self.queue = WorkQueue()
        self._clock_is_behind = False
        self._told_leap = parts.clock.leap
        self._told_held: frozenset[str] = frozenset()
        """Why reverts were held back in the last beat: said once for as long as it is so."""

    def beat(self, progress: Progress = lambda _report: None) -> BeatReport:
        """One turn. Where it comes to nothing, so the ledger says, and the error goes on."""
        report = BeatReport(self._parts.clock.now())
        with self._parts.telemetry.span("beat", tally=AWS_CALLS, id=report.started_at.isoformat()) as span:
            try:
                self._turn(report, progress, span)
            except (CouldNotTellError, InputError) as error:
                self._take_nothing_for_known(report, error)
                raise
            finally:
                self._measure(report, span)
        return report

    def _turn(self, report: BeatReport, progress: Progress, span: Span) -> None:
        self._restraint.new_beat()
        self._inquirer.new_beat()
        self._attributor.new_beat()

        # 1. Still ours? Whoever lost the lease must not write.
        span.step("lease")
        self._renew_lease()
        self._note_clock()

        # 2. What do applications show from inside? Their agents' reports are in the ledger already: nothing that cannot
        #    be read elsewhere keeps people from hearing of an attack.
        span.step("inside")
        self._accepted.refresh()
        self._inside.conclude()
        self._code.conclude()
        self._renew_lease()
        self._inventory.beat()
        report.not_matched = self._inventory.failure
        self._renew_lease()

        # 3. What was reviewed? Read again only where a source changed.
        span.step("intent")
        self._intended.refresh()
        report.declared = len(self._intended)
        report.declared_areas = list(self._intended.coverage.areas.values())

        # 4. What is running? Everything is read when it is time, else what somebody pointed at; only what changed since
        #    the last conclusion is compared and judged.
        span.step("observe")
        only = self._scans.areas_to_read(f"{self._intended.version}:{self._accepted.version()}")
        remembered = self._parts.ledger.remembered(self._parts.settings.scope)
        seen: set[Urn] = set()
        self._conclude(self._changed(remembered, seen, only, report, progress), report)
        report.running_areas = self._running.take(only, self._renew_lease)
        self._inventory.conclude()
        self._identity.beat(only, self._renew_lease)
        report.identities_unread = self._identity.unread

        # 5. What is not there? Only a wholly read area can tell.
        span.step("missing")
        if report.interrupted:
            self._scans.forget()
            report.observed_areas = interrupted(self._parts.observer.areas(self._intended), report.observed_areas)
        else:
            if only is None:
                not_seen = (urn for urn in self._intended if urn not in seen)
                report.observed_areas += out_of_reach(not_seen, report.observed_areas)
                self._reconciler.unread.clear()
            self._conclude(self._not_seen(remembered, seen, report), report)
            self._forgetter.forget(remembered, seen, report.observed_areas)
            report.observed_areas = self._scans.read(only, report.observed_areas)

        # 6. Take up what was left unfinished, and act on what is due.
        span.step("act")
        for remediation in self._parts.ledger.remediations(scope=self._parts.settings.scope, states=UNFINISHED):
            self.queue.add(remediation.urn, self._parts.clock.now())
        self._orders.expire()
        self.work()
        self._inquire()
        report.observed_areas = unsettled(report.observed_areas, self._reconciler.unread)

        # 7. Write down what this beat did.
        span.step("record")
        self._finish(report)
        progress(report)

        # 8. Let go of what was over long ago.
        self._pruner.prune()

    def work(self) -> datetime | None:
        """Carry out what people ordered, and reconcile every key that is due; when the next one will be."""
        self._renew_lease()
        for urn in (*self._orders.carry_out(), *self._quarantiner.requested(), *self._hinted()):
            self.queue.add(urn, self._parts.clock.now())
        while not self._parts.stopping() and (key := self.queue.take(self._parts.clock.now())) is not None:
            self._renew_lease()
            with self._parts.telemetry.span("reconcile", urn=key):
                again = self._move(Urn(key))
            if again is not None:
                self.queue.add(key, again)
        self._renew_lease()
        identities_due = self._identity.work(self._renew_lease)
        self._attributor.conclude()
        due = (self.queue.next_due(), self._orders.next_due(), identities_due)
        return min((each for each in due if each is not None), default=None)

    def _move(self, urn: Urn) -> datetime | None:
        """One step on; when to look again."""
        if urn.type == QUARANTINE:
            return self._quarantiner.carry_on(urn)
        return self._reconciler.reconcile(urn)

    def take_inventory(self) -> datetime | None:
        """Conclude what changed of what runs, and of what advisories say; when to look again."""
        self._renew_lease()
        return self._inventory.conclude()

    def _inquire(self) -> None:
        """Whoever sets something again and again may be known by now."""
        self._renew_lease()
        while not self._parts.stopping() and self._inquirer.go_on():
            self._renew_lease()

    def _hinted(self) -> list[Urn]:
        """What somebody says to look at again. What lies in no area that is read is not looked at at all."""
        hinted = self._parts.hints.take_urns()
        self._identity.look_again((*hinted, *self._parts.hints.new_areas()))
        read = frozenset(self._parts.observer.areas(self._intended)) if hinted else frozenset()
        return [urn for urn in hinted if Area.of(urn) in read]

    def _changed(
        self,
        remembered: Mapping[str, str],
        seen: set[Urn],
        only: Collection[Area] | None,
        report: BeatReport,
        progress: Progress,
    ) -> Iterator[Conclusion]:
        """Everything that was read and that a remembered conclusion does not cover."""
        for item in self._parts.observer.observe(self._intended, only):
            if isinstance(item, AreaCoverage):
                report.observed_areas.append(item)
            else:
                seen.add(item.urn)
                report.observed += 1
                if remembered.get(item.urn) != self._concluder.key(item.urn, item):
                    yield self._concluder.conclude(item.urn, item)
            if isinstance(item, AreaCoverage) or report.observed % BATCH == 0:
                progress(report)
                self._renew_lease()
                if self._parts.stopping():
                    report.interrupted = True
                    return

    def _not_seen(self, remembered: Mapping[str, str], seen: set[Urn], report: BeatReport) -> Iterator[Conclusion]:
        """Everything declared that was not there, in areas that were read so far that they can tell."""
        observed = Coverage.of(report.observed_areas)
        for urn in self._intended:
            if urn in seen or observed.extent(Area.of(urn)) not in TELLS_ABSENCE:
                continue
            if remembered.get(urn) != self._concluder.key(urn, None):
                yield self._concluder.conclude(urn, None)

    def _conclude(self, conclusions: Iterator[Conclusion], report: BeatReport) -> None:
        batch: list[Conclusion] = []
        for conclusion in conclusions:
            batch.append(conclusion)
            report.examined += 1
            if len(batch) == BATCH:
                self._keep(batch)
                batch = []
        self._keep(batch)

    def _keep(self, batch: list[Conclusion]) -> None:
        if not batch:
            return
        self._renew_lease()
        mode = self._parts.settings.mode
        self._recorder.record([pending(each, mode) for each in batch])
        now = self._parts.clock.now()
        for conclusion in batch:
            if calls_for_action(conclusion, mode):
                self.queue.add(conclusion.urn, now)

    def _renew_lease(self) -> None:
        """At most every tenth of its time, so that it costs nothing."""
        now = self._parts.clock.now()
        left = (self._lease.expires_at - now).total_seconds()
        if left < 0.9 * self._parts.settings.lease_for:
            self._lease = self._parts.ledger.renew(self._lease, now, self._parts.settings.lease_for)

    def _note_clock(self) -> None:
        """Once for every jump: from then on the ledger's times are not the machine's, or time seems to have passed."""
        behind, leap = self._parts.clock.behind(), self._parts.clock.leap
        if leap != self._told_leap:
            details = {"seconds": round(leap.by.total_seconds(), 3)}
            self._writer.note(LOOP_ACTOR, "clock jumped ahead", self._lease.scope, details, self._parts.clock.now())
        self._told_leap = leap
        if behind is not None and not self._clock_is_behind:
            details = {"seconds": round(behind.total_seconds(), 3)}
            self._writer.note(LOOP_ACTOR, "clock jumped back", self._lease.scope, details, self._parts.clock.now())
        self._clock_is_behind = behind is not None

    def _measure(self, report: BeatReport, span: Span) -> None:
        """However it ended."""
        seconds = (self._parts.clock.now() - report.started_at).total_seconds()
        self._parts.telemetry.measure("setpoint.beat.duration", seconds, scope=self._lease.scope)
        span.note(
            declared=report.declared,
            observed=report.observed,
            examined=report.examined,
            opened=report.opened,
            closed=report.closed,
            open_findings=report.open_findings,
            interrupted=report.interrupted,
        )

    def _take_nothing_for_known(self, report: BeatReport, error: Error) -> None:
        """The commands speak of the last beat: they must not go on to say what the one before could still read."""
        self._scans.forget()
        self._identity.take_nothing_for_known(error.diagnostics())
        for before in self._parts.ledger.beats(scope=self._parts.settings.scope, limit=1):
            report.declared_areas, report.observed_areas = [], no_longer_known(before.coverage, error)
            report.running_areas = no_longer_known(before.running, error)
            self._finish(report)

    def _finish(self, report: BeatReport) -> None:
        tally = self._recorder.tally
        report.opened, tally.opened = tally.opened, 0
        report.closed, tally.closed = tally.closed, 0
        report.ended_at = self._parts.clock.now()
        self.update(report)
        report.held = dict(self._restraint.held)
        pause = self._parts.ledger.pause_in_force()
        report.paused = f"by {pause.actor}: {pause.reason}" if pause else ""
        broken = self._parts.ledger.code().broken(report.ended_at)
        report.broken_glass = tuple(f"{each.service} {each.release}: {each.clause}" for each in broken)
        for reason, times in report.held.items():
            if reason not in self._told_held:
                self._recorder.tell_held(reason, times)
        self._told_held = frozenset(report.held)
        self._accepted.tell()
        self._writer.put_beat(
            BeatRow(
                id=0,
                started_at=report.started_at,
                ended_at=report.ended_at,
                resources=report.observed,
                examined=report.examined,
                opened=report.opened,
                closed=report.closed,
                remediated=len(report.remediations),
                coverage=tuple(report.coverage),
                held=report.held,
                running=tuple(report.running_areas),
            )
        )
        self.keep_thresholds(report)

    def keep_thresholds(self, report: BeatReport) -> None:
        """For a gate that cannot reach the ledger. That they cannot be kept is said; it stops nothing."""
        parts, report.not_kept = self._parts, ""
        if parts.keeper is None:
            return
        beat, now = (report.ended_at or report.started_at, report.coverage), parts.clock.now()
        known = last_known(parts.services, parts.ledger, parts.assessor, parts.settings.scope, beat, now)
        try:
            parts.keeper.keep(known)
        except (InputError, LedgerError) as error:
            report.not_kept = error.diagnostics()

    def update(self, report: BeatReport) -> None:
        """What is open and what has moved since the beat began, as it is now."""
        ledger, scope = self._parts.ledger, self._parts.settings.scope
        report.open_findings = len(ledger.findings(scope=scope))
        report.remediations = list(ledger.remediations(scope=scope, since=report.started_at))

    @property
    def lease(self) -> Lease:
        return self._lease
