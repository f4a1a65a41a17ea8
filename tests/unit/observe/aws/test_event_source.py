"""Whose events are of a type's service."""

from __future__ import annotations

import botocore.session
import pytest

from setpoint.observe.aws.event_source import ELSE_CALLED, comes_from

NOT_AMONG_ENDPOINTS = frozenset(
    {"airflow-serverless", "amazonmq", "iotdeviceadvisor", "lex", "medical-imaging", "mobiletargeting",
     "s3-object-lambda", "s3express", "ses"}
)  # fmt: skip
"""Names that requests are signed with, but that no endpoint has."""


@pytest.mark.parametrize(
    ("source", "type_name", "is_its"),
    [
        ("s3.amazonaws.com", "AWS::S3::Bucket", True),
        ("s3.amazonaws.com.cn", "AWS::S3::Bucket", True),
        ("cloudtrail.amazonaws.com", "AWS::S3::Bucket", False),
        ("dynamodb.amazonaws.com", "AWS::S3::Bucket", False),
        ("monitoring.amazonaws.com", "AWS::CloudWatch::Alarm", True),
        ("logs.amazonaws.com", "AWS::CloudWatch::Alarm", False),
        ("elasticloadbalancing.amazonaws.com", "AWS::ElasticLoadBalancingV2::LoadBalancer", True),
        ("acm-pca.amazonaws.com", "AWS::ACMPCA::CertificateAuthority", True),
        ("cognito-idp.amazonaws.com", "AWS::Cognito::UserPool", True),
        ("ec2.amazonaws.com", "Setpoint::EC2::SnapshotSharing", True),
        ("", "AWS::S3::Bucket", False),
        ("", "service", False),
    ],
)
def test_a_service_is_known_by_its_source(source: str, type_name: str, is_its: bool) -> None:
    assert comes_from(source, type_name) is is_its


def test_what_is_called_otherwise_is_what_aws_calls_something() -> None:
    described = botocore.session.get_session().get_data("endpoints")["partitions"][0]["services"]
    called = {source for sources in ELSE_CALLED.values() for source in sources}
    assert called - set(described) - {"refactor-spaces"} == NOT_AMONG_ENDPOINTS
