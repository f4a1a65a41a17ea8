"""The one place that names concrete classes: puts the stages together as the settings say. Called by the commands."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final
from uuid import uuid4

from setpoint.act.alert import JsonLinesNotifier, Notifiers, TerminalNotifier
from setpoint.act.delivery.secrets import check_secrets
from setpoint.act.interface import Alert, Courier, Message, Reverter
from setpoint.act.revert.accounts import AccountsReverter
from setpoint.act.revert.reverter import ACTIONS, ONLY_IF_DECLARED, AwsReverter
from setpoint.aws import AwsClients
from setpoint.compare.code.joining import CodeJoiner
from setpoint.compare.config.comparator import ConfigComparator
from setpoint.compare.interface import ConfinementCheck, Explainer
from setpoint.decide.code import CodeAssessor
from setpoint.decide.component import ComponentAssessor
from setpoint.decide.extras import ReleaseExtras
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.decide.inside import InsideAssessor
from setpoint.decide.interface import ComponentPolicies
from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.decide.policy.overrides import resolve
from setpoint.decide.threshold import ReleaseAssessor
from setpoint.errors import CouldNotTellError, InputError, NotFoundError
from setpoint.fields import did_you_mean
from setpoint.intent.baseline import read_baseline
from setpoint.intent.estate import Estate
from setpoint.intent.guardrails import load_guardrails
from setpoint.intent.interface import IntentReader
from setpoint.intent.late import LateReader
from setpoint.intent.schemas.catalogue import FALLBACK_REGION, SchemaCatalogue
from setpoint.loop.admission import Admission
from setpoint.loop.clock import Clock
from setpoint.loop.code import CodeParts
from setpoint.loop.entry import EntryParts
from setpoint.loop.flaws import ComponentParts
from setpoint.loop.hints import Hints
from setpoint.loop.intended import KeptState
from setpoint.loop.looking import LookingObserver
from setpoint.loop.parts import Parts
from setpoint.loop.taking import ScanKeeper, ScanTaker
from setpoint.model.canonical import Json
from setpoint.model.event import Event
from setpoint.model.health import Status
from setpoint.model.policy import Policy, Severity
from setpoint.model.quarantine import QUARANTINE
from setpoint.model.remediation import Mode
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.service import Service
from setpoint.model.urn import Urn
from setpoint.observe.accounts import AccountsObserver, AccountsRecord
from setpoint.observe.aws.change_record import LOOK_UP, CloudTrailRecord
from setpoint.observe.aws.instances.naming import Naming
from setpoint.observe.aws.instances.observer import AwsInstances
from setpoint.observe.aws.instances.observer import permissions as instance_permissions
from setpoint.observe.aws.observer import AwsObserver, permissions
from setpoint.observe.aws.quarantine import PERMISSIONS as OF_QUARANTINES
from setpoint.observe.aws.quarantine import QuarantineLook
from setpoint.observe.aws.selection import Selection, shipped_watch_list
from setpoint.observe.cloudtrail.changes_tracer import CloudTrailTracer
from setpoint.observe.cloudtrail.permissions import statements as trail_statements
from setpoint.observe.interface import ChangeTracer, Observer
from setpoint.observe.nothing import NothingObserved
from setpoint.settings import Settings, TerraformSource
from setpoint.status import read_status
from setpoint.store.audit_mark import AuditMark
from setpoint.store.interface import Journal, Lake, Ledger, LedgerReader, ServerLedger, TokenStore
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.thresholds import SignedThresholds
from setpoint.telemetry import SILENT, Telemetry
from setpoint.wiring_identity_plane import PERMISSIONS as OF_IDENTITIES
from setpoint.wiring_identity_plane import has_identities, identity_parts
from setpoint.wiring_intent import NO_ENTITIES, IntentWiring, clients_by_account, intent_statements, stack_actions

NO_ACCOUNT: Final = "000000000000"
"""Stands for the account where which one it is makes no difference."""


class Wiring:
    """Makes each part when it is first asked for, so that a command pays only for what it uses."""

    def __init__(self, settings: Settings, telemetry: Telemetry = SILENT) -> None:
        self.settings = settings
        self.telemetry = telemetry

    @cached_property
    def clients(self) -> AwsClients:
        return AwsClients(self.settings.aws, telemetry=self.telemetry)

    @cached_property
    def schemas(self) -> SchemaCatalogue:
        return SchemaCatalogue(next(iter(self.settings.aws.regions), FALLBACK_REGION))

    @cached_property
    def policies(self) -> PolicySet:
        return compile_folders(policy_folders(self.settings), self.schemas)

    @cached_property
    def selection(self) -> Selection:
        return Selection(self.schemas.handlers, _watched(self.settings, self.schemas))

    @cached_property
    def observer(self) -> AwsObserver | AccountsObserver | NothingObserved:
        if not self.settings.intent:
            return NothingObserved()
        own = AwsObserver(self.clients, selection=self.selection)
        others = {each: AwsObserver(clients, selection=self.selection) for each, clients in self.accounts.items()}
        return AccountsObserver(own, others) if others else own

    def observer_of_all(self, ledger: LedgerReader) -> Observer:
        """With quarantines, and with users and roles as policies see them, where the settings ask for that."""
        observer = LookingObserver(self.observer, QUARANTINE, self.look_at_quarantine)
        if not self.settings.identity.guardrails:
            return observer
        # Only who asks for it pays for the search.
        from setpoint.wiring_principals import with_principals

        return with_principals(observer, self.settings, [self.clients, *self.accounts.values()], ledger)

    def look_at_quarantine(self, urn: Urn) -> Resource | Absent | Unread:
        return QuarantineLook(self.accounts.get(urn.account, self.clients))(urn)

    @cached_property
    def instances(self) -> AwsInstances | None:
        """What reads what runs; None where nobody is to be asked."""
        inventory, loop = self.settings.inventory, self.settings.loop
        if not self.settings.aws.regions or not inventory.sources:
            return None
        naming = Naming(
            loop.owner_tag,
            inventory.release_tag,
            inventory.rules,
            environment=lambda service: self.settings.service(service).environment,
        )
        accounts = [self.clients, *self.accounts.values()]
        return AwsInstances(accounts, inventory.sources, naming, is_wanted=inventory.are_wanted)

    @cached_property
    def accounts(self) -> Mapping[str, AwsClients]:
        """Those of assumed roles, by account id."""
        return clients_by_account(self.clients, self.settings.aws.accounts)

    @cached_property
    def intent(self) -> Estate:
        return IntentWiring(
            self.settings,
            self.clients,
            self.accounts,
            existing=self.observer.look,
            schemas=self.schemas.schema,
            covered=self.schemas.types() - NO_ENTITIES,
        ).estate()

    @cached_property
    def reverter(self) -> Reverter:
        own = self.reverter_of(self.clients)
        others = {each: self.reverter_of(clients) for each, clients in self.accounts.items()}
        return AccountsReverter(own, others) if others else own

    @cached_property
    def changes(self) -> AccountsRecord:
        """Who changed what, as the accounts recorded it."""
        others = {each: CloudTrailRecord(clients) for each, clients in self.accounts.items()}
        return AccountsRecord(CloudTrailRecord(self.clients), others)

    @cached_property
    def tracer(self) -> ChangeTracer | None:
        """Who made a difference, where an audit trail is read."""
        wanted = self.settings.cloudtrail
        if not wanted.is_on:
            return None
        return CloudTrailTracer(wanted.ticket, lambda account: self.accounts.get(account, self.clients).caller())

    def reverter_of(self, clients: AwsClients) -> AwsReverter:
        return AwsReverter(clients, self.schemas.schema, self.schemas.handlers)


def _watched(settings: Settings, schemas: SchemaCatalogue) -> frozenset[str]:
    """The types that are read even where none is declared."""
    watch = settings.watch
    for type_name in watch.types:
        if schemas.handlers(type_name) is None:
            near = schemas.nearest(type_name)
            remedy = f"did you mean {near!r}?" if near else "write it as CloudFormation does: AWS::SNS::Topic"
            raise InputError(f"there is no type {type_name!r}", where=watch.where, remedy=remedy)
    # What Terraform declares of most types is not read: of those, nothing could be called *declared by nobody*.
    shipped = watch.shipped
    if shipped is None:
        shipped = not any(isinstance(each, TerraformSource) for each in settings.intent)
    return frozenset(watch.types) | (frozenset(shipped_watch_list()) if shipped else frozenset())


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
    ledger = open_ledger(settings.ledger_address(), create=False, read_only=True, mark=_audit_mark(settings))
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def open_existing_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger of a command that tells the loop something; it must exist."""
    with _open_ledger(settings, create=False) as ledger:
        yield ledger


@contextmanager
def open_first_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger of a command that may be the first to write anything; it is made where there is none."""
    with _open_ledger(settings) as ledger:
        yield ledger


@contextmanager
def open_tokens(settings: Settings, *, create: bool = False, read_only: bool = False) -> Iterator[TokenStore]:
    """Who may call the API, for as long as the ledger is open for it."""
    ledger = open_ledger(settings.ledger_address(), create=create, read_only=read_only, mark=_audit_mark(settings))
    try:
        yield ledger.access(settings.server.master_key)
    finally:
        ledger.close()


@contextmanager
def open_deriving_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger of whoever works reports into it, which begins one where there is none yet."""
    with _open_ledger(settings) as ledger:
        yield ledger


def open_journal(settings: Settings, *, taken: int) -> Journal:
    """For the ingest process; `taken` is the newest offset that the lake has."""
    from setpoint.store.journal.journal import open_journal as open_folder

    return open_folder(settings.ingest.journal, settings.ingest.limits, taken=taken)


def open_lake(settings: Settings) -> Lake:
    """The lake, in a process of its own; raises `LakeError` where it cannot be used."""
    from setpoint.store.lake.remote import open_remote_lake

    return open_remote_lake(settings.lake.file, settings.lake.limits)


def pseudonymiser(settings: Settings) -> Callable[[Event], Event]:
    """What the privacy rules leave of an event. Makes the key when there is first a rule that needs it."""
    from setpoint.store.lake.privacy import Pseudonymiser
    from setpoint.store.lake.pseudonym_key import pseudonym_key

    privacy = settings.privacy
    key = pseudonym_key(privacy.key_file) if privacy.needs_key else b""
    return Pseudonymiser(privacy.rules, key).clean


@contextmanager
def _open_ledger(settings: Settings, *, create: bool = True) -> Iterator[Ledger]:
    ledger = open_ledger(settings.ledger_address(), create=create, mark=_audit_mark(settings))
    try:
        yield ledger
    finally:
        ledger.close()


def _check(intent: IntentReader) -> None:
    """Bad input ends here, before there is a ledger to write to; what cannot be told now, the work itself will tell."""
    with suppress(CouldNotTellError):
        intent.read()


@contextmanager
def loop_parts(
    settings: Settings, stopping: Callable[[], bool], telemetry: Telemetry = SILENT, hints: Hints | None = None
) -> Iterator[Parts]:
    """Everything that the loop is made of. Alerts go to the error stream, and to the file that the settings name.

    `hints` are given by others beside the loop.
    """
    wiring = Wiring(settings, telemetry)
    judge = PolicyJudge(wiring.policies, settings.overrides, settings.service)
    intent = LateReader(lambda: wiring.intent)
    _check(intent)
    keeper = signed_thresholds(settings)
    keeper.check()
    alert_courier = courier(settings)
    with _open_ledger(settings) as ledger:
        yield Parts(
            intent=intent,
            observer=wiring.observer_of_all(ledger),
            comparator=ConfigComparator(wiring.schemas.schema),
            judge=judge,
            assessor=assessor(settings),
            reverter=wiring.reverter,
            notifier=notifiers(settings),
            ledger=ledger,
            clock=Clock(ledger.latest_time()),
            settings=settings.loop,
            stands_by=settings.database is not None,
            stopping=stopping,
            accepted=lambda: (settings.waivers, read_baseline(settings.baseline)),
            services=settings.services,
            keeper=keeper,
            courier=alert_courier,
            changes=wiring.changes,
            tracer=wiring.tracer,
            instances=wiring.instances,
            identity=identity_parts(settings, [wiring.clients, *wiring.accounts.values()]),
            inside=InsideAssessor(settings.agents, settings.risk),
            components=component_parts(ComponentGuardrails(wiring.policies, settings.overrides, settings.service)),
            code=code_parts(),
            confinement=confinement_check(),
            telemetry=telemetry,
            hints=hints or Hints(),
        )


def notifiers(settings: Settings) -> Notifiers:
    """Who is told on this machine: whoever looks at the error stream, and the file that the settings name."""
    to_file = [JsonLinesNotifier(settings.alerts_file)] if settings.alerts_file else []
    return Notifiers([TerminalNotifier(sys.stderr), *to_file])


def confinement_check() -> ConfinementCheck:
    """What says whether a quarantine holds."""
    # Only who changes something pays for the evaluation of policies.
    from setpoint.compare.identity.confinement import ConfinementByEvaluation

    return ConfinementByEvaluation()


def component_parts(policies: ComponentPolicies | None = None) -> ComponentParts:
    """What says of components what is wrong with them: advisories, and policies where they are given."""
    # Only who compares versions pays for what knows how.
    from setpoint.compare.component.matcher import OsvMatcher

    return ComponentParts(OsvMatcher(), ComponentAssessor(), policies)


def code_parts() -> CodeParts:
    """What says of weaknesses in the source what production says, and what that means."""
    return CodeParts(CodeJoiner(), CodeAssessor())


def scan_taker(settings: Settings, actor: str) -> ScanTaker:
    """What takes scans of releases on behalf of somebody, without a question to the gate."""
    keeper = ScanKeeper(code_parts(), settings.loop.scope, actor)
    return ScanTaker(keeper, settings.services, settings.waivers)


def entry_parts(settings: Settings) -> EntryParts:
    """What releases need beside being admitted; an emergency is told through every channel."""
    gate = settings.gate
    return EntryParts(ReleaseExtras(gate.extras), gate.entry, sorted(settings.alerts.channels), notifiers(settings))


def check_before_start(settings: Settings) -> None:
    """What costs little to know: raises the `Error` on which one of several processes would end, while others write."""
    signed_thresholds(settings).check()
    check_secrets(settings.alerts)


def courier(settings: Settings) -> Courier:
    """Every channel of the settings. Raises `Error` where a secret is not there, or a library."""
    # Only who sends pays for HTTP and TLS.
    from setpoint.act.delivery.courier import AlertCourier

    owners = {name: service.owner for name, service in settings.services.items()}
    return AlertCourier(settings.alerts, owners, timeout=settings.loop.delivery.timeout)


def try_channel(settings: Settings, channel: str) -> str:
    """Send a test message; why it did not get there, empty where it did. `NotFoundError` where there is no such one."""
    known = settings.alerts.channels
    if channel not in known:
        remedy = did_you_mean(channel, known) if known else "name one under alerts.channels"
        raise NotFoundError(f"there is no channel {channel!r}", remedy=remedy)
    alert = Alert(
        at=datetime.now(UTC),
        severity=Severity.INFO,
        kind="test",
        subject=None,
        service="",
        title=f"a test of the channel {channel}; nothing is wrong",
        helps="setpoint alerts",
    )
    try:
        courier(settings).send(channel, Message(f"test-{uuid4()}", (alert,)))
    except CouldNotTellError as error:
        return error.diagnostics()
    return ""


def explainer(settings: Settings, wiring: Wiring | None = None) -> Explainer:
    """What says why something differs, or does not. Reads a schema when it is asked about its type."""
    return ConfigComparator((wiring or Wiring(settings)).schemas.schema)


def assessor(settings: Settings) -> ReleaseAssessor:
    """What turns signals into thresholds."""
    return ReleaseAssessor(settings.risk)


def admission(settings: Settings, actor: str, wiring: Wiring | None = None) -> Admission:
    """What the gate is made of; `actor` is who asks. Its ledger must exist: a gate does not begin one."""
    wiring = wiring or Wiring(settings)
    gate, intent = ReleaseGate(wiring.policies, settings.overrides), wiring.intent
    _check(intent)
    return Admission(
        intent=intent,
        gate=gate,
        assessor=assessor(settings),
        open_ledger=lambda: _open_ledger(settings, create=False),
        open_reader=lambda: open_reader(settings),
        keeper=signed_thresholds(settings),
        settings=settings.loop,
        services=settings.services,
        environment=settings.environment,
        actor=actor,
        waivers=settings.waivers,
        components=component_parts(ComponentGuardrails(wiring.policies, settings.overrides, settings.service)),
        code=code_parts(),
        entry=entry_parts(settings),
    )


class ServerWiring:
    """What the server needs besides its ledger. Made when it is first asked for, and then kept.

    Where that cannot be done now (nobody says which account this is), the next call tries again.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._wiring = Wiring(settings)
        self._turn = threading.Lock()

    def gatekeeper(self, actor: str) -> Admission:
        """On behalf of somebody, on the ledger that is open already."""
        with self._turn:
            return replace(self._admission, actor=actor)

    @property
    def explainer(self) -> Explainer:
        return explainer(self._settings, self._wiring)

    def policies(self) -> Sequence[Policy]:
        with self._turn:
            return self._wiring.policies.policies

    def policies_for(self, service: Service) -> Sequence[Policy]:
        """As the overrides leave them for it."""
        with self._turn:
            return resolve(self._wiring.policies, self._settings.overrides, service).policies

    def permissions(self, *, enforce: bool) -> Json:
        return permissions_needed(self._settings, enforce=enforce)

    def status(self) -> Status:
        """How the processes are; `CouldNotTellError` where nobody says so, without where that would be on this disk."""
        try:
            return read_status(self._settings.ledger, datetime.now(UTC))
        except CouldNotTellError as error:
            raise CouldNotTellError(error.what, remedy=error.remedy) from error

    @cached_property
    def _admission(self) -> Admission:
        return replace(
            admission(self._settings, "", self._wiring),
            open_ledger=lambda: nullcontext(self._ledger),
            open_reader=lambda: nullcontext(self._ledger),
            read_intent=KeptState(),
        )


@contextmanager
def open_server_ledger(settings: Settings) -> Iterator[ServerLedger]:
    """The ledger of the server, which begins one where there is none yet."""
    ledger = open_ledger(settings.ledger_address(), mark=_audit_mark(settings))
    try:
        yield ledger
    finally:
        ledger.close()


def permissions_needed(settings: Settings, *, enforce: bool) -> Json:
    """The least-privilege IAM policy for what is configured; with what reverting needs in mode enforce, or if asked."""
    wiring = Wiring(replace(settings, account=settings.account or NO_ACCOUNT))
    declared = wiring.selection.readable(_declared_types(wiring))
    read = dict(instance_permissions(settings.inventory.sources)) if settings.aws.regions else {}
    if settings.intent:
        read |= {**permissions(), **permissions(declared | wiring.selection.watched, wiring.selection)}
    reading = {action for actions in read.values() for action in actions}
    reading.update(stack_actions(settings))
    if settings.identity.guardrails:
        from setpoint.wiring_principals import PERMISSIONS as OF_PRINCIPALS

        reading.update(OF_PRINCIPALS)
    if has_identities(settings):
        reading.update(OF_IDENTITIES)
    reverts = bool(settings.intent) and (enforce or settings.loop.mode is Mode.ENFORCE)
    if reverts:
        reading.add(LOOK_UP)
    trail, partition = settings.cloudtrail, settings.partition or "aws"
    statements = [
        *([_statement("SetpointReads", reading)] if reading else ()),
        *intent_statements(settings),
        *trail_statements(
            bucket=trail.bucket, prefix=trail.prefix, queue=trail.queue, verifies=trail.verify, partition=partition
        ),
    ]
    if reverts:
        reverter = wiring.reverter_of(wiring.clients)
        types = declared | (ACTIONS.keys() - ONLY_IF_DECLARED)
        actions = (action for name in types for action in reverter.actions(name))
        writing = {name for action in actions for name in action.permissions} - reading
        statements.append(_statement("SetpointReverts", writing))
    if enforce or settings.loop.mode is Mode.ENFORCE:
        statements.append(_quarantine_statement(partition))
    return {"Version": "2012-10-17", "Statement": statements}


def _quarantine_statement(partition: str) -> Json:
    """What `setpoint quarantine` needs; take it out where nobody is to be quarantined."""
    needed = {*OF_QUARANTINES, *(name for action in ACTIONS[QUARANTINE] for name in action.permissions)}
    resources = [f"arn:{partition}:iam::*:{kind}/*" for kind in ("role", "user")]
    return {**_statement("SetpointQuarantines", needed), "Resource": resources}


def _declared_types(wiring: Wiring) -> frozenset[str]:
    """None where that cannot be told yet: which permissions are needed is asked before there are any."""
    with suppress(CouldNotTellError, InputError):
        return frozenset(urn.type for urn in wiring.intent.read().resources)
    return frozenset()


def _statement(name: str, actions: Iterable[str]) -> Json:
    return {"Sid": name, "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}


def signed_thresholds(settings: Settings) -> SignedThresholds:
    gate = settings.gate
    return SignedThresholds(gate.threshold_file, gate.key_file, valid_for=gate.threshold_valid_for)


def _audit_mark(settings: Settings) -> AuditMark:
    return AuditMark(settings.ledger.with_name(f"{settings.ledger.name}.audit.json"), settings.gate.key_file)
