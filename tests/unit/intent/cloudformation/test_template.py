"""The form of a template: what is refused before anything is worked out, always with file and line."""

from __future__ import annotations

from textwrap import dedent

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.template import Call, parse_template

BUCKET = "Resources: {Data: {Type: 'AWS::S3::Bucket'}}"


def test_both_forms_of_a_function_are_one_call() -> None:
    template = parse_template(b"Resources: {A: {Type: T, Properties: {S: !GetAtt B.C, L: {'Fn::GetAtt': B.C}}}}", "t")
    properties = template.resources["A"].properties
    assert template.call(properties["S"], "p") == Call("Fn::GetAtt", "B.C", "p")
    assert template.call(properties["L"], "p") == Call("Fn::GetAtt", "B.C", "p.Fn::GetAtt")
    assert template.call({"Plain": "data"}, "p") is None


def test_a_condition_key_of_a_policy_is_data() -> None:
    template = parse_template(BUCKET.encode(), "t")
    assert template.call({"Condition": {"Bool": {}}}, "p") is None


def test_language_extensions_change_nothing_else() -> None:
    assert parse_template(f"Transform: AWS::LanguageExtensions\n{BUCKET}".encode(), "t").macros == ()
    text = f"Transform: [AWS::LanguageExtensions, {{Name: AWS::Include, Parameters: {{}}}}, Mine]\n{BUCKET}"
    assert parse_template(text.encode(), "t").macros == ("AWS::Include", "Mine")


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "t", "the file is empty"),
        ("# nothing\n", "t", "the file is empty"),
        ("{", "t:2", "this is not YAML"),
        ('{"Resources": {"A": {"Type": "T"}}', "t:2", "this is not YAML"),
        ("a: [b\nc: d", "t:2", "this is not YAML"),
        ("- a", "t:1", "this is not a CloudFormation template"),
        ("just text", "t:1", "this is not a CloudFormation template"),
        ("Description: x", "t:1", "the template declares no Resources"),
        ("Resources: {}", "t:1", "the template declares no Resources"),
        ("Resources: [a]", "t:1", "the section Resources is not an object"),
        ("Resources:\n  A:\n    Properties: {}", "t:3", "the resource A has no Type"),
        ("Resources:\n  A: text", "t:2", "the resource A is not an object"),
        ("Resources:\n  A:\n    Type: T\n    Properties: [x]", "t:4", "Properties is not an object"),
        ("Resources:\n  A:\n    Type: T\n    Condition: [x]", "t:4", "a resource's Condition is a name"),
        ("Resources:\n  A: {Type: T}\n  A: {Type: T}", "t:3", "the key 'A' stands twice"),
        ("Resources:\n  A:\n    Type: T\n    Properties: {B: !Subb x}", "t:4", "unknown tag !Subb"),
        (f"{BUCKET}\nParameters: {{A: text}}", "t:2", "Parameters.A is not an object"),
        (f"{BUCKET}\nTransform: [5]", "t:2", "the section Transform names macros"),
    ],
)
def test_what_is_no_template_is_refused(text: str, where: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_template(dedent(text).encode(), "t")
    assert what in caught.value.what
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("text", "where", "remedy"),
    [
        (f"{BUCKET}\nParamters: {{}}", "t:2", "did you mean Parameters?"),
        ("Resources:\n  A:\n    Type: T\n    Propertys: {}", "t:4", "did you mean Properties?"),
    ],
)
def test_a_misspelt_key_is_told_which_was_meant(text: str, where: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_template(text.encode(), "t")
    assert (caught.value.where, caught.value.remedy) == (where, remedy)


def test_a_misspelt_function_is_told_which_was_meant() -> None:
    template = parse_template(BUCKET.encode(), "t")
    with pytest.raises(InputError, match=r"Fn::Subb is not an intrinsic function; did you mean Fn::Sub\?"):
        template.call({"Fn::Subb": "x"}, "Resources.Data")


def test_a_function_stands_alone() -> None:
    template = parse_template(BUCKET.encode(), "t")
    with pytest.raises(InputError, match="Fn::Sub stands beside other keys"):
        template.call({"Fn::Sub": "x", "Other": 1}, "Resources.Data")


@pytest.mark.parametrize("value", ["!Length [a]", "{'Fn::Length': [a]}", "!ToJsonString {a: 1}"])
def test_functions_that_a_transform_brings_need_it(value: str) -> None:
    text = f"Resources:\n  A:\n    Type: T\n    Properties:\n      V: {value}\n"
    template = parse_template(text.encode(), "t")
    with pytest.raises(InputError) as caught:
        template.call(template.resources["A"].properties["V"], "Resources.A.Properties.V")
    assert "is used without the transform that brings it" in caught.value.what
    assert caught.value.where == "t:5"
    extended = parse_template(f"Transform: AWS::LanguageExtensions\n{text}".encode(), "t")
    assert extended.call(extended.resources["A"].properties["V"], "Resources.A.Properties.V") is not None


@pytest.mark.parametrize("depends_on", ["Dataa", "[Data, Dataa]"])
def test_a_dependency_on_nothing_is_refused(depends_on: str) -> None:
    text = f"Resources:\n  Data: {{Type: T}}\n  A:\n    Type: T\n    DependsOn: {depends_on}\n"
    with pytest.raises(InputError) as caught:
        parse_template(text.encode(), "t")
    assert caught.value.what == "A depends on Dataa, which the template does not declare"
    assert (caught.value.where, caught.value.remedy) == ("t:5", "did you mean Data?")


def test_a_dependency_is_a_name() -> None:
    with pytest.raises(InputError, match="DependsOn takes the name of a resource"):
        parse_template(b"Resources: {A: {Type: T, DependsOn: {Ref: A}}}", "t")


def test_what_a_loop_or_a_macro_declares_may_be_depended_on() -> None:
    loop = "Resources: {A: {Type: T, DependsOn: TopicX}, 'Fn::ForEach::L': [N, [X], {'Topic${N}': {Type: T}}]}"
    assert parse_template(loop.encode(), "t").resources["A"].depends_on == ("TopicX",)
    macro = "Transform: Mine\nResources: {A: {Type: T, DependsOn: {Anything: x}}}"
    assert parse_template(macro.encode(), "t").resources["A"].depends_on == ()
