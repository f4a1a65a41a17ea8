"""The shape of the semgrep rules: what each says of itself, and that it is shown to hold both ways."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from setpoint.scan.words import CONFIDENCES, SEVERITIES
from setpoint.wiring.scan import shipped_rules

PACK = shipped_rules()
LANGUAGES = {
    "python": ["python"],
    "javascript": ["javascript", "typescript"],
    "go": ["go"],
    "java": ["java"],
}
LEAST_BAD, LEAST_GOOD = 3, 4
"""Examples of each rule."""

EVERYWHERE = {
    22,
    78,
    79,
    89,
    90,
    94,
    117,
    295,
    327,
    328,
    338,
    347,
    352,
    377,
    489,
    601,
    611,
    614,
    643,
    732,
    798,
    918,
    943,
}
EVERYWHERE |= {1004, 1336}
BESIDE = {"python": {502, 1333}, "javascript": {502, 1321, 1333}, "go": set[int](), "java": {502, 1333}}
"""Weaknesses that the language has, too: Go's expressions take linear time, and its decoders make no foreign types."""

_CWE = re.compile(r"CWE-(\d+): [A-Z].+")
_EXAMPLE = re.compile(r"\s*(?:#|//) (ruleid|ok): (.+)")

Rule = Mapping[str, Any]


def _rules() -> Iterator[tuple[str, Rule]]:
    """With the language, by the folder."""
    for file in sorted(PACK.glob("*/*.yaml")):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            yield file.parent.name, rule


RULES = list(_rules())


@pytest.fixture(scope="module")
def examples() -> Mapping[str, Counter[str]]:
    """By rule: how many of each sort."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for file in (each for each in PACK.rglob("*.*") if each.suffix != ".yaml"):
        for line in file.read_text(encoding="utf-8").splitlines():
            if told := _EXAMPLE.fullmatch(line):
                for rule in told[2].split(", "):
                    found[rule][told[1]] += 1
    return found


@pytest.mark.parametrize(("language", "rule"), [pytest.param(*each, id=each[1]["id"]) for each in RULES])
def test_a_rule_says_what_it_is_about(language: str, rule: Rule) -> None:
    metadata = rule["metadata"]
    assert re.fullmatch(rf"setpoint\.{language}\.[a-z-]+", rule["id"])
    assert rule["languages"] == LANGUAGES[language]
    assert rule["severity"].lower() in SEVERITIES
    assert metadata["confidence"].lower() in CONFIDENCES
    assert re.fullmatch(r"A(0[1-9]|10):2025 \w.+", metadata["owasp"])
    cwe = _CWE.fullmatch(metadata["cwe"])
    assert cwe
    assert metadata["references"] == [f"https://cwe.mitre.org/data/definitions/{cwe[1]}.html"]
    assert re.fullmatch(r"[A-Z@].+[.]", rule["message"].strip())


@pytest.mark.parametrize("rule", [pytest.param(each["id"], id=each["id"]) for _, each in RULES])
def test_a_rule_is_shown_to_hold_both_ways(rule: str, examples: Mapping[str, Counter[str]]) -> None:
    assert examples[rule]["ruleid"] >= LEAST_BAD
    assert examples[rule]["ok"] >= LEAST_GOOD


def test_no_example_is_of_a_rule_that_is_not_there(examples: Mapping[str, Counter[str]]) -> None:
    assert examples.keys() == {rule["id"] for _, rule in RULES}


def test_no_two_rules_have_one_name() -> None:
    assert [name for name, count in Counter(rule["id"] for _, rule in RULES).items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_weaknesses_that_count_are_looked_for_in_every_language(language: str) -> None:
    told = [_CWE.fullmatch(rule["metadata"]["cwe"]) for each, rule in RULES if each == language]
    assert {int(each[1]) for each in told if each} == EVERYWHERE | BESIDE[language]


def test_the_pack_is_part_of_the_distribution() -> None:
    project = Path(__file__).parents[3] / "pyproject.toml"
    assert '"rules/semgrep" = "setpoint/rules/semgrep"' in project.read_text(encoding="utf-8")


def test_the_reference_lists_every_rule() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "semgrep-rules.md"
    listed = dict(re.findall(r"^\| \d+ \| `([a-z-]+)` \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE))
    spelt = {"python": "Python", "javascript": "JavaScript", "go": "Go", "java": "Java"}
    languages: defaultdict[str, list[str]] = defaultdict(list)
    for language, name in spelt.items():
        for rule in (rule["id"].rpartition(".")[2] for each, rule in RULES if each == language):
            languages[rule].append(name)
    every = list(spelt.values())
    assert listed == {name: "all" if found == every else ", ".join(found) for name, found in languages.items()}
