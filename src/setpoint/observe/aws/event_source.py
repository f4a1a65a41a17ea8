"""Which events of CloudTrail a service leaves: their `eventSource`, by the service in a resource type's name. Pure.

`recorded_event` asks it, so that a trail and a bucket of one name are not taken for each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ELSE_CALLED: Final[Mapping[str, frozenset[str]]] = {
    service: frozenset(sources)
    for service, *sources in (
        ("AmazonMQ", "amazonmq", "mq"),
        ("CertificateManager", "acm"),
        ("CloudWatch", "monitoring"),
        ("Cognito", "cognito-idp", "cognito-identity"),
        ("CustomerProfiles", "profile"),
        ("DirectoryService", "ds"),
        ("DocDB", "rds"),
        ("EFS", "elasticfilesystem"),
        ("EMR", "elasticmapreduce"),
        ("Elasticsearch", "es"),
        ("EventSchemas", "schemas"),
        ("HealthImaging", "medical-imaging"),
        ("InspectorV2", "inspector2"),
        ("IoTCoreDeviceAdvisor", "iotdeviceadvisor"),
        ("KinesisFirehose", "firehose"),
        ("Lex", "lex", "models-v2-lex"),
        ("Location", "geo"),
        ("MSK", "kafka"),
        ("MWAA", "airflow"),
        ("MWAAServerless", "airflow-serverless"),
        ("Macie", "macie2"),
        ("Neptune", "rds"),
        ("OpenSearchServerless", "aoss"),
        ("OpenSearchService", "es"),
        ("Pinpoint", "mobiletargeting"),
        ("PinpointEmail", "ses"),
        ("RefactorSpaces", "refactor-spaces"),
        ("Route53RecoveryControl", "route53-recovery-control-config"),
        ("S3Express", "s3express", "s3"),
        ("S3ObjectLambda", "s3-object-lambda", "s3"),
        ("ServiceCatalogAppRegistry", "servicecatalog"),
        ("StepFunctions", "states"),
        ("SystemsManagerSAP", "ssm-sap"),
        ("WorkSpacesThinClient", "thinclient"),
    )
}
"""Service in the name of a type → its `eventSource` up to the domain, where that is another word: the name under which
requests to it are signed (botocore's service descriptions), by which AWS CloudTrail User Guide, *CloudTrail record
contents*, calls it, too."""


def comes_from(source: str, type_name: str) -> bool:
    """Whether an event of this source is one of the service that the type belongs to."""
    word = source.partition(".amazonaws.")[0].lower()
    service = type_name.split("::")[1] if type_name.count("::") > 1 else type_name
    return word in ELSE_CALLED.get(service, ()) or _letters(word) in (_letters(service), _letters(_first(service)))


def _first(service: str) -> str:
    """Later versions of an API mostly sign as the first one does."""
    return service.removesuffix("V2")


def _letters(text: str) -> str:
    return text.replace("-", "").lower()
