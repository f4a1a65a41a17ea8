"""The policy that a resource has itself, read from its service: of a bucket, a key, a queue. `can-i` asks, live.

What may have such a policy is listed by the IAM User Guide, "AWS services that work with IAM"; what of that is not read
here is not known, and said so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from setpoint.aws import AwsClients, client_errors, error_code, reason
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_reading import read_policy

Named = Mapping[str, str]
"""What an ARN names: `arn`, `account`, and the groups of its source's pattern."""


@dataclass(frozen=True, slots=True)
class ResourcePolicies:
    policies: tuple[NamedPolicy, ...] | None = None
    """None where the resource has none, or can have none; so where it is not known."""
    unread: str = ""
    """Why it is not known, in a clause; empty where it is."""


@dataclass(frozen=True, slots=True)
class _Source:
    service: str
    """As boto3 names its client."""
    arn: re.Pattern[str]
    """ARNs, behind the partition."""
    actions: tuple[str, ...]
    """IAM actions; the last is the one that hands the policy over."""
    tells: Callable[[Any, Named], Json]
    """(client, named) → the policy; None or an empty text where there is none."""
    absent: frozenset[str] = frozenset()
    """Error codes that say that there is no policy, or no such resource."""


def _bucket(s3: Any, of: Named) -> Json:
    """An ARN of S3 does not say whose the bucket is: of another account it is no answer."""
    return s3.get_bucket_policy(Bucket=of["name"], ExpectedBucketOwner=of["account"])["Policy"]


def _queue(sqs: Any, of: Named) -> Json:
    url = sqs.get_queue_url(QueueName=of["name"], QueueOwnerAWSAccountId=of["account"])["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {}).get("Policy")


def _function(client: Any, of: Named) -> Json:
    qualified = {"Qualifier": of["version"]} if of["version"] else {}
    return client.get_policy(FunctionName=of["name"], **qualified)["Policy"]


def _repository(ecr: Any, of: Named) -> Json:
    return ecr.get_repository_policy(registryId=of["account"], repositoryName=of["name"])["policyText"]


def _domain(client: Any, of: Named) -> Json:
    return client.describe_domain(DomainName=of["name"])["DomainStatus"].get("AccessPolicies")


def _in_region(service: str, resource: str) -> re.Pattern[str]:
    return re.compile(rf"{service}:[^:]+:\d{{12}}:{resource}", re.DOTALL)


_SOURCES: Final = (
    _Source(
        "s3",
        re.compile(r"s3:::(?P<name>[^:/]+)(?:/.*)?", re.DOTALL),
        ("s3:GetBucketPolicy",),
        _bucket,
        frozenset({"NoSuchBucketPolicy", "NoSuchBucket"}),
    ),
    _Source(
        "kms",
        _in_region("kms", r"key/.+"),
        ("kms:GetKeyPolicy",),
        lambda kms, of: kms.get_key_policy(KeyId=of["arn"], PolicyName="default")["Policy"],
        frozenset({"NotFoundException"}),
    ),
    _Source(
        "sqs",
        _in_region("sqs", r"(?P<name>[^:/]+)"),
        ("sqs:GetQueueUrl", "sqs:GetQueueAttributes"),
        _queue,
        frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}),
    ),
    _Source(
        "sns",
        _in_region("sns", r"(?P<name>[^:/]+)"),
        ("sns:GetTopicAttributes",),
        lambda sns, of: sns.get_topic_attributes(TopicArn=of["arn"])["Attributes"].get("Policy"),
        frozenset({"NotFound", "NotFoundException"}),
    ),
    _Source(
        "secretsmanager",
        _in_region("secretsmanager", r"secret:.+"),
        ("secretsmanager:GetResourcePolicy",),
        lambda client, of: client.get_resource_policy(SecretId=of["arn"]).get("ResourcePolicy"),
        frozenset({"ResourceNotFoundException"}),
    ),
    _Source(
        "lambda",
        _in_region("lambda", r"function:(?P<name>[^:]+)(?::(?P<version>[^:]+))?"),
        ("lambda:GetPolicy",),
        _function,
        frozenset({"ResourceNotFoundException"}),
    ),
    _Source(
        "ecr",
        _in_region("ecr", r"repository/(?P<name>.+)"),
        ("ecr:GetRepositoryPolicy",),
        _repository,
        frozenset({"RepositoryPolicyNotFoundException", "RepositoryNotFoundException"}),
    ),
    _Source(
        "dynamodb",
        _in_region("dynamodb", r"(?P<name>table/[^/]+(?:/stream/[^/]+)?)(?:/index/.+)?"),
        ("dynamodb:GetResourcePolicy",),
        lambda client, of: client.get_resource_policy(ResourceArn=f"{of['head']}{of['name']}").get("Policy"),
        frozenset({"PolicyNotFoundException", "ResourceNotFoundException"}),
    ),
    _Source(
        "kinesis",
        _in_region("kinesis", r"stream/.+"),
        ("kinesis:GetResourcePolicy",),
        lambda client, of: client.get_resource_policy(ResourceARN=of["arn"]).get("Policy"),
        frozenset({"ResourceNotFoundException"}),
    ),
    _Source(
        "efs",
        _in_region("elasticfilesystem", r"file-system/(?P<name>.+)"),
        ("elasticfilesystem:DescribeFileSystemPolicy",),
        lambda client, of: client.describe_file_system_policy(FileSystemId=of["name"]).get("Policy"),
        frozenset({"PolicyNotFound", "FileSystemNotFound"}),
    ),
    _Source(
        "backup",
        _in_region("backup", r"backup-vault:(?P<name>.+)"),
        ("backup:GetBackupVaultAccessPolicy",),
        lambda client, of: client.get_backup_vault_access_policy(BackupVaultName=of["name"]).get("Policy"),
        frozenset({"ResourceNotFoundException"}),
    ),
    _Source(
        "events",
        _in_region("events", r"event-bus/(?P<name>.+)"),
        ("events:DescribeEventBus",),
        lambda client, of: client.describe_event_bus(Name=of["arn"]).get("Policy"),
        frozenset({"ResourceNotFoundException"}),
    ),
    _Source(
        "opensearch",
        _in_region("es", r"domain/(?P<name>[^/]+)(?:/.*)?"),
        ("es:DescribeDomain",),
        _domain,
        frozenset({"ResourceNotFoundException"}),
    ),
)
"""Which call tells it (the services' API references)."""

NOT_READ: Final = (
    "acm-pca:", "aps:", "bedrock-agentcore:", "cloudtrail:", "codeartifact:", "dsql:", "ecr-public:", "execute-api:",
    "glacier:", "glue:", "kafka:", "lambda:layer:", "lex:", "logs:", "mediapackagev2:", "mediastore:",
    "payment-cryptography:", "redshift:", "redshift-serverless:", "rekognition:", "s3:", "s3-object-lambda:",
    "s3-outposts:", "s3express:", "s3tables:", "s3vectors:", "sagemaker:", "schemas:", "serverlessrepo:", "ses:",
    "signer:", "vpc-lattice:",
)  # fmt: skip
"""How service and name begin of what may have a policy of its own as well. Not among them is what has one only to be
shared with other accounts, where nothing is allowed without it anyway."""

PERMISSIONS: Final = {each.service: each.actions for each in _SOURCES}
"""Service, as boto3 names it → the IAM actions."""


def read_resource_policies(clients: AwsClients, arn: str, account: str) -> ResourcePolicies:
    """Of the resource, owned by the `account` that `clients` act in; `*` is no resource."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return ResourcePolicies()
    _, _, service, region, _, resource = parts
    for source in _SOURCES:
        if found := source.arn.fullmatch(":".join(parts[2:])):
            groups = {name: value or "" for name, value in found.groupdict().items()}
            named = {**groups, "arn": arn, "account": account, "head": arn.removesuffix(resource)}
            return _read(source, clients.client(source.service, region or clients.settings.home), named)
    if f"{service}:{resource}".startswith(NOT_READ):
        return ResourcePolicies(unread=f"policy of {arn}, if it has one: those of {service} are not read")
    return ResourcePolicies()


def _read(source: _Source, client: Any, named: Named) -> ResourcePolicies:
    name = f"policy of {named['arn']}"
    try:
        told = source.tells(client, named)
    except client_errors() as error:
        if error_code(error) in source.absent:
            return ResourcePolicies()
        return ResourcePolicies(unread=f"{name}: {reason(error, source.actions[-1])}")
    if not told:
        return ResourcePolicies(policies=())
    try:
        return ResourcePolicies((NamedPolicy(name, read_policy(told, PolicyKind.RESOURCE, name)),))
    except InputError as error:
        return ResourcePolicies(unread=f"{name}: {error.what}")
