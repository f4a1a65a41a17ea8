"""The reverter of AWS resources: plans the smallest patch, and applies it. Named by `wiring`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, assert_never

from setpoint.act.interface import ActionError
from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.cloud_control import Updates
from setpoint.act.revert.cloudtrail import TRAIL
from setpoint.act.revert.ec2 import SECURITY_GROUP
from setpoint.act.revert.iam import GROUP, ROLE, USER
from setpoint.act.revert.iam_policies import MANAGED_POLICY
from setpoint.act.revert.iam_quarantine import QUARANTINE
from setpoint.act.revert.kms import KEY
from setpoint.act.revert.patch import with_declared
from setpoint.act.revert.rds import DB_INSTANCE
from setpoint.act.revert.s3 import BUCKET, BUCKET_POLICY
from setpoint.act.revert.values import typed, unknowns
from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError, TemporaryError
from setpoint.model import quarantine
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.handlers import Handlers
from setpoint.model.paths import covers, split
from setpoint.model.remediation import Change, NotRevertable, Plan
from setpoint.model.resource import Resource
from setpoint.model.schema import ResourceSchema
from setpoint.model.urn import Urn

ACTIONS: Final[Mapping[str, tuple[Action, ...]]] = {
    "AWS::EC2::SecurityGroup": SECURITY_GROUP,
    "AWS::RDS::DBInstance": DB_INSTANCE,
    "AWS::S3::Bucket": BUCKET,
    "AWS::S3::BucketPolicy": BUCKET_POLICY,
    "AWS::IAM::Group": GROUP,
    "AWS::IAM::ManagedPolicy": MANAGED_POLICY,
    "AWS::IAM::Role": ROLE,
    "AWS::IAM::User": USER,
    "AWS::KMS::Key": KEY,
    "AWS::CloudTrail::Trail": TRAIL,
    quarantine.QUARANTINE: QUARANTINE,
}
"""Type → its actions, in the order in which they are applied."""

ONLY_IF_DECLARED: Final = frozenset(
    {"AWS::IAM::Group", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", quarantine.QUARANTINE}
)
"""Types for which nobody needs permissions who declares none of them: with those, Setpoint could become anybody."""

LOST: Final[Mapping[str, tuple[str, str]]] = {
    "AWS::EC2::SecurityGroup": ("security group", "its id and its attachments are gone"),
    "AWS::RDS::DBInstance": ("database instance", "its data is gone"),
    "AWS::S3::Bucket": ("bucket", "its objects are gone"),
    "AWS::S3::BucketPolicy": ("bucket policy", "the state that it was reviewed with is gone"),
    "AWS::IAM::Group": ("group", "who was in it is not known any more"),
    "AWS::IAM::ManagedPolicy": ("policy", "its attachments are gone"),
    "AWS::IAM::Role": ("role", "its id and the trust in it are gone"),
    "AWS::IAM::User": ("user", "its credentials are gone"),
    "AWS::KMS::Key": ("key", "its key material is gone"),
    "AWS::CloudTrail::Trail": ("trail", "what it would have recorded since is gone"),
}
"""Type → what people call it, and what creating it again would not bring back."""


class AwsReverter:
    """Sets declared properties back. It creates and deletes no entity, and never touches what nobody declared."""

    def __init__(
        self,
        clients: AwsClients,
        schemas: Callable[[str], ResourceSchema | None],
        handlers: Callable[[str], Handlers | None] = lambda _type: None,
        updates: Updates = Updates(),  # noqa: B008 - it is immutable
    ) -> None:
        """`handlers` tells of a type without a table of its own whether AWS's generic API can change it."""
        self._clients = clients
        self._schemas = schemas
        self._handlers = handlers
        self._updates = updates

    def plan(self, intended: Resource, actual: Resource, drifts: Sequence[Drift]) -> Plan | NotRevertable:
        """A plan for every property that can be set back, even where others cannot; these stay findings."""
        urn = actual.urn
        paths: dict[str, list[str]] = {}
        for drift in drifts:
            match drift.kind:
                case DriftKind.CHANGED:
                    paths.setdefault(split(drift.path)[0], []).append(drift.path)
                case DriftKind.UNDECLARED:
                    pass
                case DriftKind.MISSING:
                    return NotRevertable(urn, _lost(urn))
                case DriftKind.UNMANAGED:
                    return NotRevertable(urn, "nobody declared it, and Setpoint deletes nothing")
                case _:
                    assert_never(drift.kind)
        if not paths:
            return NotRevertable(urn, "nobody declared these values, so there is nothing to set them back to")

        outcomes = [self._change(name, touched, intended, actual) for name, touched in paths.items()]
        changes = tuple(outcome for outcome in outcomes if isinstance(outcome, Change))
        if not changes:
            refusals = [outcome.reason for outcome in outcomes if isinstance(outcome, NotRevertable)]
            return NotRevertable(urn, "; ".join(refusals))
        needed = {name: None for action, chosen in self._steps(urn, changes) for name in action.needs(chosen)}
        return Plan(urn, changes, actual.digest(), tuple(needed))

    def apply(self, plan: Plan) -> None:
        steps = self._steps(plan.urn, plan.changes)
        self._make_sure_of_account(plan.urn)
        target = Target(self._clients, plan.urn)
        for action, changes in steps:
            action.apply(target, changes)

    def _change(self, name: str, paths: Sequence[str], intended: Resource, actual: Resource) -> Change | NotRevertable:
        schema = self._schemas(actual.type)
        created = schema.create_only if schema else frozenset()
        fixed = [path for path in paths if any(covers(each, path) for each in created)]
        if fixed:
            return NotRevertable(actual.urn, f"{', '.join(fixed)} cannot change without a replacement")
        action = next((each for each in self.actions(actual.type) if name in each.properties), None)
        if action is None:
            return NotRevertable(actual.urn, self._why_not(actual.type, name, schema))
        declared = intended.properties.get(name)
        for unknown in unknowns(declared):
            return NotRevertable(actual.urn, f"{name} is not known: {unknown.reason}")
        before, wanted = actual.properties.get(name), typed(declared, name, schema)
        if action.by_path:
            wanted = with_declared(before, wanted, paths, schema.keyed if schema else {})
        return Change(name, before=before, after=action.aim(before, wanted))

    def actions(self, type_name: str) -> tuple[Action, ...]:
        """A type's own table says all that Setpoint sets of it: what is left out there is left to people."""
        if type_name in ACTIONS:
            return ACTIONS[type_name]
        action = self._updates.action(self._handlers(type_name), self._schemas(type_name))
        return (action,) if action else ()

    def _why_not(self, type_name: str, name: str, schema: ResourceSchema | None) -> str:
        if type_name not in ACTIONS and schema is not None:
            if name in schema.read_only:
                return f"{name} is set by AWS alone"
            if not self.actions(type_name):
                return f"AWS cannot change {type_name} without a replacement, or not through its generic API"
            if any(split(path)[0] == name for path in schema.write_only):
                return f"{name} holds what AWS never returns, and an update would lose it"
        return f"Setpoint has no action that sets {name} of {type_name}"

    def _steps(self, urn: Urn, changes: Sequence[Change]) -> list[tuple[Action, dict[str, Change]]]:
        """The changes by the action that makes them, in the order of the type's table."""
        left = {change.path: change for change in changes}
        steps = []
        for action in self.actions(urn.type):
            chosen = {name: left.pop(name) for name in action.properties if name in left}
            if chosen:
                steps.append((action, chosen))
        if left:
            raise ActionError(f"there is no action that sets {', '.join(left)}", where=urn)
        return steps

    def _make_sure_of_account(self, urn: Urn) -> None:
        """Names and ids are not unique across accounts: with other credentials, another entity might answer to them."""
        try:
            partition, account = self._clients.identity()
        except TemporaryError:
            raise
        except CouldNotTellError as error:
            raise ActionError(error.what, where=urn, remedy=error.remedy) from error
        if not urn.startswith(f"{partition}:{account}:"):
            raise ActionError(
                f"the credentials in use are of account {account}",
                where=urn,
                remedy="use credentials of the account that the entity is in",
            )


def _lost(urn: Urn) -> str:
    noun, gone = LOST.get(urn.type, (urn.type, "what it held is gone"))
    return f"a deleted {noun} is not created again: {gone}, create it with the tool that declared it"
