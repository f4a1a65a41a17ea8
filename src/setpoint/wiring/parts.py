"""Each part that the settings describe, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Final

from setpoint.act.interface import Reverter
from setpoint.act.revert.accounts import AccountsReverter
from setpoint.act.revert.reverter import AwsReverter
from setpoint.aws import AwsClients
from setpoint.decide.policy.compile import PolicySet
from setpoint.errors import CouldNotTellError, InputError
from setpoint.intent.estate import Estate
from setpoint.intent.interface import IntentReader
from setpoint.intent.schemas.catalogue import FALLBACK_REGION, SchemaCatalogue
from setpoint.loop.looking import LookingObserver
from setpoint.model.quarantine import QUARANTINE
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn
from setpoint.observe.accounts import AccountsObserver, AccountsRecord
from setpoint.observe.aws.change_record import CloudTrailRecord
from setpoint.observe.aws.instances.naming import Naming
from setpoint.observe.aws.instances.observer import AwsInstances
from setpoint.observe.aws.observer import AwsObserver
from setpoint.observe.aws.quarantine import QuarantineLook
from setpoint.observe.aws.selection import Selection, shipped_watch_list
from setpoint.observe.cloudtrail.changes_tracer import CloudTrailTracer
from setpoint.observe.interface import ChangeTracer, Observer
from setpoint.observe.nothing import NothingObserved
from setpoint.settings import Settings, TerraformSource
from setpoint.store.interface import LedgerReader
from setpoint.telemetry import SILENT, Telemetry
from setpoint.wiring.intent import NO_ENTITIES, IntentWiring, clients_by_account
from setpoint.wiring.policies import compile_folders, policy_folders

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
        from setpoint.wiring.principals import with_principals

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


def check_intent(intent: IntentReader) -> None:
    """Bad input ends here, before there is a ledger to write to; what cannot be told now, the work itself will tell."""
    with suppress(CouldNotTellError):
        intent.read()


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
