from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.config import ConfigComparator
from setpoint.compare.config.text_kinds import TextKind, text_kind
from setpoint.intent.schemas import SchemaCatalogue
from setpoint.model.drift import Comparison
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

COMPARATOR = ConfigComparator(SchemaCatalogue().schema)


def nested(path: str, value: Any) -> Any:
    """`A.B[].C` as `{"A": {"B": [{"C": value}]}}`."""
    for step in reversed(path.split(".")):
        value = {step.removesuffix("[]"): [value] if step.endswith("[]") else value}
    return value


def compare(type_name: str, path: str, declared: Any, live: Any) -> Comparison:
    urn = Urn.aws("aws", "111122223333", "eu-west-1", type_name, "one-0a1b2c")
    return COMPARATOR.compare(
        Resource(urn, nested(path, declared), "template"), Resource(urn, nested(path, live), "aws")
    )


@pytest.mark.parametrize(
    ("place", "declared", "live"),
    [
        ("AWS::Lambda::Function Handler", "Index.Handler", "index.handler"),
        ("AWS::Lambda::Function Handler", "index.handler", "index.handler."),
        ("AWS::Lambda::Function Environment.Variables.API", "https://a.example/", "a.example"),
        ("AWS::Lambda::Function Environment.Variables.API", "https://a.example/", "https://a.example"),
        ("AWS::Lambda::Function Environment.Variables.API", "A.example.com", "a.example.com."),
        ("AWS::Lambda::Function Environment.Variables.KEY", "secret ", "secret"),
        ("AWS::Lambda::Function Environment.Variables.AT", "2026-05-31T10:00:00", "2026-05-31T10:00:00Z"),
        ("AWS::Lambda::Function Environment.Variables.NET", "10.0.0.1/16", "10.0.0.0/16"),
        ("AWS::Glue::Job Command.ScriptLocation", "s3://b/Script.py", "s3://b/script.PY"),
        ("AWS::Glue::Job Command.ScriptLocation", "s3://b/Script.py", "s3://b/script.py"),
        ("AWS::ECS::TaskDefinition ContainerDefinitions[].Image", "Repo.io/App:1.0", "repo.io/aPP:1.0."),
        ("AWS::ECS::TaskDefinition ContainerDefinitions[].Image", "Repo.io/App:1.0", "repo.io/app:1.0"),
        ("AWS::Cognito::UserPoolClient CallbackURLs[]", "https://a.example/cb", "https://a.example/cb//"),
        ("AWS::Cognito::UserPoolClient CallbackURLs[]", "https://a.example", "https://a.example/"),
        ("AWS::Cognito::UserPoolClient CallbackURLs[]", "https://a.example", "a.example"),
        ("AWS::S3::Bucket WebsiteConfiguration.RedirectAllRequestsTo.HostName", "a.example", "b.example"),
        ("AWS::S3::Bucket NotificationConfiguration.TopicConfigurations[].Event", "s3:A:*", "s3:a:*"),
        ("AWS::Amplify::App CustomHeaders", "customHeaders: X", "customheaders: x"),
        ("AWS::GameLift::Build Version", "1.0", "1.0.1"),
        ("AWS::DirectConnect::PrivateVirtualInterface BgpPeers[].AmazonAddress", "169.254.0.1/30", "169.254.0.2/30"),
        ("AWS::Redshift::Cluster ClusterIdentifier", "payments", "Payments"),
        ("AWS::Redshift::Cluster DBName", "Orders", "orders"),
        ("AWS::IAM::OIDCProvider Url", "https://tokens.example/A", "tokens.example/a"),
        ("AWS::Route53::RecordSet ResourceRecords[]", '"v=DKIM1; k=A.b"', '"v=DKIM1; k=a.b"'),
    ],
)  # fmt: skip
def test_a_changed_value_never_passes_for_a_spelling(place: str, declared: str, live: str) -> None:
    type_name, path = place.split()
    (drift,) = compare(type_name, path, declared, live).drifts
    assert (drift.intended, drift.actual) in ((declared, live), ([declared], [live]))


@pytest.mark.parametrize(
    ("place", "declared", "live", "why"),
    [
        ("AWS::Route53::RecordSet AliasTarget.DNSName", "Lb.example.com.", "lb.example.com", "RFC 1034"),
        ("AWS::Route53::RecordSet Name", "Orders.example.com", "orders.example.com.", "RFC 1034"),
        ("AWS::CloudFront::Distribution DistributionConfig.Aliases[]", "A.example", "a.example", "RFC 1034"),
        ("AWS::ApiGatewayV2::Api CorsConfiguration.AllowHeaders[]", "X-Trace", "x-trace", "RFC 9110"),
        ("AWS::IAM::OIDCProvider Url", "https://tokens.example/a", "tokens.example/a", "GetOpenIDConnectProvider"),
        ("AWS::Redshift::Cluster ClusterIdentifier", "Reports", "reports", "stored in lower case"),
        ("AWS::RDS::DBParameterGroup DBParameterGroupName", "Mixed", "mixed", "resource schema: case"),
        ("AWS::DMS::Endpoint EndpointType", "source", "SOURCE", "one of a few words"),
        ("AWS::Neptune::DBCluster EngineVersion", "1.3", "1.3.4", "AWS completes them"),
        ("AWS::EC2::Route DestinationIpv6CidrBlock", "2001:DB8:0::/48", "2001:db8::/48", "RFC 4632"),
        ("AWS::DirectConnect::PrivateVirtualInterface BgpPeers[].AmazonAddress", "FE80:0::1/64", "fe80::1/64", "4291"),
        ("AWS::SSM::Document Content.Site", "https://a.example", "https://a.example/", "RFC 3986"),
        ("AWS::EC2::SecurityGroup GroupName", "web ", "web", "white space"),
        (
            "AWS::WAFv2::RuleGroup Rules[].Statement.ByteMatchStatement.FieldToMatch.SingleQueryArgument.Name",
            "SessionId", "sessionid", "FieldToMatch",
        ),
    ],
)  # fmt: skip
def test_another_spelling_is_told_with_the_source_that_says_so(place: str, declared: str, live: str, why: str) -> None:
    type_name, path = place.split()
    comparison = compare(type_name, path, declared, live)
    assert comparison.drifts == ()
    assert any(why in fold.rule for fold in comparison.folds)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Environment.Variables[*]", TextKind.EXACT),
        ("Tags[*].Value", TextKind.EXACT),
        ("Tags", TextKind.EXACT),
        ("Cors.AllowHeaders[*]", TextKind.HEADER),
        ("Rules[*].Match.Headers[*].Name", TextKind.HEADER),
        ("CustomHeaders", TextKind.PLAIN),
        ("PrimaryDomainName", TextKind.HOST),
        ("DomainId", TextKind.PLAIN),
        ("VirtualHost", TextKind.PLAIN),
        ("DomainIAMRoleName", TextKind.PLAIN),
        ("ClusterIdentifier", TextKind.PLAIN),
        ("PublicAccessCidrs[*]", TextKind.BLOCK),
        ("ApiVersion", TextKind.PLAIN),
    ],
)  # fmt: skip
def test_a_name_tells_what_a_text_holds(path: str, kind: TextKind) -> None:
    assert text_kind(path) is kind


def test_what_is_under_a_map_goes_by_its_keys_not_by_the_name_of_the_map() -> None:
    place = "AdDecisionServerConfiguration.HttpRequest.Headers.Authorization"
    assert compare("AWS::MediaTailor::PlaybackConfiguration", place, "Token-A", "token-a").drifts


PLAIN_PLACES = [
    ("AWS::Lambda::Function", "Handler"),
    ("AWS::S3::Bucket", "LoggingConfiguration.LogFilePrefix"),
    ("AWS::SNS::Subscription", "Endpoint"),
    ("AWS::Vendor::Unheard", "Anything.Below"),
]
SPOILT: list[Callable[[str], str]] = [
    str.swapcase,
    str.upper,
    lambda text: f"{text}.",
    lambda text: f"{text}/",
    lambda text: f"{text}//",
    lambda text: f"https://{text}",
    lambda text: text.replace("s", "S", 1),
]


@given(
    st.sampled_from(PLAIN_PLACES),
    st.sampled_from(["Index.Handler", "https://a.example/cb", "Repo.io/app:1.0", "s3://logs/data", "a.example"]),
    st.sampled_from(SPOILT),
)
def test_where_no_name_says_anything_every_change_of_a_text_is_told(
    place: tuple[str, str], declared: str, spoil: Callable[[str], str]
) -> None:
    live = spoil(declared)
    assert bool(compare(*place, declared, live).drifts) == (live != declared)
