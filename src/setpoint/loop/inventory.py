"""What runs, against what advisories say: the loop concludes it when something of either changes, and in every beat.

Uploads, reports and advisories are written by whoever takes them, who notes what changed; here that is matched and
judged like anything else: findings of `service:<name>`, and alerts. The cost is that of the change: a new component is
matched once, an advisory against the versions of its packages that anybody runs; nothing is scanned again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from setpoint.act.interface import Alert
from setpoint.errors import InputError
from setpoint.loop.accepted import Accepted
from setpoint.loop.flaws import ComponentParts, flaw_uses, match_components
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.loop.settled import SettledClock
from setpoint.model.decision import Decision
from setpoint.model.exceptions import BASELINE
from setpoint.model.finding import Finding, FindingChanges
from setpoint.model.inventory import FlawUse
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.store.interface import InventoryReader, LedgerWriter, Pending, StoredMatch

AT_ONCE: Final = 200
"""Of each kind, concluded in one step: others who want to write wait well under a second."""

LOOK_EVERY: Final = timedelta(seconds=1)
"""Between two looks, outside of beats, at whether something changed."""

EXPIRE_EVERY: Final = 60.0
"""Seconds."""

GONE: Final = "no instance runs it any more, or no advisory says so any more"

Judged = tuple[dict[Urn, tuple[Finding, ...]], list[Decision]]
Told = Mapping[tuple[Urn, str, str], Decision]
"""URN, rule and path of a finding → what was decided of it."""


class InventoryConcluder:
    def __init__(self, parts: Parts, accepted: Accepted, recorder: Recorder, writer: LedgerWriter) -> None:
        self._parts = parts
        self._accepted = accepted
        self._recorder = recorder
        self._writer = writer
        self._settled = SettledClock(parts.clock.machine, parts.clock.tick)
        self._expire_at = 0.0
        self._failure = ""

    def beat(self) -> None:
        """Everything: also what people accept now otherwise than before, and instances that nobody sees any more."""
        if self._parts.components is None:
            return
        self._expire()
        self._note_bearings()
        self.conclude()

    def conclude(self) -> datetime | None:
        """All that changed since the last time; when to look again."""
        components = self._parts.components
        if components is None:
            return None
        try:
            while not self._parts.stopping() and self._step(components):
                pass
        except InputError as error:
            self._tell_failure(error)
        else:
            self._failure = ""
        return self._parts.clock.now() + LOOK_EVERY

    def _step(self, components: ComponentParts) -> bool:
        """Whether there was anything to do."""
        inventory = self._parts.ledger.inventory()
        given = inventory.pending(AT_ONCE)
        if not given:
            return False
        if len(given.components) == AT_ONCE:
            # There are more, and some may be those of the services, which wait for them.
            given = replace(given, services=())
        writer = self._writer.inventory()
        # By itself: what is concluded from it is read from the ledger.
        writer.put_matches(given, self._match(inventory, components, given))
        of_advisories, rules = self._of_advisories(inventory, components, given)
        of_services = self._of_services(inventory, components, given.services)
        with self._recorder.step():
            self._record(of_advisories, rules)
            self._record(of_services, None)
            writer.settle(given, {each: self._accepted.bearing(Urn.service(each)) for each in given.services})
        return True

    def _match(self, inventory: InventoryReader, components: ComponentParts, given: Pending) -> list[StoredMatch]:
        found = match_components(inventory, components.matcher, given.components)
        changed = [each for each in inventory.advisories(given.advisories) if each.id in given.names]
        concerned = inventory.components_of({one.package for each in changed for one in each.affected})
        told = components.matcher.match(changed, [each.component for each in concerned])
        found += [StoredMatch(each.id, match) for each, some in zip(concerned, told, strict=True) for match in some]
        return found

    def _of_advisories(
        self, inventory: InventoryReader, components: ComponentParts, given: Pending
    ) -> tuple[Judged, Sequence[str]]:
        """What the advisories that changed say of all services, and the rules of all that they ever said."""
        names = {name for each in given.names.values() for name in each}
        flaws = components.matcher.merge(inventory.advisories(names))
        names |= {name for flaw in flaws for name in flaw.names}
        matches = inventory.matches_by([advisory for flaw in flaws for advisory in flaw.advisories])
        uses = inventory.uses({each.component for each in matches})
        judged = self._judge(components, flaw_uses(inventory, flaws, matches, uses))
        return judged, sorted(components.judge.rule(name) for name in names)

    def _of_services(self, inventory: InventoryReader, components: ComponentParts, services: Sequence[str]) -> Judged:
        """All that is said of all that these services run."""
        run = inventory.components_of_services(services)
        matches = inventory.matches_of({number for each in run.values() for number in each})
        flaws = components.matcher.merge(inventory.advisories({each.match.advisory for each in matches}))
        uses = inventory.uses({each.component for each in matches}, services=services)
        findings, decisions = self._judge(components, flaw_uses(inventory, flaws, matches, uses))
        return {**dict.fromkeys((Urn.service(each) for each in services), ()), **findings}, decisions

    def _judge(self, components: ComponentParts, uses: Iterable[FlawUse]) -> Judged:
        of_service: defaultdict[str, list[FlawUse]] = defaultdict(list)
        for each in uses:
            of_service[each.service].append(each)
        findings: dict[Urn, tuple[Finding, ...]] = {}
        decisions: list[Decision] = []
        for service, concerned in sorted(of_service.items()):
            urn = Urn.service(service)
            findings[urn], decided = components.judge.judge(concerned, self._accepted.about(urn))
            decisions += decided
        return findings, decisions

    def _record(self, judged: Judged, rules: Sequence[str] | None) -> None:
        """In the step under way."""
        findings, decisions = judged
        if not findings and not rules:
            return
        now = self._parts.clock.now()
        changes = self._writer.record_components(findings, rules, decisions, now, GONE)
        matched = {waiver for each in decisions for waiver in each.waivers}
        self._writer.note_waiver_matches(sorted(matched - {BASELINE}), now)
        found = (each for some in findings.values() for each in some)
        decided = {(each.urn, each.rule, each.path): one for each, one in zip(found, decisions, strict=True)}
        for change in changes.values():
            self._tell(change, decided)
            self._recorder.count(change)

    def _tell(self, change: FindingChanges, decided: Told) -> None:
        """Each by itself: several flaws of one component are at one place."""
        for opened in change.opened:
            self._recorder.tell_findings(FindingChanges(opened=(opened,)), _made(opened, decided))
        for reopened in change.reopened:
            self._recorder.tell_findings(FindingChanges(reopened=(reopened,)), _made(reopened, decided))
        for resumed in change.resumed:
            self._recorder.tell_findings(FindingChanges(resumed=(resumed,)), _made(resumed, decided))

    def _note_bearings(self) -> None:
        """Services on which other waivers bear than when they were concluded."""
        bearings = self._parts.ledger.inventory().bearings()
        stale = [name for name, bore in bearings.items() if self._accepted.bearing(Urn.service(name)) != bore]
        if stale:
            self._writer.inventory().look_again(stale)

    def _expire(self) -> None:
        """By the machine's clock: after one that was ahead, everything would be old by the ledger's time."""
        now, tick = self._settled.now(), self._parts.clock.tick()
        if now is None or tick < self._expire_at:
            return
        self._expire_at = tick + EXPIRE_EVERY
        before = now - timedelta(seconds=self._parts.settings.forget_instances_after)
        while self._writer.inventory().expire_instances(before, self._parts.clock.now()):
            if self._parts.stopping():
                return

    def _tell_failure(self, error: InputError) -> None:
        """Once for as long as it is so: what is pending stays pending."""
        if error.diagnostics() == self._failure:
            return
        self._failure = error.diagnostics()
        self._parts.notifier.notify(
            Alert(
                at=self._parts.clock.now(),
                severity=Severity.HIGH,
                kind="inventory",
                subject=None,
                service="",
                title=f"components cannot be matched against advisories: {self._failure}",
                helps="setpoint status",
            )
        )


def _made(finding: Finding, decided: Told) -> dict[tuple[Urn, str], Decision]:
    return {(finding.urn, finding.path): decided[finding.urn, finding.rule, finding.path]}
