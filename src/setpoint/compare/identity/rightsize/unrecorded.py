"""What logs of CloudTrail do not tell, and what a call takes beside what they tell. Data, with its sources.

A test holds every action against the Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Calls that are logged together, or not at all."""

    name: str
    actions: tuple[str, ...]
    """As policies spell them, wildcards included."""
    is_data: bool = True
    """Whether a trail logs them once it is told to; CloudTrail never logs the others."""
    shown_by: tuple[str, ...] = ()
    """Those which, being in the record, show that all are logged; every one where none is named."""

    @property
    def why(self) -> str:
        """In a clause."""
        if self.is_data:
            return f"no data event of {self.name} is in the record: a trail logs them only where it is told to"
        return f"CloudTrail does not log {self.name}"


DATA_EVENTS: Final = (
    Unrecorded(
        "S3 objects",
        (
            "s3:AbortMultipartUpload", "s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObject?*",
            "s3:GetObject", "s3:GetObject?*", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions",
            "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObject?*", "s3:RestoreObject",
        ),
        shown_by=("s3:AbortMultipartUpload", "s3:DeleteObject*", "s3:GetObject*", "s3:PutObject*", "s3:RestoreObject"),
    ),
    Unrecorded("S3 objects behind Object Lambda", ("s3-object-lambda:*Object*",)),
    Unrecorded("S3 objects on Outposts", ("s3-outposts:*Object*",)),
    Unrecorded("S3 objects in directory buckets", ("s3express:CreateSession",)),
    Unrecorded("Lambda functions", ("lambda:InvokeAsync", "lambda:InvokeFunction", "lambda:InvokeFunctionUrl")),
    Unrecorded(
        "DynamoDB items",
        (
            "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
            "dynamodb:GetItem", "dynamodb:PartiQL*", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ),
    ),
    Unrecorded("DynamoDB streams", ("dynamodb:GetRecords", "dynamodb:GetShardIterator")),
    Unrecorded("SNS messages", ("sns:Publish",)),
    Unrecorded(
        "SQS messages", ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage")
    ),
    Unrecorded(
        "Kinesis records",
        ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:PutRecord", "kinesis:PutRecords",
         "kinesis:SubscribeToShard"),
    ),
    Unrecorded("Kinesis video", ("kinesisvideo:GetMedia", "kinesisvideo:GetMediaForFragmentList",
                                 "kinesisvideo:PutMedia")),
    Unrecorded("EBS snapshots' blocks", ("ebs:GetSnapshotBlock", "ebs:ListChangedBlocks", "ebs:ListSnapshotBlocks",
                                         "ebs:PutSnapshotBlock")),
    Unrecorded("CloudWatch metrics", ("cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics",
                                      "cloudwatch:GetMetricWidgetImage", "cloudwatch:ListMetrics",
                                      "cloudwatch:PutMetricData")),
    Unrecorded("X-Ray traces", ("xray:BatchGetTraces", "xray:GetServiceGraph", "xray:GetTraceGraph",
                                "xray:GetTraceSummaries", "xray:PutTelemetryRecords", "xray:PutTraceSegments")),
    Unrecorded("AppConfig configurations", ("appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession")),
    Unrecorded("AppSync queries", ("appsync:GraphQL",)),
    Unrecorded(
        "Bedrock agents and knowledge bases",
        ("bedrock:ApplyGuardrail", "bedrock:InvokeAgent", "bedrock:InvokeFlow", "bedrock:Retrieve",
         "bedrock:RetrieveAndGenerate"),
    ),
    Unrecorded("CloudTrail channels", ("cloudtrail-data:PutAuditEvents",)),
    Unrecorded("Cloud Map instances", ("servicediscovery:DiscoverInstances",
                                       "servicediscovery:DiscoverInstancesRevision")),
    Unrecorded("Keyspaces rows", ("cassandra:Modify*", "cassandra:Select*")),
    Unrecorded(
        "Cognito identity pools",
        ("cognito-identity:GetCredentialsForIdentity", "cognito-identity:GetId", "cognito-identity:GetOpenIdToken",
         "cognito-identity:GetOpenIdTokenForDeveloperIdentity", "cognito-identity:UnlinkIdentity"),
    ),
    Unrecorded("IoT things and certificates", ("iot:DeleteThingShadow", "iot:GetThingShadow", "iot:UpdateThingShadow",
                                               "iotjobsdata:*")),
    Unrecorded("IoT SiteWise values", ("iotsitewise:BatchGet*", "iotsitewise:BatchPutAssetPropertyValue",
                                       "iotsitewise:GetAssetPropertyAggregates", "iotsitewise:GetAssetPropertyValue",
                                       "iotsitewise:GetAssetPropertyValueHistory")),
    Unrecorded("Neptune data", ("neptune-db:*", "neptune-graph:ReadDataViaQuery", "neptune-graph:WriteDataViaQuery",
                                "neptune-graph:DeleteDataViaQuery")),
    Unrecorded("payment keys' use", ("payment-cryptography:DecryptData", "payment-cryptography:EncryptData",
                                     "payment-cryptography:Generate*", "payment-cryptography:ReEncryptData",
                                     "payment-cryptography:Verify*")),
    Unrecorded("the RDS Data API", ("rds-data:*",)),
    Unrecorded("SageMaker endpoints and features", ("sagemaker:BatchGetRecord", "sagemaker:DeleteRecord",
                                                    "sagemaker:GetRecord", "sagemaker:InvokeEndpoint*",
                                                    "sagemaker:PutRecord")),
    Unrecorded("mail by SES", ("ses:SendBulk*", "ses:SendEmail", "ses:SendRawEmail", "ses:SendTemplatedEmail")),
    Unrecorded("SimpleDB domains", ("sdb:*",)),
    Unrecorded("Step Functions activities and HTTP tasks", ("states:GetActivityTask", "states:InvokeHTTPEndpoint",
                                                            "states:SendTask*")),
    Unrecorded("SWF domains", ("swf:Poll*", "swf:Respond*", "swf:SignalWorkflowExecution",
                               "swf:StartWorkflowExecution")),
    Unrecorded("Systems Manager's channels", ("ec2messages:*", "ssmmessages:*")),
    Unrecorded("Timestream records", ("timestream:DescribeEndpoints", "timestream:Select*", "timestream:WriteRecords")),
    Unrecorded("authorisations by Verified Permissions", ("verifiedpermissions:IsAuthorized*",)),
    Unrecorded("OpenSearch Serverless collections", ("aoss:APIAccessAll", "aoss:DashboardsAccessAll")),
    Unrecorded("Aurora DSQL connections", ("dsql:DbConnect*",)),
    Unrecorded("CloudWatch RUM events", ("rum:PutRumEvents",)),
    Unrecorded("Amazon Location requests", ("geo:BatchGet*", "geo:BatchUpdate*", "geo:CalculateRoute*", "geo:GetMap*",
                                            "geo:SearchPlace*")),
)  # fmt: skip
"""AWS CloudTrail User Guide, *Logging data events*, and the services' developer guides, *Logging … using AWS
CloudTrail*."""

NEVER_LOGGED: Final = (
    Unrecorded("calls through API Gateway", ("execute-api:Invoke",), is_data=False),
    Unrecorded("HTTP requests to OpenSearch domains", ("es:ESHttp*",), is_data=False),
    Unrecorded("logging in to databases with IAM", ("rds-db:connect",), is_data=False),
    Unrecorded("MQTT messages", ("iot:Connect", "iot:Publish", "iot:Receive", "iot:RetainPublish", "iot:Subscribe"),
               is_data=False),
    Unrecorded("mounting of file systems", ("elasticfilesystem:Client*",), is_data=False),
    Unrecorded("Kafka clients", ("kafka-cluster:*",), is_data=False),
    Unrecorded("Firehose records", ("firehose:PutRecord", "firehose:PutRecordBatch"), is_data=False),
    Unrecorded("what is in log groups", ("logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutLogEvents"),
               is_data=False),
)  # fmt: skip
"""The services' developer guides, *Logging … using AWS CloudTrail*, which list the operations that are logged; what the
record has all the same counts as logged."""

UNRECORDED: Final = (*DATA_EVENTS, *NEVER_LOGGED)

HANDING_OVER: Final = "iam:PassRole"
PASSED_TO: Final = "iam:passedtoservice"
HANDING_OVER_WHY: Final = "handing over a role is no call of its own, so that CloudTrail does not log it"
"""IAM User Guide, *Grant a user permissions to pass a role to an AWS service*."""

TAKES_NO_ROLE: Final = frozenset({"acm", "dynamodb", "kms", "route53", "secretsmanager", "sqs", "sts", "tag"})
"""Services whose calls hand over no role (their API references)."""

SERVICES_OF_ROLES: Final[Mapping[str, str]] = {
    "apigateway": "apigateway",
    "ecs-tasks": "ecs",
    "edgelambda": "cloudfront",
    "monitoring": "rds",
    "tasks": "apprunner",
    "vpc-flow-logs": "ec2",
}
"""First word of the service that a role is passed to → prefix of the actions that pass it, where that is another."""

COMPANIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "s3:PutObject": ("s3:PutObjectAcl", "s3:PutObjectLegalHold", "s3:PutObjectRetention", "s3:PutObjectTagging"),
    "sts:AssumeRole": ("sts:SetSourceIdentity", "sts:TagSession"),
    "sts:AssumeRoleWithSAML": ("sts:SetSourceIdentity", "sts:TagSession"),
    "sts:AssumeRoleWithWebIdentity": ("sts:SetSourceIdentity", "sts:TagSession"),
}
"""Action → what the same call takes, too, for what it can be given along; the call's event alone is logged (Amazon S3
User Guide, *Required permissions for Amazon S3 API operations*; IAM User Guide, *Pass session tags in AWS STS*)."""

MAKING: Final = ("Create", "Run", "Copy", "Import", "Allocate", "Request", "Launch", "Restore")
"""How operations begin that make something new; what they made is told by their events, not what they will make."""

TAGGING: Final = ("AddTags", "CreateTags", "Tag")
"""How operations begin that a call which makes something takes, too, where it gives it tags (Amazon EC2 User Guide,
*Grant permission to tag Amazon EC2 resources during creation*)."""

PASSING: Final = frozenset(
    {
        "batch:job", "ec2:fleet", "ec2:instance", "ec2:network-interface", "ec2:snapshot",
        "ec2:spot-instances-request", "ec2:volume", "ecs:container-instance", "ecs:task", "ecs:task-set",
        "elasticmapreduce:cluster", "glue:session", "logs:log-stream", "sagemaker:processing-job",
        "sagemaker:training-job", "sagemaker:transform-job", "ssm:automation-execution", "ssm:session",
        "states:execution", "states:express",
    }
)  # fmt: skip
"""Service and type of what comes and goes under names that AWS gives: the one that was used is not the next one."""

HOLD_SECRETS: Final = frozenset(
    {
        "apigateway:GET", "cognito-idp:DescribeUserPoolClient", "ec2:GetPasswordData", "ecr:GetAuthorizationToken",
        "lambda:GetFunction", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue",
        "secretsmanager:GetRandomPassword", "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters",
        "ssm:GetParametersByPath",
    }
)  # fmt: skip
"""Reading calls that hand over what is kept, and not what is there: never kept for the sake of another one."""
