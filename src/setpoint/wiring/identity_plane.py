"""The part of `wiring` that makes the identity plane: what was declared of identities, and who reads the live ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from setpoint.aws import AwsClients
from setpoint.compare.interface import IdentityComparator
from setpoint.intent.iam.intended import IamIntent
from setpoint.intent.iam.managed import known_policy
from setpoint.intent.iam.policy_files import PolicyFolder
from setpoint.intent.terraform.identities import IDENTITIES
from setpoint.intent.terraform.reader import TerraformReader
from setpoint.loop.identity_parts import IdentityParts, RecordRules
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Coverage
from setpoint.observe.aws.authorization import PERMISSIONS, read_live_account
from setpoint.settings import Settings, TerraformSource

__all__ = ["PERMISSIONS", "has_identities", "identity_comparator", "identity_parts", "record_rules"]


def has_identities(settings: Settings) -> bool:
    """Whether identities are compared, as far as anything is declared of them."""
    identity = settings.identity
    is_declared = bool(settings.intent) or identity.policies is not None
    is_wanted = is_declared if identity.compare is None else identity.compare
    return is_wanted and bool(settings.aws.regions)


def identity_parts(settings: Settings, clients: Sequence[AwsClients]) -> IdentityParts | None:
    """`clients` are those of every account, those of the credentials in use first; None where nothing is compared."""
    if not has_identities(settings):
        return None
    # Only who compares pays for knowing how.
    from setpoint.decide.identity_drift import IdentityDriftAssessor

    return IdentityParts(
        intent=LateIntent(settings, clients[0]),
        accounts=[LiveAccount(each) for each in clients],
        comparator=identity_comparator(settings.loop.owner_tag),
        judge=IdentityDriftAssessor(),
        record=record_rules(settings),
        reads_always=settings.identity.compare is True,
    )


def identity_comparator(owner_tag: str) -> IdentityComparator:
    from setpoint.compare.identity.permissions.accounts import PermissionComparator

    return PermissionComparator(owner_tag)


def record_rules(settings: Settings) -> RecordRules:
    return RecordRules(settings.cloudtrail.is_on, settings.identity.unused_after)


class LateIntent:
    """Implements `IdentityIntentReader`: made when it is first asked, for it may need an answer from AWS."""

    def __init__(self, settings: Settings, clients: AwsClients) -> None:
        self._settings = settings
        self._clients = clients

    def fingerprint(self) -> str:
        return self._reader.fingerprint()

    def read(self, declared: Iterable[Resource], coverage: Coverage) -> Mapping[str, DeclaredIam]:
        return self._reader.read(declared, coverage)

    @cached_property
    def _reader(self) -> IamIntent:
        settings, folder = self._settings, self._settings.identity.policies
        partition, account = (
            (settings.partition or "aws", settings.account) if settings.account else self._clients.identity()
        )
        terraform = [
            TerraformReader(each.path, partition=partition, account=account, region=each.region, types=IDENTITIES)
            for each in settings.intent
            if isinstance(each, TerraformSource)
        ]
        return IamIntent(terraform, PolicyFolder(folder) if folder else None, (partition, account))


@dataclass(frozen=True, slots=True)
class LiveAccount:
    """Implements `observe.interface.AccountReader`."""

    clients: AwsClients

    def whose(self) -> tuple[str, str]:
        return self.clients.identity()

    def read(self) -> IamAccount:
        return read_live_account(self.clients, known_policy)
