"""Values and conditions: what each function gives, how the unknown spreads, and what is refused."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.evaluator import Evaluator
from setpoint.intent.cloudformation.scope import NO_VALUE, Chain
from setpoint.intent.cloudformation.template import parse_template
from setpoint.model.canonical import Json, Unknown

CONDITIONS = """
    Always: !Equals [a, a]
    Never: !Not [!Condition Always]
    Perhaps: !Equals [!Ref Secret, a]
    Flag: !Equals [!Ref Number, 5]
    Long: {"Fn::And": [{Condition: Always}, {"Fn::Or": [{Condition: Never}, {Condition: Always}]}]}
    UnknownAndNo: !And [!Condition Perhaps, !Condition Never]
    UnknownAndYes: !And [!Condition Perhaps, !Condition Always]
    UnknownOrYes: !Or [!Condition Perhaps, !Condition Always]
    UnknownOrNo: !Or [!Condition Perhaps, !Condition Never]
    NotUnknown: !Not [!Condition Perhaps]
    First: !Not [!Condition Second]
    Second: !Not [!Condition First]
    Empty: text
    Few: !And [!Condition Always]
    Odd: !Equals [a]
"""


class Names:
    """A scope of a few names."""

    def reference(self, name: str, where: str) -> Json:
        names = {
            "AWS::NoValue": NO_VALUE,
            "Name": "orders",
            "Number": "5",
            "List": ["a", "b", "c"],
            "Secret": Unknown("the parameter Secret is NoEcho"),
        }
        if name not in names:
            raise InputError(f"no {name}", where=where)
        return names[name]

    def attribute(self, logical_id: str, attribute: str, where: str) -> Json:
        if logical_id == "Missing":
            raise InputError(f"no {logical_id}", where=where)
        return f"{logical_id}|{attribute}"

    def export(self, name: str) -> Json:
        return {"shared": "vpc-1"}.get(name, Unknown(f"no export {name}"))


def evaluator(value: str = "x") -> tuple[Evaluator, Json]:
    text = (
        "Mappings: {Sizes: {prod: {Class: large, Zones: [a, b]}}}\n"
        f"Conditions: {CONDITIONS}"
        f"Resources:\n  A:\n    Type: T\n    Properties:\n      V:\n{indent(dedent(value), ' ' * 8)}\n"
        "Transform: AWS::LanguageExtensions\n"
    )
    template = parse_template(text.encode(), "t")
    return Evaluator(template, Names(), Chain()), template.resources["A"].properties["V"]


def worked_out(value: str) -> Json:
    evaluate, raw = evaluator(value)
    return evaluate.value(raw, "Resources.A.Properties.V")


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("!Ref Name", "orders"),
        ("Ref: Name", "orders"),
        ("!GetAtt Data.Arn", "Data|Arn"),
        ("!GetAtt [Data, Endpoint.Address]", "Data|Endpoint.Address"),
        ("{'Fn::GetAtt': [Data, !Ref Name]}", "Data|orders"),
        ("!Sub '${Name}-${Data.Endpoint.Address}-${!Name}'", "orders-Data|Endpoint.Address-${Name}"),
        ("!Sub ['${Name}/${Other}', {Other: !Ref Number, Unused: !Ref Secret}]", "orders/5"),
        ("!Join ['-', [a, !Ref Number, 7, true, !Ref AWS::NoValue]]", "a-5-7-true"),
        ("!Join [',', !Ref List]", "a,b,c"),
        ("!Select [1, !Split ['/', a/b/c]]", "b"),
        ("!Select [0, [!Ref Name, !Ref Secret]]", "orders"),
        ("!If [Always, a, !Ref Missing]", "a"),
        ("!If [Never, !Ref Missing, b]", "b"),
        ("!FindInMap [Sizes, prod, Class]", "large"),
        ("!Select [1, !FindInMap [Sizes, prod, Zones]]", "b"),
        ("!FindInMap [Sizes, dev, Class, {DefaultValue: !Ref Name}]", "orders"),
        ("{'Fn::ImportValue': !Sub 'shared'}", "vpc-1"),
        ("!Base64 abc", "YWJj"),
        ("'Fn::Base64': !Sub '${Name}'", "b3JkZXJz"),
        ("!Select [0, !Cidr [10.0.0.0/16, 2, 8]]", "10.0.0.0/24"),
        ("!Length [a, !Ref Secret]", 2),
        ("'Fn::ToJsonString': {b: 1, a: !Ref Name}", '{"a":"orders","b":1}'),
        ("[a, !Ref AWS::NoValue, {b: !Ref AWS::NoValue, c: 1}]", ["a", {"c": 1}]),
        ("!If [Always, !Ref AWS::NoValue, a]", NO_VALUE),
        ("'{{resolve:ssm:/a'", "{{resolve:ssm:/a"),
        ("{Ref: {'Fn::Join': ['', [Na, me]]}}", "orders"),
        ("{'Fn::GetAtt': [!Sub 'Da${!ta}', Arn]}", "Da${ta}|Arn"),
        ("99999999999999999999", "99999999999999999999"),
        ("{Condition: {Bool: {a: false}}}", {"Condition": {"Bool": {"a": False}}}),
    ],
)
def test_values(value: str, result: Json) -> None:
    assert worked_out(value) == result


SECRET = Unknown("the parameter Secret is NoEcho")


@pytest.mark.parametrize(
    "value",
    [
        "!Ref Secret",
        "!Sub 'a${Secret}'",
        "!Sub ['a${X}', {X: !Join ['', [b, !Ref Secret]]}]",
        "!Join [',', [a, !Sub '${Secret}!']]",
        "!Split [',', !Ref Secret]",
        "!Select [1, !Split [',', !Join ['', [a, !Ref Secret]]]]",
        "!Select [!Ref Secret, [a]]",
        "!Base64 {Ref: Secret}",
        "!If [Perhaps, a, b]",
        "!FindInMap [Sizes, !Ref Secret, Class]",
        "{'Fn::ImportValue': !Ref Secret}",
        "'Fn::ToJsonString': {a: [!Ref Secret]}",
        "!Length {Ref: Secret}",
    ],
)
def test_what_depends_on_the_unknown_is_unknown_for_the_same_reason(value: str) -> None:
    assert worked_out(value) == SECRET


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("'{{resolve:ssm:/a:1}}'", "the Systems Manager parameter /a:1 is not looked up: AWS was not asked"),
        (
            "!Sub '{{resolve:secretsmanager:${Name}}}'",
            "a dynamic reference to a secret (secretsmanager) is never resolved",
        ),
        ("'a-{{resolve:ssm-secure:/a}}'", "a dynamic reference to a secret (ssm-secure) is never resolved"),
        ("'{{resolve:elsewhere:/a}}'", "a dynamic reference to elsewhere is not resolved"),
        (
            "!GetAZs ''",
            "Fn::GetAZs: which zones the account has is not known; give them under availability_zones:",
        ),
        (
            "{'Fn::GetStackOutput': {StackName: net, OutputName: Vpc}}",
            "Fn::GetStackOutput net.Vpc: AWS was not asked",
        ),
        (
            "{'Fn::GetStackOutput': {StackName: net, OutputName: Vpc, RoleArn: r}}",
            "Fn::GetStackOutput is not followed into what another role sees",
        ),
        ("!Transform {Name: Mine, Parameters: {}}", "Fn::Transform is not resolved"),
        ("{'Fn::Transform': {Name: AWS::Include}, Beside: a}", "Fn::Transform is not resolved"),
        ("{'Fn::ForEach::Loop': [X, [a], {'${X}': 1}]}", "Fn::ForEach::Loop is not resolved"),
        ("{'Fn::ImportValue': other}", "no export other"),
    ],
)
def test_what_is_not_resolved_says_so(value: str, reason: str) -> None:
    assert worked_out(value) == Unknown(reason)


def test_only_the_unknown_part_of_an_object_is_unknown() -> None:
    assert worked_out("{a: [b, !Ref Secret], c: d}") == {"a": ["b", SECRET], "c": "d"}


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("Always", True),
        ("Never", False),
        ("Flag", True),
        ("Long", True),
        ("Perhaps", SECRET),
        ("UnknownAndNo", False),
        ("UnknownAndYes", SECRET),
        ("UnknownOrYes", True),
        ("UnknownOrNo", SECRET),
        ("NotUnknown", SECRET),
    ],
)
def test_conditions(name: str, holds: bool | Unknown) -> None:
    assert evaluator()[0].condition(name, "t:1") == holds


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Alwayss", "there is no condition Alwayss"),
        ("Empty", "a condition was expected"),
        ("Few", "Fn::And takes a list of 2 to 10 conditions"),
        ("Odd", "Fn::Equals takes two values"),
        ("First", "these depend on one another in a circle: condition First -> condition Second -> condition First"),
    ],
)
def test_conditions_that_cannot_be_right(name: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        evaluator()[0].condition(name, "t:1")
    assert what in caught.value.what
    assert caught.value.where.startswith("t:")


@pytest.mark.parametrize(
    ("value", "line", "what"),
    [
        ("a: 1\nb: !Ref Missing", 2, "no Missing"),
        ("a: 1\nb: !Sub '${Missing.Arn}'", 2, "no Missing"),
        ("Ref: [a]", 1, "Ref takes a name"),
        ("!GetAtt Data", 1, "Fn::GetAtt takes a resource and an attribute"),
        ("!Sub {a: b}", 1, "Fn::Sub takes a text"),
        ("!Sub '${List}'", 1, "text was expected here"),
        ("a:\n  b:\n    'Fn::If': [Always, a]", 3, "Fn::If takes a condition and two values"),
        ("!If [Nope, a, b]", 1, "there is no condition Nope"),
        ("!Join\n  - ','\n  - - a\n    - !Ref Missing", 4, "no Missing"),
        ("!FindInMap [Sizes, prod, Klass]", 1, "Fn::FindInMap finds no 'Klass'; did you mean Class?"),
        ("!FindInMap [Size, prod, Class]", 1, "Fn::FindInMap finds no 'Size'; did you mean Sizes?"),
        ("!FindInMap [Sizes, prod]", 1, "Fn::FindInMap takes a mapping"),
        ("!Select [5, !Ref List]", 1, "Fn::Select asks for item 5 of a list of 3"),
        ("a:\n  'Fn::Subb': x", 2, "did you mean Fn::Sub?"),
    ],
)
def test_values_that_cannot_be_right(value: str, line: int, what: str) -> None:
    with pytest.raises(InputError) as caught:
        worked_out(value)
    # The value starts below the mappings, the conditions and its own property.
    first_line = 1 + 1 + CONDITIONS.count("\n") + 5
    assert what in caught.value.diagnostics()
    assert caught.value.where == f"t:{first_line + line - 1}"
