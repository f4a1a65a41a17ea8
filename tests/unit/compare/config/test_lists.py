from __future__ import annotations

import json
from typing import Any

import pytest

from setpoint.compare.config import ConfigComparator
from setpoint.model.resource import Resource
from setpoint.model.schema import Default, Kind, ResourceSchema
from setpoint.model.urn import Urn

TYPE = "AWS::Shop::Door"
URN = Urn.aws("aws", "111122223333", "eu-west-1", TYPE, "door")
KINDS = {
    "Attributes": Kind.LIST,
    "Attributes[*]": Kind.OBJECT,
    "Attributes[*].Key": Kind.STRING,
    "Attributes[*].Value": Kind.STRING,
    "Strategy": Kind.STRING,
    "Stages": Kind.LIST,
    "Stages[*]": Kind.OBJECT,
    "Stages[*].Name": Kind.STRING,
    "Settings": Kind.STRING,
    "Options": Kind.OBJECT,
    "Options[*]": Kind.STRING,
}
DEFAULTS = {
    "Attributes[idle.timeout]": Default({"Key": "idle.timeout", "Value": "60"}, "page"),
    "Attributes[logs.enabled]": Default({"Key": "logs.enabled", "Value": "false"}, "page"),
    "Settings.Logging.Level": Default("INFO", "page"),
    "Settings.Rules[*].Type": Default("REGULAR", "page"),
    "Options[rest.index]": Default("true", "page"),
}
SCHEMA = ResourceSchema(
    type=TYPE, version="1", primary_identifier=(), kinds=KINDS, defaults=DEFAULTS, enums=frozenset({"Strategy"})
)


def drift(intended: Any, actual: Any) -> dict[str, str]:
    comparison = ConfigComparator(lambda _: SCHEMA).compare(
        Resource(URN, intended, "template"), Resource(URN, actual, "aws")
    )
    return {each.path: each.kind.value for each in comparison.drifts}


def attributes(**values: str) -> list[dict[str, str]]:
    return [{"Key": key.replace("__", "."), "Value": value} for key, value in values.items()]


def test_elements_of_a_name_have_defaults_of_their_own() -> None:
    declared = {"Attributes": attributes(a="1")}
    live = attributes(idle__timeout="60", a="1", logs__enabled="false", empty="")
    assert drift(declared, {"Attributes": live}) == drift({}, {"Attributes": live[::2][:1]}) == {}
    assert drift(declared, {"Attributes": attributes(a="1", idle__timeout="61")}) == {
        "Attributes[idle.timeout]": "undeclared"
    }
    assert drift(declared, {"Attributes": attributes(a="1", logs__enabled="off")}) == {
        "Attributes[logs.enabled]": "undeclared"
    }


def test_an_element_is_told_by_its_name() -> None:
    declared = {"Attributes": attributes(a="1", b="2", c="3")}
    assert drift(declared, {"Attributes": attributes(c="3", a="1", b="9")}) == {"Attributes[b].Value": "changed"}
    assert drift(declared, {"Attributes": attributes(a="1", b="2")}) == {"Attributes[c]": "changed"}
    assert drift(declared, {"Attributes": attributes(a="1", b="2", d="3")}) == {"Attributes[c].Key": "changed"}


def test_the_one_element_that_differs_is_told_whatever_the_order() -> None:
    declared = {"Checks": [{"Port": 1, "Size": 5}, {"Port": 2, "Size": 6}, {"Port": 3, "Size": 7}]}
    live = [{"Port": 3, "Size": 7}, {"Port": 1, "Size": 5}, {"Port": 2, "Size": 8}]
    assert drift(declared, {"Checks": live}) == {"Checks[1].Size": "changed"}
    assert drift(declared, {"Checks": live[:2]}) == {"Checks": "changed"}


def test_policies_are_compared_by_meaning_wherever_they_stand() -> None:
    statement = {"Effect": "Deny", "Action": ["a:B", "a:A"], "Resource": "*"}
    declared = {"Content": {"Version": "2012-10-17", "Statement": [statement]}}
    same = {**statement, "Action": ["a:A", "a:B"], "Resource": ["*"]}
    for live in ({"Statement": same}, {"Statement": [{**same, "Sid": "x"}]}):
        document = {"Version": "2012-10-17", **live}
        assert drift(declared, {"Content": document}) == drift(declared, {"Content": json.dumps(document)}) == {}
    wider = {"Version": "2012-10-17", "Statement": {**same, "Effect": "Allow"}}
    assert drift(declared, {"Content": wider}) == {"Content": "changed"}


def test_two_properties_may_name_an_element_together() -> None:
    def option(space: str, name: str, value: str) -> dict[str, str]:
        return {"Namespace": space, "OptionName": name, "Setting": value}

    declared = {"Choices": [option("a", "x", "1"), option("a", "y", "2"), option("b", "x", "3")]}
    assert drift(declared, {"Choices": declared["Choices"][::-1]}) == {}
    live = [option("a", "x", "1"), option("a", "y", "7"), option("b", "x", "3")]
    assert drift(declared, {"Choices": live}) == {"Choices[a|y].Setting": "changed"}


@pytest.mark.parametrize("name", ["Hosts", "Zones"])
def test_order_means_nothing_unless_it_is_known_to(name: str) -> None:
    assert drift({name: ["a", "b"]}, {name: ["b", "a"]}) == {}
    assert drift({name: ["a", "b"]}, {name: ["b", "b"]}) == {name: "changed"}
    assert drift({"Command": ["a", "b"]}, {"Command": ["b", "a"]}) == {"Command[0]": "changed", "Command[1]": "changed"}
    stages = [{"Name": "build"}, {"Name": "deploy"}]
    assert drift({"Stages": stages}, {"Stages": stages[::-1]}) == {"Stages": "changed"}


def test_json_in_a_text_is_compared_as_json() -> None:
    declared = {"Settings": '{"Rules": [{"Value": "a"}], "n": 1}'}
    assert drift(declared, {"Settings": '{\n "n": 1.0,\n "Rules": [{"Type": "REGULAR", "Value": "a"}]}'}) == {}
    assert drift(declared, {"Settings": {"Rules": [{"Value": "a"}], "n": 1, "Logging": {"Level": "INFO"}}}) == {}
    assert drift(declared, {"Settings": '{"Rules": [{"Value": "b"}], "n": 1}'}) == {
        "Settings.Rules[0].Value": "changed"
    }
    assert drift({"Settings": "{not json"}, {"Settings": "{not json}"}) == {"Settings": "changed"}


def test_a_default_of_one_key_of_an_open_map() -> None:
    assert drift({}, {"Options": {"rest.index": "true"}}) == {}
    assert drift({}, {"Options": {"rest.index": "false"}}) == {"Options[rest.index]": "undeclared"}


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({"Allow": {}}, {"Block": {}}),
        ({"Allow": {}}, None),
        ({"Deidentify": {"Mask": {}}}, {"Audit": {"Mask": {}}}),
        ({"Deidentify": {"Mask": {}}}, {}),
    ],
)
def test_what_is_said_by_keys_alone_is_compared(declared: Any, live: Any) -> None:
    assert drift({"Default": {"Do": declared}}, {"Default": {"Do": live, "x": ""}}) == {"Default.Do": "changed"}
    assert drift({"Default": {"Do": declared}}, {"Default": {"Do": declared}}) == {}


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({"DbEngine": "MySQL"}, {"DbEngine": "mysql"}),
        ({"EndpointType": "Source"}, {"EndpointType": "SOURCE"}),
        ({"Host": "a.example.com."}, {"Host": "A.example.com"}),
        ({"Cidr": "10.0.0.1/16"}, {"Cidr": "10.0.0.0/16"}),
        ({"Start": "2026-05-31T10:00:00Z"}, {"Start": "2026-05-31T12:00:00.000+02:00"}),
        ({"Body": "text\n"}, {"Body": "text"}),
        ({"EngineVersion": "8.0"}, {"EngineVersion": "8.0.45"}),
        ({"EngineVersion": "19"}, {"EngineVersion": "19.0.0.0.ru-2024-01.rur-2024-01.r1"}),
        ({"Strategy": "lowest-price"}, {"Strategy": "lowestPrice"}),
        ({"Start": "2026-05-31T10:00:00"}, {"Start": "2026-05-31T10:00:00Z"}),
        ({"Origin": "arn:aws:shop:eu-west-1:111122223333:origin/one"}, {"Origin": "one"}),
        ({"Only": "one"}, {"Only": ["one"]}),
        ({"Only": [{"Size": 1}]}, {"Only": {"Size": 1}}),
    ],
)
def test_one_value_in_two_spellings(declared: Any, live: Any) -> None:
    assert drift(declared, live) == {}


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({"Tags": [{"Key": "a", "Value": "X"}]}, {"Tags": [{"Key": "a", "Value": "x"}]}),
        ({"Description": "Hello"}, {"Description": "hello"}),
        ({"Kind": "Queue-Name"}, {"Kind": "queue-name"}),
        ({"Variables": {"HOST": "A.example.com"}}, {"Variables": {"HOST": "a.example.com"}}),
        ({"Origin": "s3://bucket/logs/"}, {"Origin": "s3://bucket/logs"}),
        ({"Origin": "https://tokens.example"}, {"Origin": "tokens.example"}),
        ({"Name": "Alpha"}, {"Name": "alPha"}),
        ({"Cidr": "10.0.0.0/16"}, {"Cidr": "10.0.0.0/8"}),
        ({"Start": "2026-05-31T10:00:00Z"}, {"Start": "2026-05-31T10:00:01Z"}),
        ({"Mode": True}, {"Mode": "false"}),
        ({"Size": 80}, {"Size": "81"}),
        ({"EngineVersion": "8.0"}, {"EngineVersion": "8.0.45-changed"}),
        ({"Origin": "http://tokens.example"}, {"Origin": "https://tokens.example"}),
        ({"Only": "one"}, {"Only": ["one", "two"]}),
    ],
)
def test_two_values_that_look_alike(declared: Any, live: Any) -> None:
    assert len(drift(declared, live)) == 1


def test_a_text_that_cloudformation_could_not_keep_is_a_gap() -> None:
    comparison = ConfigComparator(lambda _: SCHEMA).compare(
        Resource(URN, {"Greeting": "gr??e"}, "template"), Resource(URN, {"Greeting": "grüße"}, "aws")
    )
    assert comparison.drifts == ()
    assert [gap.path for gap in comparison.gaps] == ["Greeting"]
