"""What Cloud Control can do with a type, out of its schema, and how what has to be told something is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from setpoint.files import load_yaml
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.intent.schemas.handlers import handlers_of
from setpoint.model.handlers import Given, Handlers, Parent, Verb

LISTINGS = Path(__file__).parents[4] / "src" / "setpoint" / "intent" / "schemas" / "listings.yaml"


def of(catalogue: SchemaCatalogue, type_name: str) -> Handlers:
    handlers = catalogue.handlers(type_name)
    assert handlers is not None
    return handlers


def test_the_handlers_that_setpoint_calls_with_their_permissions(catalogue: SchemaCatalogue) -> None:
    handlers = of(catalogue, "AWS::KMS::Key")
    assert set(handlers.permissions) == {Verb.READ, Verb.LIST, Verb.UPDATE}
    assert "kms:GetKeyRotationStatus" in handlers.permissions[Verb.READ]
    assert handlers.identifier == ("KeyId",)
    assert handlers.needs == ()


def test_what_a_type_does_not_offer_is_not_there(catalogue: SchemaCatalogue) -> None:
    assert Verb.READ not in of(catalogue, "AWS::SNS::TopicPolicy").permissions
    assert Verb.LIST not in of(catalogue, "AWS::ApiGateway::Method").permissions
    assert catalogue.handlers("AWS::No::Such") is None


def test_actions_are_spelled_as_policies_spell_them() -> None:
    document = {
        "typeName": "AWS::Test::Thing",
        "handlers": {"read": {"permissions": ["EC2:DescribeThings", "s3:REST.PUT.OBJECT", "", "ec2:DescribeThings"]}},
    }
    assert handlers_of(document, frozenset()).permissions == {Verb.READ: ("ec2:DescribeThings",)}


def test_the_first_of_several_ways_to_list_is_taken() -> None:
    schema = {"oneOf": [{"required": ["LoadBalancerArn"]}, {"required": ["ListenerArns"]}]}
    document = {"typeName": "AWS::Test::Thing", "handlers": {"list": {"permissions": [], "handlerSchema": schema}}}
    assert handlers_of(document, frozenset()).needs == ("LoadBalancerArn",)


@pytest.mark.parametrize(
    ("type_name", "parent"),
    [
        ("AWS::ApiGateway::Stage", Parent("AWS::ApiGateway::RestApi", {"RestApiId": 0})),
        ("AWS::Cognito::UserPoolClient", Parent("AWS::Cognito::UserPool", {"UserPoolId": 0})),
        ("AWS::EC2::Route", Parent("AWS::EC2::RouteTable", {"RouteTableId": 0})),
        ("AWS::EKS::Nodegroup", Parent("AWS::EKS::Cluster", {"ClusterName": 0})),
        ("AWS::Lambda::Permission", Parent("AWS::Lambda::Function", {"FunctionName": 0})),
        ("AWS::Amplify::Branch", Parent("AWS::Amplify::App", {}, {"AppId": "AppId"})),
        ("AWS::Connect::Queue", Parent("AWS::Connect::Instance", {"InstanceArn": 0})),
        (
            "AWS::VpcLattice::Rule",
            Parent("AWS::VpcLattice::Listener", {"ListenerIdentifier": 0}, {"ServiceIdentifier": "ServiceId"}),
        ),
        ("AWS::Lambda::Url", Parent("AWS::Lambda::Function", {"TargetFunctionArn": 0})),
        ("AWS::MSK::BatchScramSecret", None),
        ("AWS::AppSync::DataSource", None),
        ("AWS::Logs::LogStream", None),
    ],
)
def test_the_parents_that_a_listing_begins_with(
    catalogue: SchemaCatalogue, type_name: str, parent: Parent | None
) -> None:
    handlers = of(catalogue, type_name)
    assert handlers.needs
    assert handlers.parent == parent


def test_a_parent_of_which_only_some_have_an_entry_is_no_parent(catalogue: SchemaCatalogue) -> None:
    """What goes by the id of something else is not there for each of them."""
    for name in catalogue.types():
        handlers = of(catalogue, name)
        if handlers.parent is not None:
            assert not re.search(r"(ClusterPolicy|Association|Attachment|Permission)$", handlers.parent.type), name


def test_a_parent_tells_every_property_that_the_listing_needs(catalogue: SchemaCatalogue) -> None:
    for name in catalogue.types():
        handlers = of(catalogue, name)
        if handlers.parent is not None:
            told = handlers.parent.parts.keys() | handlers.parent.reads.keys()
            assert told == set(handlers.needs), name
            assert handlers.parent.type != name
            parent = catalogue.schema(handlers.parent.type)
            assert parent is not None
            assert not parent.write_only.intersection(handlers.parent.reads.values()), name
            assert parent.kinds.keys() >= set(handlers.parent.reads.values()), name


def test_few_types_are_left_that_can_be_listed_and_whose_parents_nobody_knows(catalogue: SchemaCatalogue) -> None:
    def is_known(handlers: Handlers) -> bool:
        return not handlers.needs or bool(handlers.given or handlers.parent or handlers.only_declared)

    listed = [each for each in map(catalogue.handlers, catalogue.types()) if each and Verb.LIST in each.permissions]
    left = [each.type for each in listed if Verb.READ in each.permissions and not is_known(each)]
    assert len(left) < 80, sorted(left)


def test_the_values_that_a_schema_lists_are_all_that_there_are(catalogue: SchemaCatalogue) -> None:
    given = of(catalogue, "AWS::Rbin::Rule").given
    assert {each.model["ResourceType"] for each in given} >= {"EBS_SNAPSHOT", "EC2_IMAGE"}
    [only] = of(catalogue, "AWS::OpenSearchServerless::LifecyclePolicy").given
    assert only == Given({"Type": "retention"})


def test_values_that_there_are_few_of(catalogue: SchemaCatalogue) -> None:
    given = of(catalogue, "AWS::WAFv2::WebACL").given
    assert given == (Given({"Scope": "REGIONAL"}), Given({"Scope": "CLOUDFRONT"}, "us-east-1"))


def test_every_documented_listing_fits_the_schemas(catalogue: SchemaCatalogue) -> None:
    document = load_yaml(LISTINGS)
    for index, entry in enumerate(document.value["listings"]):
        where = document.where(f"listings[{index}]")
        assert entry["source"], where
        handlers = of(catalogue, entry["type"])
        assert set(handlers.needs) == set(entry.get("named") or [entry["property"]]), where
        assert handlers.given or handlers.parent, where


def test_every_type_that_is_kept_to_the_declared_can_be_listed(catalogue: SchemaCatalogue) -> None:
    for entry in load_yaml(LISTINGS).value["declared_only"]:
        for name in entry["types"]:
            handlers = of(catalogue, name)
            assert handlers.needs, name
            assert (handlers.only_declared, handlers.parent, handlers.given) == (entry["because"], None, ()), name


def test_an_identifier_tells_its_parts(catalogue: SchemaCatalogue) -> None:
    stage = of(catalogue, "AWS::ApiGateway::Stage")
    assert stage.parts("a1b2|live") == {"RestApiId": "a1b2", "StageName": "live"}
    assert stage.parts("a1b2") == {}
    assert of(catalogue, "AWS::Logs::LogGroup").parts("a|b") == {"LogGroupName": "a|b"}
