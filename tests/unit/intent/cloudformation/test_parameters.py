"""Parameters: where their values come from, and what a declaration refuses."""

from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.parameters import Given, parameter_values, values_of
from setpoint.intent.cloudformation.template import parse_template
from setpoint.model.canonical import Json, Unknown

RESOURCES = "Resources: {A: {Type: T}}\n"


def values(
    declared: str, given: dict[str, str] | None = None, of_stack: dict[str, str] | None = None
) -> dict[str, Json]:
    return parameter_values(
        parse_template(f"{RESOURCES}Parameters:\n  {declared}".encode(), "t"), given or {}, of_stack or {}
    )


def test_what_is_given_wins_over_the_stack_and_the_stack_over_the_default() -> None:
    declared = "P: {Type: String, Default: default}"
    assert values(declared) == {"P": "default"}
    assert values(declared, of_stack={"P": "stack", "Old": "gone"}) == {"P": "stack"}
    assert values(declared, given={"P": "given"}, of_stack={"P": "stack"}) == {"P": "given"}


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("P: {Type: Number, Default: 5}", "5"),
        ("P: {Type: String, Default: true}", "true"),
        ("P: {Type: CommaDelimitedList, Default: 'a, b,c'}", ["a", "b", "c"]),
        ("P: {Type: List<Number>, Default: '1,2'}", ["1", "2"]),
        ("P: {Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1,subnet-2'}", ["subnet-1", "subnet-2"]),
        ("P: {Type: 'AWS::EC2::VPC::Id', Default: vpc-1}", "vpc-1"),
        ("P: {Type: 'AWS::SSM::Parameter::Name', Default: /name}", "/name"),
        ("P: {Type: Number, Default: 1.0, AllowedValues: [1]}", "1.0"),
        ("P: {Type: String, Default: abc, AllowedPattern: '[a-c]+'}", "abc"),
        ("P: {Type: String, Default: abc, AllowedPattern: '\\p{L}+'}", "abc"),
    ],
)
def test_a_default_is_read_by_its_type(declared: str, value: Json) -> None:
    assert values(declared) == {"P": value}


def test_a_secret_is_neither_asked_for_nor_kept() -> None:
    unknown = {"P": Unknown("the parameter P is NoEcho")}
    assert values("P: {Type: String, NoEcho: true}") == unknown
    assert (
        values("P: {Type: String, NoEcho: 'true', Default: secret, MinLength: 99}", given={"P": "hunter2"}) == unknown
    )


def test_a_value_kept_in_systems_manager_is_unknown_unless_given() -> None:
    declared = "P: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /a/b}"
    assert values(declared) == {"P": Unknown("the parameter P is kept in Systems Manager as /a/b and is not looked up")}
    assert values(declared, of_stack={"P": "x,y"}) == {"P": ["x", "y"]}


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        ("P: {Type: String, Default: x, AllowedValues: [a, b]}", "the parameter P cannot be 'x': allowed are a, b"),
        ("P: {Type: CommaDelimitedList, Default: 'a,x', AllowedValues: [a]}", "the parameter P cannot be 'x'"),
        ("P: {Type: String, Default: xyz, AllowedPattern: '[a-c]+'}", "it does not match [a-c]+"),
        ("P: {Type: String, Default: abc, MinLength: 4}", "the shortest has 4 characters"),
        ("P: {Type: String, Default: abc, MaxLength: '2'}", "the longest has 2 characters"),
        ("P: {Type: String, Default: abc, MaxLength: many}", "MaxLength of the parameter P is not a number"),
        ("P: {Type: Number, Default: 4, MinValue: 5}", "the least is 5"),
        ("P: {Type: Number, Default: 6, MaxValue: 5}", "the most is 5"),
        ("P: {Type: Number, Default: six}", "it is not a number"),
        ("P: {Type: List<Number>, Default: '1,x'}", "the parameter P cannot be 'x': it is not a number"),
        ("P: {Type: String, Default: [a]}", "text was expected here"),
        ("P: {Default: a}", "the parameter P has no Type that CloudFormation knows"),
        ("P: {Type: Strng, Default: a}", "the parameter P has no Type that CloudFormation knows"),
        ("P: {Type: String, Defualt: a}", "Defualt is not an attribute of a parameter"),
    ],
)
def test_what_a_declaration_refuses_is_told_with_its_line(declared: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        values(declared)
    assert what in caught.value.what
    assert caught.value.where == "t:3"


def test_a_missing_parameter_says_where_to_give_it() -> None:
    with pytest.raises(InputError) as caught:
        values("P: {Type: String}")
    assert caught.value.diagnostics() == (
        "t:3: the parameter P has no value and no default; "
        "give it in setpoint.yaml, under parameters: of this template (P: ...), or name its stack there"
    )


def test_a_parameter_that_is_given_but_not_declared_is_told_which_was_meant() -> None:
    with pytest.raises(InputError, match=r"the parameter Enviroment is given, .*; did you mean Environment\?"):
        values("Environment: {Type: String, Default: a}", given={"Enviroment": "x"})


def test_before_it_is_deployed_a_parameter_without_a_value_is_not_known() -> None:
    template = parse_template(
        f"{RESOURCES}Parameters: {{P: {{Type: String}}, Q: {{Type: String, Default: q}}}}".encode(), "t"
    )
    assert values_of(template, Given(is_all=False)) == {
        "P": Unknown("the parameter P has no value before it is deployed"),
        "Q": "q",
    }
    with pytest.raises(InputError, match="the parameter P has no value and no default"):
        values_of(template, Given())
