from __future__ import annotations

import pytest
from bench.mining.facts import facts_of


@pytest.mark.parametrize(
    ("sentence", "fact"),
    [
        ("This value is stored as a lowercase string.", "folded_case"),
        ("If you specify a name, AWS CloudFormation converts it to lowercase.", "folded_case"),
        ("For Hive compatibility, this is folded to lowercase when it is stored.", "folded_case"),
        ("If you don't specify a name, CloudFormation generates a unique physical ID.", "generated"),
        ("If not specified, an Availability Zone will be automatically chosen for you.", "chosen"),
        ("The default value is a random, system-chosen Availability Zone.", "chosen"),
        ("The default is a 30-minute window selected at random from an 8-hour block of time.", "chosen"),
    ],
)
def test_a_fact_is_read_out_of_a_sentence(sentence: str, fact: str) -> None:
    assert list(facts_of(sentence, "Name")) == [(fact, sentence)]


@pytest.mark.parametrize(
    ("sentence", "path"),
    [
        ("Choose this to convert uppercase letters to lowercase.", "Name"),
        ("The name must be in lowercase.", "Name"),
        ("Names are not case-sensitive.", "Name"),
        ("If you don't specify a key, AWS creates a key for you.", "Key"),
        ("If you don't specify one, AWS assigns a group.", "SecurityGroup"),
        ("If you don't specify one, AWS assigns a token.", "AuthToken"),
        ("If omitted, every metric is selected.", "Metrics[*]"),
        ("If you don't specify a track, the cluster is assigned to the current one.", "Name"),
        ("If you don't specify `Subnet` , an address is chosen.", "Name"),
    ],
)
def test_what_decides_about_access_and_what_only_sounds_alike_is_left_out(sentence: str, path: str) -> None:
    assert list(facts_of(sentence, path)) == []
