"""The section `Rules`: what certainly breaks one is refused, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]

TEMPLATE = """
Parameters:
  Stage: {{Type: String, Default: prod}}
  Size: {{Type: String, Default: large}}
  Nets: {{Type: CommaDelimitedList, Default: 'a,b'}}
  Secret: {{Type: String, NoEcho: true}}
Rules:
  Rule:
    RuleCondition: {condition}
    Assertions:
      - Assert: {assertion}
        AssertDescription: large ones in production
Resources:
  Key: {{Type: "AWS::KMS::Key"}}
"""
ALWAYS = "!Equals [a, a]"


def read(make_reader: MakeReader, template: Write, condition: str, assertion: str) -> None:
    make_reader(template(TEMPLATE.format(condition=condition, assertion=assertion))).read()


@pytest.mark.parametrize(
    ("condition", "assertion"),
    [
        (ALWAYS, "!Contains [[large, huge], !Ref Size]"),
        (ALWAYS, "{'Fn::EachMemberIn': [!Ref Nets, [a, b, c]]}"),
        (ALWAYS, "{'Fn::EachMemberEquals': [[x, x], x]}"),
        (ALWAYS, "!Not [!Contains [[small], !Ref Size]]"),
        (ALWAYS, "!And [!Equals [!Ref Stage, prod], !Contains [[large], !Ref Size]]"),
        (ALWAYS, "!Or [!Contains [[small], !Ref Size], !Equals [!Ref Stage, prod]]"),
        ("!Equals [!Ref Stage, test]", "!Contains [[small], !Ref Size]"),
        (ALWAYS, "!Contains [[small], !Ref Secret]"),
        ("!Equals [!Ref Secret, x]", "!Contains [[small], !Ref Size]"),
        (ALWAYS, "{'Fn::EachMemberIn': [!ValueOfAll ['AWS::EC2::VPC::Id', Tags.Name], !RefAll 'AWS::EC2::VPC::Id']}"),
    ],
)
def test_what_holds_or_is_not_known_is_let_through(
    make_reader: MakeReader, template: Write, condition: str, assertion: str
) -> None:
    read(make_reader, template, condition, assertion)


@pytest.mark.parametrize(
    "assertion",
    [
        "!Contains [[small], !Ref Size]",
        "{'Fn::EachMemberIn': [!Ref Nets, [a]]}",
        "{'Fn::EachMemberEquals': [!Ref Nets, a]}",
        "!Not [!Contains [[large], !Ref Size]]",
        "!And [!Contains [[large], !Ref Size], !Equals [!Ref Stage, test]]",
        "!Or [!Contains [[small], !Ref Size], !Equals [!Ref Stage, test]]",
    ],
)
def test_what_breaks_a_rule_is_refused_with_what_it_says(
    make_reader: MakeReader, template: Write, assertion: str
) -> None:
    with pytest.raises(InputError, match=r"template.yaml:11: the parameters break the rule Rule \(large ones in prod"):
        read(make_reader, template, ALWAYS, assertion)


@pytest.mark.parametrize(
    ("assertion", "what"),
    [
        ("!Contains [[a]]", "Fn::Contains takes two arguments"),
        ("text", "a condition was expected"),
        ("!Contains [[{a: b}], a]", "text was expected here"),
    ],
)
def test_what_is_no_assertion_is_refused(make_reader: MakeReader, template: Write, assertion: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read(make_reader, template, ALWAYS, assertion)


@pytest.mark.parametrize("rule", ["text", "{Assertions: text}", "{Assertions: [text]}", "{Assertions: [{}]}"])
def test_what_is_no_rule_is_refused(make_reader: MakeReader, template: Write, rule: str) -> None:
    path = template(f"Rules: {{Rule: {rule}}}\nResources: {{Key: {{Type: 'AWS::KMS::Key'}}}}")
    with pytest.raises(InputError, match="the rule Rule has no "):
        make_reader(path).read()
