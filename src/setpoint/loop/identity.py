"""The identity plane: what principals were meant to be allowed, against what they are granted and what they use.

Called by `heartbeat` in every beat that reads IAM, and between beats where somebody says that IAM was changed. The cost
is that of the change: one listing of each account, then only those principals are compared of which what was intended
or granted is other than it was, and judged those of which also what is recorded of their use may be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, TypeVar

from setpoint.compare.interface import ComparablePrincipal
from setpoint.errors import CouldNotTellError, Error
from setpoint.loop.accepted import Accepted
from setpoint.loop.declared_identities import TYPES, DeclaredIdentities, nothing_declared
from setpoint.loop.identity_parts import IdentityParts
from setpoint.loop.identity_use import RecordedUse
from setpoint.loop.intended import IntendedState
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.model.canonical import digest
from setpoint.model.decision import Decision
from setpoint.model.exceptions import BASELINE
from setpoint.model.finding import FindingChanges, FindingSource
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.identity import AccountReading
from setpoint.model.service import Signal
from setpoint.model.snapshot import Area
from setpoint.model.urn import Urn
from setpoint.model.wording import counted
from setpoint.observe.interface import AccountReader
from setpoint.store.interface import ConcludedPrincipal, LedgerWriter, PrincipalKeys

Item = TypeVar("Item")

Place = tuple[str, str]
"""Partition and account."""

AT_ONCE: Final = 100
"""Principals concluded in one step: others who want to write wait well under a second."""

PAUSE: Final = timedelta(seconds=5)
"""Between two readings of an account because of changes: whoever applies a plan makes many at once."""

GONE: Final = "it is neither declared nor there any more"
NOT_COMPARED: Final = "the identities of its account are compared no more"
INTERRUPTED: Final = "the heartbeat was interrupted"


class IdentityConcluder:
    def __init__(
        self, parts: Parts, intended: IntendedState, accepted: Accepted, recorder: Recorder, writer: LedgerWriter
    ) -> None:
        self._parts = parts
        self._intended = DeclaredIdentities(parts.identity, intended)
        self._accepted = accepted
        self._recorder = recorder
        self._writer = writer
        self._hinted = False
        self.unread: tuple[str, ...] = ()
        """Why some account could not be compared the last time, a clause each: a beat tries again."""
        self._read_at: datetime | None = None

    def look_again(self, hints: Iterable[Urn | Area]) -> None:
        """Somebody changed these, or something in them."""
        self._hinted = self._hinted or any(_is_of_identities(each) for each in hints)

    def beat(self, only: Collection[Area] | None, go_on: Callable[[], None]) -> None:
        """Everything where `only` is None or names IAM; `go_on` is called between two steps."""
        is_asked = only is None or self._hinted or bool(self.unread)
        if is_asked or any(each.type.startswith(TYPES) for each in only or ()):
            self._conclude(go_on)

    def work(self, go_on: Callable[[], None]) -> datetime | None:
        """What was changed since; when to look again, where there is something to look at."""
        if not self._hinted:
            return None
        due = self._read_at + PAUSE if self._read_at else self._parts.clock.now()
        if self._parts.clock.now() < due:
            return due
        self._conclude(go_on)
        return None

    def take_nothing_for_known(self, why: str, but: Collection[Place] = ()) -> None:
        """Whatever was read before, nobody knows whether it is so now; `but` of these places."""
        self.unread = tuple(dict.fromkeys((*self.unread, why)))
        for each in self._readings():
            if (each.partition, each.account) not in but:
                self._put_reading(replace(each, read_at=None, doubts=(why,)))

    def _conclude(self, go_on: Callable[[], None]) -> None:
        self._hinted, self.unread, self._read_at = False, (), self._parts.clock.now()
        identity = self._parts.identity
        places = self._places(identity.accounts if identity else ())
        if identity is None:
            return
        declared = self._intended.read()
        for place, account in places.items():
            for _ in self._conclude_account(identity, place, account, declared):
                go_on()
                if self._parts.stopping():
                    self.take_nothing_for_known(INTERRUPTED)
                    return

    def _places(self, accounts: Sequence[AccountReader]) -> Mapping[Place, AccountReader]:
        """Those of which it can be told whose they are; nothing is kept of others, which nobody reads again."""
        places: dict[Place, AccountReader] = {}
        failures: list[str] = []
        for each in accounts:
            try:
                places[each.whose()] = each
            except CouldNotTellError as error:
                failures.append(error.diagnostics())
        for why in dict.fromkeys(failures):
            self.take_nothing_for_known(why, but=places)
        if not failures:
            self._forget_all_but(places)
        return places

    def _conclude_account(
        self,
        identity: IdentityParts,
        place: Place,
        account: AccountReader,
        declared: Mapping[str, DeclaredIam] | Error,
    ) -> Iterator[None]:
        """Step by step."""
        partition, number = place
        yield  # to read an account takes a while
        if isinstance(declared, Error):
            self._put_unread(place, declared)
            return
        intended = declared.get(number)
        if intended is None and not identity.reads_always:
            self._forget(number)
            self._put_reading(AccountReading(partition, number, None, (nothing_declared(number),)))
            return
        try:
            granted = account.read()
        except CouldNotTellError as error:
            self._put_unread(place, error)
            return
        yield from self._conclude_principals(identity, granted, intended)
        doubts = (*granted.unread, *(intended.doubts if intended else (nothing_declared(number),)))
        self._put_reading(AccountReading(partition, number, self._parts.clock.now(), doubts))

    def _conclude_principals(
        self, identity: IdentityParts, granted: IamAccount, intended: DeclaredIam | None
    ) -> Iterator[None]:
        remembered = self._parts.ledger.principals().remembered(self._parts.settings.scope, granted.id)
        use = RecordedUse(self._parts.ledger, identity.record, granted.id, self._parts.clock.now())
        principals = list(identity.comparator.principals(granted, intended))
        news = (each for each in principals if remembered.get(each.urn) != self._keys(each, use))
        for some in _parted(news):
            concluded = [self._concluded(identity, each, remembered.get(each.urn), use) for each in some]
            self._record(concluded, ())
            yield
        gone = sorted(remembered.keys() - {each.urn for each in principals})
        for urns in _parted(gone):
            self._record((), urns)
            yield

    def _keys(self, principal: ComparablePrincipal, use: RecordedUse) -> PrincipalKeys:
        bearing = self._accepted.bearing(principal.urn)
        return PrincipalKeys(
            principal.key, digest(principal.key, use.version(principal.urn, principal.principal), bearing)
        )

    def _concluded(
        self, identity: IdentityParts, principal: ComparablePrincipal, before: PrincipalKeys | None, use: RecordedUse
    ) -> ConcludedPrincipal:
        keys, known = self._keys(principal, use), None
        if before is not None and before.compared == keys.compared:
            known = self._parts.ledger.principals().known(self._parts.settings.scope, principal.urn)
        comparison = known or principal.compare()
        used = identity.comparator.with_use(comparison, *use.of(comparison))
        findings, decisions = identity.judge.judge(used, self._accepted.about(principal.urn))
        return ConcludedPrincipal(comparison, keys, findings, decisions)

    def _record(self, concluded: Sequence[ConcludedPrincipal], gone: Sequence[Urn], reason: str = GONE) -> None:
        now, made = self._parts.clock.now(), dict[str, Decision]()
        for each in concluded:
            made |= {finding.id: decision for finding, decision in zip(each.findings, each.decisions, strict=True)}
        matched = {waiver for decision in made.values() for waiver in decision.waivers}
        with self._recorder.step():
            changes = self._writer.record_principals(concluded, gone, now, reason)
            for urn, change in changes.items():
                self._writer.add_signals(self._signals(urn, change, now))
            self._writer.note_waiver_matches(sorted(matched - {BASELINE}), now)
            for change in _by_service(changes.values()):
                self._recorder.tell_worst(change, lambda finding: made.get(finding.id), _more)
        for change in changes.values():
            self._recorder.count(change)

    def _signals(self, urn: Urn, change: FindingChanges, now: datetime) -> Sequence[Signal]:
        """None where the entity's configuration drifted: one change to a role shows in both planes, and counts once."""
        news = (*change.opened, *change.reopened)
        if not news:
            return ()
        known = self._parts.ledger.findings(scope=self._parts.settings.scope, urn=urn)
        if any(each.finding.source is FindingSource.DRIFT for each in known):
            return ()
        return self._parts.assessor.signals(news[0].service, change.opened, change.reopened, now)

    def _forget_all_but(self, places: Collection[Place]) -> None:
        """Accounts that are compared no more leave nothing behind that nobody would look at again."""
        for each in self._readings():
            if (each.partition, each.account) not in places:
                self._forget(each.account)
                self._writer.drop_account_reading(each.partition, each.account)

    def _forget(self, account: str) -> None:
        remembered = self._parts.ledger.principals().remembered(self._parts.settings.scope, account)
        for urns in _parted(sorted(remembered)):
            self._record((), urns, NOT_COMPARED)

    def _readings(self) -> Sequence[AccountReading]:
        return self._parts.ledger.principals().accounts(self._parts.settings.scope)

    def _put_unread(self, place: Place, error: Error) -> None:
        self.unread = (*self.unread, f"account {place[1]}: {error.diagnostics()}")
        self._put_reading(AccountReading(*place, None, (error.diagnostics(),)))

    def _put_reading(self, reading: AccountReading) -> None:
        self._writer.put_account_reading(reading, self._parts.clock.now())


def _is_of_identities(hint: Urn | Area) -> bool:
    is_of_provider = isinstance(hint, Area) or hint.count(":") > 3
    return is_of_provider and hint.type.startswith(TYPES)


def _by_service(changes: Iterable[FindingChanges]) -> Iterable[FindingChanges]:
    """What is new, together for each service, so that many principals of one make no more alerts than one does."""
    together: defaultdict[str, FindingChanges] = defaultdict(FindingChanges)
    for change in changes:
        for name in ("opened", "reopened", "resumed"):
            for finding in getattr(change, name):
                known = together[finding.service]
                together[finding.service] = replace(known, **{name: (*getattr(known, name), finding)})
    return together.values()


def _more(findings: int) -> str:
    return f"{counted(findings, 'more difference')} of identities"


def _parted(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while some := list(islice(iterator, AT_ONCE)):
        yield some
