"""The one place that names concrete classes: puts the stages together as the settings say. Called by the commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from setpoint.act.alert import JsonLinesNotifier, Notifiers, TerminalNotifier
from setpoint.act.interface import Courier
from setpoint.act.revert.reverter import AwsReverter
from setpoint.aws import AwsClients
from setpoint.compare.config.comparator import ConfigComparator
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.decide.threshold import ReleaseAssessor
from setpoint.errors import CouldNotTellError
from setpoint.intent.baseline import read_baseline
from setpoint.intent.cloudformation.reader import CloudFormationReader
from setpoint.intent.cloudformation.stack import read_stack
from setpoint.intent.estate import Estate
from setpoint.intent.guardrails import load_guardrails
from setpoint.intent.interface import IntentReader
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.intent.terraform.reader import TerraformReader
from setpoint.loop.admission import Admission
from setpoint.loop.clock import Clock
from setpoint.loop.parts import Parts
from setpoint.model.waiver import Waiver
from setpoint.observe.aws.observer import AwsObserver
from setpoint.settings import CloudFormationSource, IntentSource, Settings, TerraformSource
from setpoint.store.interface import Ledger, LedgerReader
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.thresholds import SignedThresholds


class Wiring:
    """Makes each part when it is first asked for, so that a command pays only for what it uses."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def clients(self) -> AwsClients:
        return AwsClients(self.settings.aws)

    @cached_property
    def schemas(self) -> SchemaCatalogue:
        return SchemaCatalogue(self.settings.aws.regions[0])

    @cached_property
    def policies(self) -> PolicySet:
        return compile_folders(policy_folders(self.settings), self.schemas)

    @cached_property
    def observer(self) -> AwsObserver:
        return AwsObserver(self.clients)

    @cached_property
    def intent(self) -> Estate:
        return Estate([self._reader(source) for source in self.settings.intent], self.schemas.schema)

    def _account(self) -> tuple[str, str]:
        """(partition, account id): as configured, else as AWS says of the credentials in use."""
        if self.settings.account is not None:
            return self.settings.partition or "aws", self.settings.account
        return self.clients.identity()

    def _reader(self, source: IntentSource) -> IntentReader:
        partition, account = self._account()
        match source:
            case TerraformSource():
                return TerraformReader(source.path, partition=partition, account=account, region=source.region)
            case CloudFormationSource():
                stack = source.stack
                return CloudFormationReader(
                    source.path,
                    partition=partition,
                    account=account,
                    region=source.region,
                    parameters=source.parameters,
                    exports=source.exports,
                    stack=(lambda: read_stack(self.clients, source.region, stack)) if stack else None,
                    existing=self.observer.look,
                    schemas=self.schemas.schema,
                )


def shipped_policies() -> Path:
    """The pack: inside the package where that was installed, in the repository's root where that is worked in."""
    package = Path(__file__).parent
    installed = package / "policies"
    return installed if installed.is_dir() else package.parent.parent / "policies"


def policy_folders(settings: Settings) -> list[Path]:
    """The shipped pack, unless the settings do without it, and the user's own folders."""
    return [*([shipped_policies()] if settings.shipped_policies else []), *settings.policies]


def compile_folders(folders: list[Path], schemas: SchemaCatalogue) -> PolicySet:
    """Raises `InputError` with file:line for the first thing that is wrong with a policy."""
    return compile_policies(load_guardrails(folders), schemas.schema, schemas.nearest)


@contextmanager
def open_reader(settings: Settings) -> Iterator[LedgerReader]:
    """The ledger of a command that only reads; it must exist."""
    ledger = open_ledger(str(settings.ledger), create=False, read_only=True)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def open_existing_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger of a command that tells the loop something; it must exist."""
    with _open_ledger(settings, create=False) as ledger:
        yield ledger


def all_waivers(settings: Settings, ledger: LedgerReader) -> list[Waiver]:
    """Those of the configuration, and those that people entered."""
    matched = ledger.waiver_matches()
    declared = [replace(each, last_matched=matched.get(each.id)) for each in settings.waivers]
    return [*declared, *ledger.waivers()]


@contextmanager
def _open_ledger(settings: Settings, *, create: bool = True) -> Iterator[Ledger]:
    ledger = open_ledger(str(settings.ledger), create=create)
    try:
        yield ledger
    finally:
        ledger.close()


def _check(intent: IntentReader) -> None:
    """Bad input ends here, before there is a ledger to write to; what cannot be told now, the work itself will tell."""
    with suppress(CouldNotTellError):
        intent.read()


@contextmanager
def loop_parts(settings: Settings, stopping: Callable[[], bool]) -> Iterator[Parts]:
    """Everything that the loop is made of. Alerts go to the error stream, and to the file that the settings name."""
    wiring = Wiring(settings)
    notifiers = Notifiers(
        [
            TerminalNotifier(sys.stderr),
            *([JsonLinesNotifier(settings.alerts_file)] if settings.alerts_file else []),
        ]
    )
    judge, intent = PolicyJudge(wiring.policies), wiring.intent
    _check(intent)
    keeper = _keeper(settings)
    keeper.check()
    alert_courier = courier(settings)
    with _open_ledger(settings) as ledger:
        yield Parts(
            intent=intent,
            observer=wiring.observer,
            comparator=ConfigComparator(wiring.schemas.schema),
            judge=judge,
            assessor=assessor(settings),
            reverter=AwsReverter(wiring.clients, wiring.schemas.schema),
            notifier=notifiers,
            ledger=ledger,
            clock=Clock(ledger.latest_time()),
            settings=settings.loop,
            stopping=stopping,
            accepted=lambda: (settings.waivers, read_baseline(settings.baseline)),
            services=settings.services,
            keeper=keeper,
            courier=alert_courier,
        )


def courier(settings: Settings) -> Courier:
    """Every channel of the settings. Raises `Error` where a secret is not there, or a library."""
    # Only who sends pays for HTTP and TLS.
    from setpoint.act.delivery.courier import AlertCourier

    owners = {name: service.owner for name, service in settings.services.items()}
    return AlertCourier(settings.alerts, owners, timeout=settings.loop.delivery.timeout)


def assessor(settings: Settings) -> ReleaseAssessor:
    """What turns signals into thresholds."""
    return ReleaseAssessor(settings.risk)


def admission(settings: Settings, actor: str) -> Admission:
    """What the gate is made of; `actor` is who asks. Its ledger must exist: a gate does not begin one."""
    wiring = Wiring(settings)
    gate, intent = ReleaseGate(wiring.policies), wiring.intent
    _check(intent)
    return Admission(
        intent=intent,
        gate=gate,
        assessor=assessor(settings),
        open_ledger=lambda: _open_ledger(settings, create=False),
        open_reader=lambda: open_reader(settings),
        keeper=_keeper(settings),
        settings=settings.loop,
        services=settings.services,
        actor=actor,
        waivers=settings.waivers,
    )


def _keeper(settings: Settings) -> SignedThresholds:
    gate = settings.gate
    return SignedThresholds(gate.threshold_file, gate.key_file, valid_for=gate.threshold_valid_for)
