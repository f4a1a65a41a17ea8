"""What runs, against what advisories say: the loop concludes it when something of either changes, and in every beat.

Uploads, reports and advisories are written by whoever takes them, who notes what changed; here that is matched and
judged like anything else: findings of `service:<name>`, and alerts. The cost is that of the change: a new component is
matched once, an advisory against the versions of its packages that anybody runs; nothing is scanned again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from setpoint.act.interface import Alert
from setpoint.errors import InputError
from setpoint.loop.accepted import Accepted
from setpoint.loop.flaws import ComponentParts, flaw_uses, match_components, used_components
from setpoint.loop.flood import Flood
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.loop.settled import SettledClock
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.exceptions import BASELINE
from setpoint.model.finding import Finding
from setpoint.model.history import Grounds
from setpoint.model.inventory import FlawUse
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.model.wording import counted
from setpoint.store.interface import InventoryReader, LedgerWriter, Pending, StoredMatch

AT_ONCE: Final = 200
"""Of each kind, concluded in one step: others who want to write wait well under a second."""

MOST_COMPONENTS: Final = 20_000
"""Of all services that are concluded in one step, for the same reason; of a larger one, it is by itself."""

LOOK_EVERY: Final = timedelta(seconds=1)
"""Between two looks, outside of beats, at whether something changed."""

EXPIRE_AFTER: Final = 60.0
"""Seconds, at least, until instances are looked through again for those that nobody sees any more."""

EXPIRE_WITHIN: Final = 3600.0
"""Seconds, at most: the machine's clock may jump."""

RECORDED: Final = "recorded"
"""Begins what bears on a service. Before it did, what services ran was not kept to be judged again: such a service is
concluded once more."""

GONE: Final = "no instance runs it any more, or no advisory says so any more"


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was concluded of several services."""

    findings: dict[Urn, tuple[Finding, ...]] = field(default_factory=dict)
    decided: dict[tuple[Urn, str, str], Decision] = field(default_factory=dict)
    """URN, rule and path of a finding → what was decided of it: several flaws of one component are at one place."""
    beside: list[Decision] = field(default_factory=list)
    """Decisions without a finding."""
    ran: list[Conclusion] = field(default_factory=list)
    """What policies were held against, and what they said of it."""

    def add(self, service: str, findings: Sequence[Finding] = (), decisions: Sequence[Decision] = ()) -> None:
        """`decisions` begins with one for each finding, in the same order."""
        urn = Urn.service(service)
        self.findings[urn] = (*self.findings.get(urn, ()), *findings)
        for finding, decision in zip(findings, decisions, strict=False):
            self.decided[finding.urn, finding.rule, finding.path] = decision
        self.beside.extend(decisions[len(findings) :])

    def decision(self, finding: Finding) -> Decision:
        return self.decided[finding.urn, finding.rule, finding.path]


class InventoryConcluder:
    def __init__(self, parts: Parts, accepted: Accepted, recorder: Recorder, writer: LedgerWriter) -> None:
        self._parts = parts
        self._accepted = accepted
        self._recorder = recorder
        self._writer = writer
        self._settled = SettledClock(parts.clock.machine, parts.clock.tick)
        self._flood = Flood()
        self._expire_at = 0.0
        self.failure = ""
        """Why components cannot be matched against advisories; empty where they can."""

    def beat(self) -> None:
        """Everything: also what people accept now otherwise than before, and instances that nobody sees any more."""
        if self._parts.components is None:
            return
        self._expire()
        self._note_bearings()
        self.conclude()
        with self._recorder.step():
            for worst, count in self._flood.settle():
                self._recorder.tell_more(worst, count, _more)

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
            self.failure = ""
        return self._parts.clock.now() + LOOK_EVERY

    def _step(self, components: ComponentParts) -> bool:
        """Whether there was anything to do."""
        inventory = self._parts.ledger.inventory()
        given = inventory.pending(AT_ONCE)
        if not given:
            return False
        waiting: Sequence[str] = ()
        if AT_ONCE in (len(given.components), len(given.advisories)):
            # There are more, which may bear on what the services run: these wait for them, and are noted anew.
            given, waiting = replace(given, services=()), given.services
        run = _fitting(given.services, inventory.components_of_services(given.services))
        waiting = (*waiting, *given.services[len(run) :])
        given = replace(given, services=tuple(run))
        writer = self._writer.inventory()
        concerned = self._concerned(inventory, components, given)
        # By itself: what is concluded from it is read from the ledger.
        writer.put_matches(given, self._match(inventory, components, given))
        concerned |= self._concerned(inventory, components, given)
        of_advisories, rules = self._of_advisories(inventory, components, given)
        of_services = self._of_services(inventory, components, run)
        with self._recorder.step():
            self._record(of_advisories, rules)
            self._record(of_services, None)
            using = {each.service for each in inventory.uses(concerned)}
            writer.look_again({*waiting, *using} - {*given.services})
            writer.settle(given, {each: self._bearing(each) for each in given.services})
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
    ) -> tuple[_Judged, Sequence[str]]:
        """What the advisories that changed say of all services, and the rules of all that they ever said."""
        names = {name for each in given.names.values() for name in each}
        flaws = components.matcher.merge(inventory.advisories(names))
        names |= {name for flaw in flaws for name in flaw.names}
        matches = inventory.matches_by([advisory for flaw in flaws for advisory in flaw.advisories])
        uses = inventory.uses({each.component for each in matches})
        judged = _Judged()
        self._judge_flaws(judged, components, flaw_uses(inventory, flaws, matches, uses))
        return judged, sorted(components.judge.rule(name) for name in names)

    def _of_services(
        self, inventory: InventoryReader, components: ComponentParts, run: Mapping[str, Sequence[int]]
    ) -> _Judged:
        """All that is said of all that these services run."""
        judged = _Judged()
        for service in run:
            judged.add(service)
        matches = inventory.matches_of({number for each in run.values() for number in each})
        flaws = components.matcher.merge(inventory.advisories({each.match.advisory for each in matches}))
        uses = inventory.uses({each.component for each in matches}, services=list(run))
        flawed = flaw_uses(inventory, flaws, matches, uses)
        self._judge_flaws(judged, components, flawed)
        self._judge_policies(judged, inventory, components, run, flawed)
        return judged

    def _judge_flaws(self, judged: _Judged, components: ComponentParts, uses: Iterable[FlawUse]) -> None:
        of_service: defaultdict[str, list[FlawUse]] = defaultdict(list)
        for each in uses:
            of_service[each.service].append(each)
        for service, concerned in sorted(of_service.items()):
            judged.add(service, *components.judge.judge(concerned, self._accepted.about(Urn.service(service))))

    def _judge_policies(
        self,
        judged: _Judged,
        inventory: InventoryReader,
        components: ComponentParts,
        run: Mapping[str, Sequence[int]],
        flawed: Sequence[FlawUse],
    ) -> None:
        """Also where no policy speaks: what is recorded, others may be tried on."""
        policies = components.policies
        if policies is None:
            return
        uses = inventory.uses({number for each in run.values() for number in each}, services=sorted(run))
        used = used_components(inventory, uses, flawed)
        for service in run:
            urn, bill = Urn.service(service), policies.bill(used.get(service, ()))
            exceptions = self._accepted.about(urn)
            findings, decisions = policies.judge(service, bill, exceptions)
            judged.add(service, findings, decisions)
            grounds = Grounds(None, bill, exceptions) if service in used else None
            judged.ran.append(Conclusion(urn, "", service, Comparison(urn), findings, decisions, grounds))

    def _concerned(self, inventory: InventoryReader, components: ComponentParts, given: Pending) -> set[int]:
        """The components that these advisories bear on, where policies may ask for that."""
        if components.policies is None:
            return set()
        return {each.component for each in inventory.matches_by(given.advisories)}

    def _bearing(self, service: str) -> str:
        """Changes when another conclusion about all that it runs might follow, whatever it runs."""
        return f"{RECORDED}:{self._accepted.bearing(Urn.service(service))}|{self._policies_version(service)}"

    def _policies_version(self, service: str) -> str:
        components = self._parts.components
        return components.policies.version(service) if components and components.policies else ""

    def _record(self, judged: _Judged, rules: Sequence[str] | None) -> None:
        """In the step under way."""
        if not judged.findings and not rules:
            return
        now, decisions = self._parts.clock.now(), [*judged.decided.values(), *judged.beside]
        changes = self._writer.record_components(judged.findings, rules, decisions, now, GONE)
        self._writer.keep_ran(judged.ran, now)
        matched = {waiver for each in decisions for waiver in each.waivers}
        self._writer.note_waiver_matches(sorted(matched - {BASELINE}), now)
        for change in changes.values():
            self._recorder.tell_worst(change, judged.decision, _more, self._flood)
            self._recorder.count(change)

    def _note_bearings(self) -> None:
        """Services on which other waivers bear than when they were concluded."""
        bearings = self._parts.ledger.inventory().bearings()
        stale = [name for name, bore in bearings.items() if self._bearing(name) != bore]
        if stale:
            self._writer.inventory().look_again(stale)

    def _expire(self) -> None:
        """By the machine's clock: after one that was ahead, everything would be old by the ledger's time."""
        now, tick = self._settled.now(), self._parts.clock.tick()
        if now is None or tick < self._expire_at:
            return
        keep = timedelta(seconds=self._parts.settings.forget_instances_after)
        inventory, writer = self._parts.ledger.inventory(), self._writer.inventory()
        # Asked beside whoever writes, and not before one can be so old again: it is looking through all of them.
        while (oldest := inventory.oldest_sight() or now) < now - keep and not self._parts.stopping():
            writer.expire_instances(now - keep, self._parts.clock.now())
        due = (oldest + keep - now).total_seconds()
        self._expire_at = tick + min(max(due, EXPIRE_AFTER), EXPIRE_WITHIN)

    def _tell_failure(self, error: InputError) -> None:
        """Once for as long as it is so: what is pending stays pending."""
        if error.diagnostics() == self.failure:
            return
        self.failure = error.diagnostics()
        self._parts.notifier.notify(
            Alert(
                at=self._parts.clock.now(),
                severity=Severity.HIGH,
                kind="inventory",
                subject=None,
                service="",
                title=f"components cannot be matched against advisories: {self.failure}",
                helps="setpoint status",
            )
        )


def _fitting(services: Sequence[str], run: Mapping[str, Sequence[int]]) -> dict[str, Sequence[int]]:
    """What the first of them run, as many as go into one step: one, at least."""
    fitting: dict[str, Sequence[int]] = {}
    room = MOST_COMPONENTS
    for service in services:
        run_by_it = run.get(service, ())
        room -= len(run_by_it)
        if fitting and room < 0:
            break
        fitting[service] = run_by_it
    return fitting


def _more(findings: int) -> str:
    return f"{counted(findings, 'more finding')} of what it runs"
