"""A little of everything, read once, for `setpoint doctor`: what is wrong or cannot be read is told beside the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from setpoint.errors import CouldNotTellError, Error
from setpoint.model.examination import Examination, Workload
from setpoint.model.remediation import Mode
from setpoint.model.snapshot import AreaCoverage, Coverage, Snapshot
from setpoint.observe.aws.change_record import HISTORY, LOOK_UP
from setpoint.observe.aws.instances.observer import permissions as instance_permissions
from setpoint.observe.aws.observer import permissions
from setpoint.settings import CloudFormationSource, IntentSource, Settings
from setpoint.wiring.alerting import courier
from setpoint.wiring.check import faults, remarks
from setpoint.wiring.parts import NO_ACCOUNT, Wiring
from setpoint.wiring.stores import signed_thresholds

Answer = TypeVar("Answer")

NOTHING_DECLARED = Snapshot({}, Coverage())


def examine(settings: Settings) -> Examination:
    """What can and cannot be read; AWS is asked for a little of everything."""
    return _Examining(settings).done()


@dataclass(slots=True)
class _Trouble:
    """What came of what was tried; no trouble keeps the next thing from being tried."""

    faults: dict[str, None] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)

    def tried(self, ask: Callable[[], Answer]) -> Answer | None:
        """The answer; None where there is none, and why is noted once."""
        try:
            return ask()
        except Error as error:
            self.note(error)
            return None

    def note(self, error: Error) -> None:
        told = self.unread if error.exit_code == CouldNotTellError.exit_code else self.faults
        told[error.diagnostics()] = None


class _Examining:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wiring = Wiring(settings)
        self._trouble = _Trouble()
        self._identity = self._trouble.tried(self._wiring.clients.identity) if settings.aws.regions else None

    def done(self) -> Examination:
        settings, tried = self._settings, self._trouble.tried
        partition, account = self._identity or (settings.partition or "aws", settings.account or "")
        policies, declared = tried(lambda: self._wiring.policies), self._declared()
        coverage, work = self._production(declared) if self._identity else ([], [])
        wrong = faults(settings, policies, lambda: courier(settings), signed_thresholds(settings).check)
        return Examination(
            partition=partition,
            account=account,
            regions=settings.aws.regions,
            mode=settings.loop.mode,
            declared=len(declared.resources),
            policies=len(policies.policies) if policies else 0,
            declared_coverage=tuple(declared.coverage.areas.values()),
            coverage=tuple(coverage),
            permissions=self._permissions(work),
            work=tuple(work),
            full_scan_every=max(settings.loop.interval, settings.loop.full_scan_every),
            calls_per_second=settings.aws.calls_per_second,
            faults=tuple(dict.fromkeys([*self._trouble.faults, *wrong])),
            remarks=tuple(remarks(settings)),
            unread=tuple(self._trouble.unread),
        )

    def _declared(self) -> Snapshot:
        """Of every source that can be read; together, since they speak of one another."""
        settings = self._settings
        if self._identity is None and settings.account is None:
            # Which account it is makes no difference to what is wrong with a file, unless it names one itself.
            settings = replace(
                settings, account=NO_ACCOUNT, intent=tuple(each for each in settings.intent if not _names_account(each))
            )
        try:
            return Wiring(settings).intent.read()
        except Error as error:
            together = error
        readable = tuple(each for each in settings.intent if self._read(replace(settings, intent=(each,))))
        if len(readable) == len(settings.intent):
            self._trouble.note(together)
            return NOTHING_DECLARED
        return self._read(replace(settings, intent=readable)) or NOTHING_DECLARED

    def _read(self, settings: Settings) -> Snapshot | None:
        # Making a reader may fail as reading may.
        return self._trouble.tried(lambda: Wiring(settings).intent.read())  # noqa: PLW0108

    def _production(self, declared: Snapshot) -> tuple[list[AreaCoverage], list[Workload]]:
        observer = self._trouble.tried(lambda: self._wiring.observer)
        if observer is None:
            return [], []
        coverage, work = observer.probe(declared.resources), observer.workload(declared.resources)
        if self._settings.loop.mode is Mode.ENFORCE:
            coverage += self._wiring.changes.probe()
        instances = self._wiring.instances
        if instances is not None:
            coverage, work = coverage + instances.probe(), work + instances.workload()
        return coverage, work

    def _permissions(self, work: Sequence[Workload]) -> Mapping[str, tuple[str, ...]]:
        of_instances = instance_permissions(self._settings.inventory.sources)
        types = {each.type for each in work}
        needed = {
            **permissions(types - of_instances.keys(), self._wiring.selection),
            **{name: actions for name, actions in of_instances.items() if name in types},
        }
        return {**needed, HISTORY: (LOOK_UP,)} if self._settings.loop.mode is Mode.ENFORCE else needed


def _names_account(source: IntentSource) -> bool:
    return isinstance(source, CloudFormationSource) and source.account is not None
