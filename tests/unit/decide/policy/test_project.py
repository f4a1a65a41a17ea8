from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.decide.policy.project import Projector
from setpoint.errors import CouldNotTellError
from setpoint.model.canonical import Json, Unknown
from setpoint.model.resource import Resource
from setpoint.model.schema import ResourceSchema

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Name", "CidrIp", "FromPort", "Statement", "Effect", "x"]), inner)
    ),
    max_leaves=10,
)

Schemas = Callable[[str], ResourceSchema | None]
MakeResource = Callable[..., Resource]


@pytest.fixture
def project(schemas: Schemas, resource: MakeResource) -> Callable[..., Json]:
    def project_it(reads: list[str], properties: Any, type_name: str = "AWS::RDS::DBInstance", **changes: Any) -> Json:
        schema = schemas(type_name)
        assert schema is not None
        return Projector(schema, reads).project(resource(properties, type_name, **changes))

    return project_it


def test_what_is_absent_is_null_and_what_is_on_the_way_is_there(project: Callable[..., Json]) -> None:
    reads = ["PubliclyAccessible", "Options.Name", "Labels[*]", "Tags[*].Key"]
    assert project(reads, {}) == {"PubliclyAccessible": None, "Options": {"Name": None}, "Labels": {}, "Tags": []}


def test_only_what_is_read_is_handed_over(project: Callable[..., Json]) -> None:
    properties = {"PubliclyAccessible": True, "Port": "5432", "Options": {"Name": "a", "Limit": 3}}
    assert project(["Port", "Options.Name"], properties) == {"Port": "5432", "Options": {"Name": "a"}}


@pytest.mark.parametrize(
    ("path", "given_value", "expected"),
    [
        ("PubliclyAccessible", "True", True),
        ("PubliclyAccessible", "false", False),
        ("PubliclyAccessible", "perhaps", "perhaps"),
        ("Port", 5432, "5432"),
        ("Port", True, "true"),
        ("Iops", "3000", 3000),
        ("Iops", "many", "many"),
        ("Tags", {"Key": "a"}, {"Key": "a"}),
        ("Tags", "a", ["a"]),
        ("Extra", "true", "true"),
    ],
)
def test_values_are_of_the_type_that_the_schema_says(
    project: Callable[..., Json], path: str, given_value: Any, expected: Any
) -> None:
    assert project([path], {path: given_value}) == {path: expected}


def test_a_list_of_one_may_be_given_as_the_one(project: Callable[..., Json]) -> None:
    assert project(["Tags[*].Key"], {"Tags": {"Key": "service"}}) == {"Tags": [{"Key": "service"}]}


@pytest.mark.parametrize(
    "document",
    [
        {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "S3:GetObject"}},
        '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"]}]}',
    ],
)
def test_documents_are_in_canonical_form(project: Callable[..., Json], document: Any) -> None:
    reads = ["PolicyDocument.Statement[*].Principal.AWS[*]", "PolicyDocument.Statement[*].Action"]
    projected = project(reads, {"PolicyDocument": document}, "AWS::S3::BucketPolicy")
    assert projected == {"PolicyDocument": {"Statement": [{"Principal": {"AWS": ["*"]}, "Action": ["s3:getobject"]}]}}


def test_an_absent_document_has_no_statement(project: Callable[..., Json]) -> None:
    reads = ["PolicyDocument.Statement[*].Effect"]
    assert project(reads, {}, "AWS::S3::BucketPolicy") == {"PolicyDocument": {"Statement": []}}


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"Options": "none"}, "Options is not an object"),
        ({"Options": Unknown("no such stack")}, "Options is not known: no such stack"),
        ({"Options": {"Name": Unknown("no such stack")}}, "Options.Name is not known: no such stack"),
        ({"Extra": [{"deep": Unknown("no such stack")}]}, "Extra is not known: no such stack"),
        ({"Tags": Unknown("no such stack")}, "Tags is not known: no such stack"),
        ({"Tags": [Unknown("no such stack")]}, "Tags[*] is not known: no such stack"),
        ({"Labels": [1]}, "Labels is not an object"),
    ],
)
def test_what_cannot_be_told_says_why(project: Callable[..., Json], properties: Any, told: str) -> None:
    with pytest.raises(CouldNotTellError) as raised:
        project(["Options.Name", "Extra", "Tags[*].Key", "Labels[*]"], properties)
    assert raised.value.what == told


@pytest.mark.parametrize("document", ["not JSON", {"Version": "2012-10-17"}, [1], {"Statement": ["text"]}, 5])
def test_what_is_no_document_cannot_be_told(project: Callable[..., Json], document: Any) -> None:
    with pytest.raises(CouldNotTellError):
        project(["PolicyDocument.Statement[*].Effect"], {"PolicyDocument": document}, "AWS::S3::BucketPolicy")


@pytest.mark.parametrize("unread", ["Options", "Options.Name", "Tags[0].Key"])
def test_what_was_not_read_this_time_cannot_be_told(project: Callable[..., Json], unread: str) -> None:
    with pytest.raises(CouldNotTellError) as raised:
        project(["Options.Name", "Tags[*].Key"], {}, unread={unread: "denied"})
    assert raised.value.what == f"{unread} could not be read: denied"


def test_what_is_unread_elsewhere_does_not_matter(project: Callable[..., Json]) -> None:
    assert project(["Port"], {"Port": "1"}, unread={"Options": "denied"}) == {"Port": "1"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(options=JSON, labels=JSON, tags=JSON)
def test_a_projection_is_total_or_cannot_be_told(
    project: Callable[..., Json], options: Any, labels: Any, tags: Any
) -> None:
    reads = ["Options.Name", "Labels[*]", "Tags[*].Key"]
    try:
        projected = project(reads, {"Options": options, "Labels": labels, "Tags": tags})
    except CouldNotTellError:
        return
    assert projected.keys() == {"Options", "Labels", "Tags"}
    assert projected["Options"].keys() == {"Name"}
    assert isinstance(projected["Labels"], dict)
    assert all(each.keys() == {"Key"} for each in projected["Tags"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=JSON)
def test_any_document_is_projected_or_cannot_be_told(project: Callable[..., Json], document: Any) -> None:
    reads = ["PolicyDocument.Statement[*].Effect", "PolicyDocument.Statement[*].Principal.AWS[*]"]
    try:
        projected = project(reads, {"PolicyDocument": document}, "AWS::S3::BucketPolicy")
    except CouldNotTellError:
        return
    for statement in projected["PolicyDocument"]["Statement"]:
        assert statement.keys() == {"Effect", "Principal"}
        assert isinstance(statement["Principal"]["AWS"], list)
