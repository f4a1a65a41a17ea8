"""Where CloudTrail calls a service or an operation otherwise than IAM does. Data, with its sources; `actions` asks it.

Everything is in lower case but the actions. An action without a service is one of the service that it stands under. A
test holds every one against the list of real actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

SERVICES: Final[Mapping[str, str]] = {
    "agreement-marketplace": "aws-marketplace",
    "amazonmq": "mq",
    "awsssoportal": "sso",
    "catalog.marketplace": "aws-marketplace",
    "cloudcontrolapi": "cloudformation",
    "data.jobs.iot": "iotjobsdata",
    "email": "ses",
    "entitlement.marketplace": "aws-marketplace",
    "iot-jobs-data": "iotjobsdata",
    "iotdata": "iot",
    "iotsecuredtunneling": "iot",
    "metering-marketplace": "aws-marketplace",
    "models-v2-lex": "lex",
    "models.lex": "lex",
    "monitoring": "cloudwatch",
    "mturk-requester": "mechanicalturk",
    "portal.sso": "sso",
    "runtime-v2-lex": "lex",
    "runtime.lex": "lex",
    "servicecatalog-appregistry": "servicecatalog",
    "simpledb": "sdb",
    "tagging": "tag",
}
"""`eventSource` up to the domain → the service prefix of its actions, where that is another word (Service Authorization
Reference, *Actions, resources, and condition keys*; AWS CloudTrail User Guide, *CloudTrail record contents*)."""

NO_PERMISSION: Final[tuple[str, ...]] = ()
"""Of what is done by nobody's permission."""


def _s3_configurations() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Configurations of a bucket, of which some are listed and deleted by the actions to read and to write them."""
    for name, plural, action in (
        ("analytics", "analytics", "AnalyticsConfiguration"),
        ("intelligenttiering", "intelligenttiering", "IntelligentTieringConfiguration"),
        ("inventory", "inventory", "InventoryConfiguration"),
        ("metrics", "metrics", "MetricsConfiguration"),
    ):
        yield f"getbucket{name}configuration", (f"Get{action}",)
        yield f"listbucket{plural}configurations", (f"Get{action}",)
        yield f"putbucket{name}configuration", (f"Put{action}",)
        yield f"deletebucket{name}configuration", (f"Put{action}",)
    for name, action in (
        ("encryption", "EncryptionConfiguration"),
        ("lifecycle", "LifecycleConfiguration"),
        ("lifecycleconfiguration", "LifecycleConfiguration"),
        ("replication", "ReplicationConfiguration"),
        ("accelerateconfiguration", "AccelerateConfiguration"),
        ("notificationconfiguration", "BucketNotification"),
        ("cors", "BucketCORS"),
        ("tagging", "BucketTagging"),
        ("ownershipcontrols", "BucketOwnershipControls"),
        ("publicaccessblock", "BucketPublicAccessBlock"),
    ):
        yield f"getbucket{name}", (f"Get{action}",)
        yield f"putbucket{name}", (f"Put{action}",)
        yield f"deletebucket{name}", (f"Put{action}",)


S3: Final[Mapping[str, tuple[str, ...]]] = {
    **dict(_s3_configurations()),
    "completemultipartupload": ("PutObject",),
    "copyobject": ("PutObject", "GetObject"),
    "createmultipartupload": ("PutObject",),
    "createsession": ("s3express:CreateSession",),
    "deleteaccountpublicaccessblock": ("PutAccountPublicAccessBlock",),
    "deleteobjects": ("DeleteObject",),
    "deletepublicaccessblock": ("PutBucketPublicAccessBlock",),
    "getobjectlockconfiguration": ("GetBucketObjectLockConfiguration",),
    "getpublicaccessblock": ("GetBucketPublicAccessBlock",),
    "headbucket": ("ListBucket",),
    "headobject": ("GetObject",),
    "initiatemultipartupload": ("PutObject",),
    "listbuckets": ("ListAllMyBuckets",),
    "listdirectorybuckets": ("s3express:ListAllMyDirectoryBuckets",),
    "listmultipartuploads": ("ListBucketMultipartUploads",),
    "listobjects": ("ListBucket",),
    "listobjectsv2": ("ListBucket",),
    "listobjectversions": ("ListBucketVersions",),
    "listparts": ("ListMultipartUploadParts",),
    "optionsobject": NO_PERMISSION,
    "postobject": ("PutObject",),
    "preflightrequest": NO_PERMISSION,
    "putobjectlockconfiguration": ("PutBucketObjectLockConfiguration",),
    "putpublicaccessblock": ("PutBucketPublicAccessBlock",),
    "selectobjectcontent": ("GetObject",),
    "uploadpart": ("PutObject",),
    "uploadpartcopy": ("PutObject", "GetObject"),
    "writegetobjectresponse": ("s3-object-lambda:WriteGetObjectResponse",),
}
"""Amazon S3 User Guide, *Required permissions for Amazon S3 API operations*; names of events: *Amazon S3 CloudTrail
events*."""

S3_OF_VERSIONS: Final[Mapping[str, str]] = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}
"""What it takes where a call names a version of the object (the same page)."""

OPERATIONS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "access-analyzer": {"getfindingv2": ("GetFinding",), "listfindingsv2": ("ListFindings",)},
    "bedrock": {
        "converse": ("InvokeModel",),
        "conversestream": ("InvokeModelWithResponseStream",),
        "invokemodelwithbidirectionalstream": ("InvokeModelWithResponseStream",),
        "startasyncinvoke": ("InvokeModel",),
    },
    "cloudfront": {"createdistributionwithtags": ("CreateDistribution", "TagResource")},
    "dynamodb": {"transactgetitems": ("GetItem",)},
    "execute-api": {
        "deleteconnection": ("ManageConnections",),
        "getconnection": ("ManageConnections",),
        "posttoconnection": ("ManageConnections",),
    },
    "kms": {"reencrypt": ("ReEncryptFrom", "ReEncryptTo")},
    "lambda": {
        "getlayerversionbyarn": ("GetLayerVersion",),
        "invoke": ("InvokeFunction",),
        "invokewithresponsestream": ("InvokeFunction",),
    },
    "s3": S3,
    "s3express": {"createsession": ("CreateSession",)},
    "sns": {"publishbatch": ("Publish",)},
    "sqs": {
        "changemessagevisibilitybatch": ("ChangeMessageVisibility",),
        "deletemessagebatch": ("DeleteMessage",),
        "sendmessagebatch": ("SendMessage",),
    },
    "sso": dict.fromkeys(
        ("authenticate", "federate", "getrolecredentials", "listaccountroles", "listaccounts", "listapplications",
         "logout"),
        NO_PERMISSION,
    ),
    "timestream": {"query": ("Select",)},
}  # fmt: skip
"""Service → name of an event, without its version → what it takes (the services' developer guides, *Actions, resources,
and condition keys*; AWS Lambda Developer Guide, *Logging Lambda API calls using AWS CloudTrail*; Amazon Bedrock User
Guide, *Inference prerequisites*; AWS KMS Developer Guide, *AWS KMS permissions*; IAM Identity Center User Guide, *IAM
Identity Center information in CloudTrail*: who signs in there needs no permission)."""

VERBS: Final[Mapping[str, Mapping[str, str]]] = {
    "apigateway": {
        "create": "POST",
        "delete": "DELETE",
        "export": "GET",
        "flush": "DELETE",
        "generate": "POST",
        "get": "GET",
        "import": "POST",
        "put": "PUT",
        "reimport": "PUT",
        "tag": "PUT",
        "test": "POST",
        "untag": "DELETE",
        "update": "PATCH",
    },
    "budgets": {"create": "ModifyBudget", "delete": "ModifyBudget", "describe": "ViewBudget", "update": "ModifyBudget"},
    "cassandra": {
        "create": "Create",
        "delete": "Drop",
        "get": "Select",
        "list": "Select",
        "restore": "Restore",
        "update": "Alter",
    },
}
"""Service → how the name of an event begins → its action, where actions are few (API Gateway Developer Guide, *Control
access to the API Gateway API management service*: actions are HTTP's methods; AWS Cost Management User Guide, *Managing
access permissions*; Amazon Keyspaces Developer Guide, *How Amazon Keyspaces works with IAM*)."""
