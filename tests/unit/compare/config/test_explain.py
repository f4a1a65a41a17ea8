from __future__ import annotations

from typing import Any

import pytest

from setpoint.compare.config import ConfigComparator
from setpoint.compare.config.canonical import RESERVED
from setpoint.errors import CouldNotTellError, NotFoundError
from setpoint.model.drift import Comparison, Drift, DriftKind, Explanation
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

INTENDED = {
    "Address": "10.0.0.1",
    "Label": "mine",
    "Protocol": "-1",
    "Tags": [{"Key": "team", "Value": "a"}],
    "Rules": [{"Cidr": "10.0.0.0/8"}],
    "Engine": "MySQL",
    "Free": {"aws:SourceArn": "arn:aws:s3:::one"},
}
ACTUAL = {
    **INTENDED,
    "Engine": "mysql",
    "Label": "yours",
    "Port": 443,
    "Arn": "arn:aws:test:::one",
    "FromPort": 9,
    "Tags": [{"Key": "team", "Value": "a"}, {"Key": "aws:cloudformation:stack-name", "Value": "shop"}],
}


@pytest.fixture
def explain(comparator: ConfigComparator, urn: Urn) -> Any:
    actual = Resource(urn, ACTUAL, "aws")
    comparison = comparator.compare(Resource(urn, INTENDED, "template"), actual)

    def explain(path: str = "") -> list[Explanation]:
        return list(comparator.explain(comparison, actual, path))

    return explain


@pytest.mark.parametrize(
    ("path", "verdict", "because"),
    [
        ("Label", "changed", "the declared value differs, or is gone"),
        ("Port", "expected", "default (page)"),
        ("Engine", "expected", "spelling (resource schema: case means nothing here)"),
        ("Address", "same", "it is as declared"),
        ("Rules[0].Cidr", "same", "it is as declared"),
        ("Rules[*].Cidr", "same", "it is as declared"),
        ("Tags[team].Value", "same", "it is as declared"),
        ("Tags[aws:cloudformation:stack-name]", "not compared", RESERVED),
        ("Free.aws:SourceArn", "same", "it is as declared"),
        ("Policy.Statement[0].Condition.stringequals.aws:sourcearn", "absent", "neither side has it"),
        ("Arn", "not compared", "read-only (resource schema)"),
        ("Password", "not compared", "write-only (resource schema): its value is never returned, and never stored"),
        ("Ratio", "absent", "neither side has it"),
        ("Rules[7].Cidr", "absent", "neither side has it"),
        ("Free.Anything[3]", "absent", "neither side has it"),
    ],
)  # fmt: skip
def test_every_property_has_an_answer(explain: Any, path: str, verdict: str, because: str) -> None:
    (told,) = explain(path)
    assert (told.verdict, told.because) == (verdict, because)


def test_what_is_ignored_beside_another_value_says_so(explain: Any) -> None:
    (told,) = explain("FromPort")
    assert (told.verdict, told.actual) == ("expected", 9)
    assert "takes no notice of it" in told.because


def test_without_a_path_everything_is_told_that_there_is(explain: Any) -> None:
    assert {each.path: each.verdict for each in explain()} == {
        "Label": "changed",
        "Port": "expected",
        "Engine": "expected",
    }


@pytest.mark.parametrize(
    ("path", "meant"),
    [("Adress", "Address"), ("Rules[0].Cidrs", "Rules[*].Cidr"), ("Sizes", "Size"), ("Cidr", "Rules[*].Cidr")],
)
def test_a_misspelt_path_is_refused_with_what_was_meant(explain: Any, path: str, meant: str) -> None:
    with pytest.raises(NotFoundError, match="AWS::Test::Thing has no property") as caught:
        explain(path)
    assert meant in caught.value.remedy


def test_what_does_not_exist_is_missing_at_every_path(comparator: ConfigComparator, urn: Urn) -> None:
    comparison = Comparison(urn, (Drift(urn, DriftKind.MISSING, "", INTENDED, None),))
    assert [each.verdict for each in comparator.explain(comparison, None, "Label")] == ["missing"]


def test_a_state_that_was_not_kept_cannot_be_explained(comparator: ConfigComparator, urn: Urn) -> None:
    with pytest.raises(CouldNotTellError, match="is not kept"):
        comparator.explain(Comparison(urn), None, "Label")


def test_nothing_to_explain_is_said_so(comparator: ConfigComparator, urn: Urn) -> None:
    actual = Resource(urn, INTENDED, "aws")
    (told,) = comparator.explain(Comparison(urn), actual, "")
    assert told.verdict == "same"


def test_what_the_provider_made_is_expected(comparator: ConfigComparator, urn: Urn) -> None:
    actual = Resource(urn, ACTUAL, "aws", provided_by="a default group")
    (told,) = comparator.explain(Comparison(urn), actual, "Label")
    assert (told.verdict, told.because) == ("expected", "the provider made it: a default group")


def test_a_type_that_nobody_knows_is_explained_as_far_as_it_goes() -> None:
    urn = Urn.aws("aws", "111122223333", "eu-west-1", "AWS::Brand::New", "one")
    comparator, actual = ConfigComparator(lambda _type: None), Resource(urn, {"A": {"B": 1}}, "aws")
    assert [each.verdict for each in comparator.explain(Comparison(urn), actual, "A.B")] == ["same"]
    (told,) = comparator.explain(Comparison(urn), actual, "C")
    assert (told.verdict, told.because) == ("absent", "neither side has it; no schema of its type is known")
