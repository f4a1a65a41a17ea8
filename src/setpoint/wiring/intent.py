"""The part of `wiring` that makes the readers of declared state, and says which permissions they need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, assert_never

from setpoint.aws import AwsClients
from setpoint.errors import InputError, NotFoundError
from setpoint.intent.cloudformation.anatomy import NESTED_STACK
from setpoint.intent.cloudformation.assembly import AssemblyStack, CloudAssemblyReader
from setpoint.intent.cloudformation.cloud import GET_OBJECT, GET_PARAMETER, GET_TEMPLATE, LIST_ALIASES, AwsCloud
from setpoint.intent.cloudformation.exports import DeclaredExports
from setpoint.intent.cloudformation.folding import WHOLLY_FOLDED
from setpoint.intent.cloudformation.live import Existing
from setpoint.intent.cloudformation.reader import COVERED, CloudFormationReader
from setpoint.intent.cloudformation.sources import LocalFile
from setpoint.intent.cloudformation.stack import StackFacts, read_stack
from setpoint.intent.cloudformation.surroundings import Schemas
from setpoint.intent.estate import Estate
from setpoint.intent.interface import IntentReader
from setpoint.intent.terraform.reader import TerraformReader
from setpoint.model.canonical import Json
from setpoint.roles import AssumedRole
from setpoint.settings import CdkSource, CloudFormationSource, IntentSource, Settings, TerraformSource

STACK_ACTIONS: Final = (
    "cloudformation:DescribeStacks",
    GET_TEMPLATE,
    "cloudformation:ListExports",
    "cloudformation:ListStackResources",
    LIST_ALIASES,
)
"""What resolving a template against its live stack needs, and the stacks nested in it (`intent/cloudformation`)."""


NO_ENTITIES: Final = WHOLLY_FOLDED | {NESTED_STACK}
"""Types of a template whose resources stand for nothing by themselves: parts of others, and further templates."""


class IntentWiring:
    """Makes the readers, each with the clients of the account that its source is deployed in."""

    def __init__(
        self,
        settings: Settings,
        clients: AwsClients,
        others: Mapping[str, AwsClients],
        *,
        existing: Existing,
        schemas: Schemas,
        covered: frozenset[str] = COVERED,
    ) -> None:
        """`others` are those of assumed roles, by account id."""
        self._settings = settings
        self._clients = clients
        self._others = others
        self._existing = existing
        self._schemas = schemas
        self._covered = covered
        self._exports = DeclaredExports()

    def estate(self) -> Estate:
        readers = [self._reader(source) for source in self._settings.intent]
        self._exports.name(each for each in readers if isinstance(each, CloudFormationReader | CloudAssemblyReader))
        return Estate(readers, self._schemas)

    def _account(self) -> tuple[str, str]:
        """(partition, account id): as configured, else as AWS says of the credentials in use."""
        if self._settings.account is not None:
            return self._settings.partition or "aws", self._settings.account
        return self._clients.identity()

    def _reader(self, source: IntentSource) -> IntentReader:
        match source:
            case TerraformSource():
                partition, account = self._account()
                return TerraformReader(source.path, partition=partition, account=account, region=source.region)
            case CloudFormationSource():
                return self._template_reader(source)
            case CdkSource():
                return CloudAssemblyReader(source.path, lambda stack: self._cdk_reader(source, stack), self._schemas)
            case _:
                assert_never(source)

    def _template_reader(self, source: CloudFormationSource) -> CloudFormationReader:
        partition, own = self._account()
        account = source.account or own
        clients = self._clients_of(account)
        if clients is None:
            raise InputError(
                f"a template is declared in account {account}, which nothing reads",
                where=str(self._settings.file),
                remedy="name a role in it under aws.accounts",
            )
        stack = source.stack
        return CloudFormationReader(
            source.template,
            partition=partition,
            account=account,
            region=source.region,
            parameters=source.parameters,
            exports=source.exports,
            stack=(lambda: read_stack(clients, source.region, stack)) if stack else None,
            existing=self._existing,
            schemas=self._schemas,
            covered=self._covered,
            cloud=AwsCloud(clients, source.region, source.permitted),
            zones=source.zones,
            declared_exports=self._exports,
        )

    def _cdk_reader(self, source: CdkSource, stack: AssemblyStack) -> CloudFormationReader:
        partition, own = self._account()
        account, region = stack.account or own, stack.region or source.region
        clients = self._clients_of(account)
        return CloudFormationReader(
            LocalFile(stack.template),
            partition=partition,
            account=account,
            region=region,
            parameters=stack.parameters,
            exports={},
            stack=(lambda: _stack_if_deployed(clients, region, stack.name)) if clients and source.deployed else None,
            existing=self._existing,
            schemas=self._schemas,
            covered=self._covered,
            cloud=AwsCloud(clients, region, source.permitted) if clients else None,
            zones=source.zones,
            declared_exports=self._exports,
            stack_name=stack.name,
            stack_tags=stack.tags,
        )

    def _clients_of(self, account: str) -> AwsClients | None:
        return self._clients if account == self._account()[1] else self._others.get(account)


def _stack_if_deployed(clients: AwsClients, region: str, name: str) -> StackFacts | None:
    try:
        return read_stack(clients, region, name)
    except NotFoundError:
        return None


def stack_actions(settings: Settings) -> Collection[str]:
    """The IAM actions that reading live stacks needs, where any is named."""
    sources = [each for each in settings.intent if not isinstance(each, TerraformSource)]
    named = any(each.deployed if isinstance(each, CdkSource) else each.stack for each in sources)
    return STACK_ACTIONS if named else ()


def intent_statements(settings: Settings) -> Iterator[Mapping[str, Json]]:
    """What else reading the declared state needs: statements that are no wider than what is configured."""
    sources = [each for each in settings.intent if not isinstance(each, TerraformSource)]
    partition = settings.partition or "aws"
    buckets = {name for each in sources for name in each.permitted.buckets}
    if buckets:
        actions = (GET_OBJECT, f"{GET_OBJECT}Version")
        yield _statement("SetpointReadsTemplates", actions, (f"arn:{partition}:s3:::{name}/*" for name in buckets))
    names = {name for each in sources for name in each.permitted.parameters}
    if names:
        arns = (f"arn:{partition}:ssm:*:*:parameter/{name.removeprefix('/')}" for name in names)
        yield _statement("SetpointReadsParameters", (GET_PARAMETER,), arns)
    if settings.aws.accounts:
        yield _statement("SetpointAssumesRoles", ("sts:AssumeRole",), (role.arn for role in settings.aws.accounts))


def clients_by_account(clients: AwsClients, roles: Iterable[AssumedRole]) -> Mapping[str, AwsClients]:
    return {role.account: clients.assuming(role) for role in roles}


def _statement(name: str, actions: Iterable[str], resources: Iterable[str]) -> Mapping[str, Json]:
    return {"Sid": name, "Effect": "Allow", "Action": sorted(actions), "Resource": sorted(resources)}
