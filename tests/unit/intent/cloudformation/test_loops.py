"""`Fn::ForEach`: what it makes, where that stands, and what cannot be run."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.intent.cloudformation import loops
from setpoint.intent.cloudformation.loops import run_loops
from setpoint.intent.cloudformation.template import parse_document
from setpoint.intent.cloudformation.values import NotRun, ShortForm
from setpoint.model.canonical import Json, Unknown

KNOWN = {"Names": ["a", "b"], "Secret": Unknown("the parameter Names is NoEcho")}


def collection(value: Json, path: str) -> Json:
    return KNOWN[value.argument] if isinstance(value, ShortForm) else value


def resources(text: str) -> dict[str, Json]:
    document = parse_document(dedent(text).encode(), "t")
    made: dict[str, Json] = run_loops(document, collection).value["Resources"]
    return made


def test_a_loop_repeats_its_fragment() -> None:
    text = """
        Resources:
          Fn::ForEach::Buckets:
            - Name
            - !Ref Names
            - Bucket${Name}:
                Type: T
                Properties:
                  BucketName: !Sub "${Name}-${Other}-${!Name}"
                  Names: [!Ref Name, {Ref: Name}, !GetAtt "Other${Name}.Arn"]
    """
    made = resources(text)
    assert made == {
        f"Bucket{name}": {
            "Type": "T",
            "Properties": {
                "BucketName": ShortForm("Fn::Sub", f"{name}-${{Other}}-${{!Name}}"),
                "Names": [name, name, ShortForm("Fn::GetAtt", f"Other{name}.Arn")],
            },
        }
        for name in ("a", "b")
    }


def test_loops_in_loops_and_in_properties() -> None:
    text = """
        Resources:
          Fn::ForEach::Outer:
            - X
            - [p, q]
            - Fn::ForEach::Inner:
                - Y
                - [1, "${X}2"]
                - R${X}${Y}:
                    Type: T
                    Properties:
                      Fn::ForEach::Flags: [Z, [x, y], {"${Z}${X}": "${Y}"}]
    """
    assert {name: each["Properties"] for name, each in resources(text).items()} == {
        "Rp1": {"xp": "1", "yp": "1"},
        "Rpp2": {"xp": "p2", "yp": "p2"},
        "Rq1": {"xq": "1", "yq": "1"},
        "Rqq2": {"xq": "q2", "yq": "q2"},
    }


def test_an_ampersand_leaves_letters_and_digits_only() -> None:
    text = """
        Resources:
          Fn::ForEach::Nets: [Net, ["10.0.0.0/16"], {"Net&{Net}": {Type: T, Properties: {CidrBlock: !Ref Net}}}]
    """
    assert resources(text) == {"Net1000016": {"Type": "T", "Properties": {"CidrBlock": "10.0.0.0/16"}}}


def test_what_a_loop_makes_stands_where_the_loop_does() -> None:
    text = (
        "Resources:\n  Fn::ForEach::L:\n    - X\n    - [a, b]\n    - R${X}:\n        Type: T\n        Properties: {}\n"
    )
    document = run_loops(parse_document(text.encode(), "t"), collection)
    assert document.where("Resources.Rb.Type") == "t:6"
    assert document.where("Resources.Ra.Properties") == "t:7"


def test_a_loop_over_what_nobody_knows_is_not_run() -> None:
    made = resources("Resources:\n  Fn::ForEach::L: [X, !Ref Secret, {'R${X}': {Type: T}}]")
    not_run = made["Fn::ForEach::L"]
    assert isinstance(not_run, NotRun)
    assert not_run.reason == "Fn::ForEach::L is not run: the parameter Names is NoEcho"


@pytest.mark.parametrize(
    ("loop", "what"),
    [
        ("[X, [a]]", "takes an identifier, a collection and an object"),
        ("[X, [a], text]", "takes an identifier, a collection and an object"),
        ("[X, text, {'${X}': 1}]", "takes a list of values to run over"),
        ("['a b', [a], {'${X}': 1}]", "is no name of letters and digits"),
        ("[P, [a], {'${P}': 1}]", "is the name of a parameter too"),
        ("[X, [a, a], {'${X}': 1}]", "makes a twice"),
        ("[X, [a, b], {Same: 1}]", "makes Same twice"),
        ("[X, [R], {'${X}': 1}]", "R is declared twice, by a loop"),
        ("[X, [[a]], {'${X}': 1}]", "text was expected here"),
    ],
)
def test_what_is_no_loop_is_refused_with_its_line(loop: str, what: str) -> None:
    text = f"Parameters: {{P: {{Type: String}}}}\nResources:\n  R: {{Type: T}}\n  Fn::ForEach::L: {loop}"
    with pytest.raises(InputError, match=r"^t:4: ") as caught:
        run_loops(parse_document(text.encode(), "t"), collection)
    assert what in caught.value.what


def test_loops_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "MAX_YAML_NODES", 1000)
    inner: Json = {"${A}x${B}x${C}": "x"}
    for name in "CBA":
        inner = {f"Fn::ForEach::{name}": [name, [str(number) for number in range(20)], inner]}
    document = parse_document(b"Resources: {}", "t")
    document.value["Resources"] = inner
    with pytest.raises(InputError, match="the loops make more than 1,000 values"):
        run_loops(document, collection)


@given(st.lists(st.text("abcXYZ019", min_size=1), unique=True, max_size=20))
def test_a_loop_makes_one_for_each(names: list[str]) -> None:
    document = parse_document(b"Resources: {}", "t")
    document.value["Resources"] = {"Fn::ForEach::L": ["It", names, {"R${It}": {"Type": "T", "Name": {"Ref": "It"}}}]}
    made = run_loops(document, collection).value["Resources"]
    assert made == {f"R{name}": {"Type": "T", "Name": name} for name in names}
