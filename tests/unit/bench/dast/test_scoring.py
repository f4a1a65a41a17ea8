"""What a tool told counts once, by whichever of its words is right."""

from __future__ import annotations

from bench.dast.scoring import Told, families, tally
from tests.assets.targets.check import labels
from tests.assets.targets.scoring import Finding

LABEL = next(label for label in labels("api") if label["near_misses"] and not label["site_wide"])
FAULT = Finding(LABEL["method"], LABEL["route"], LABEL["cwe"])
NEAR_MISS = Finding(LABEL["near_misses"][0]["method"], LABEL["near_misses"][0]["route"], LABEL["cwe"])
STRANGER = Finding("GET", "/nowhere", 1)


def told(*findings: Finding, is_lead: bool = False) -> Told:
    return Told("rule", findings, is_lead)


def test_any_of_its_findings_will_do() -> None:
    judged = tally("api", [told(STRANGER, NEAR_MISS, FAULT)], repaired=False)
    assert (judged.found, judged.false, judged.unlabelled) == (frozenset({LABEL["id"]}), (), ())
    assert judged.missed == {label["id"] for label in labels("api")} - {LABEL["id"]}


def test_a_near_miss_counts_once() -> None:
    wrong = told(NEAR_MISS, STRANGER)
    judged = tally("api", [wrong, wrong], repaired=False)
    assert (judged.found, judged.false, judged.unlabelled) == (frozenset(), (wrong,), ())


def test_what_is_neither_is_left_to_a_person() -> None:
    assert tally("api", [told(STRANGER)], repaired=False).unlabelled == (told(STRANGER),)


def test_of_the_repaired_twin_everything_is_false_but_leads() -> None:
    lead = told(FAULT, is_lead=True)
    judged = tally("api", [told(FAULT), lead], repaired=True)
    assert (judged.false, judged.missed) == ((told(FAULT),), frozenset())
    assert tally("api", [lead], repaired=False).found == {LABEL["id"]}


def test_the_faults_of_the_site_are_counted_once_and_not_again_over_tls() -> None:
    label = next(label for label in labels("site") if not label["site_wide"])
    judged = tally("site-tls", [told(Finding(label["method"], label["route"], label["cwe"]))], repaired=False)
    assert (judged.found, judged.unlabelled) == (frozenset(), ())


def test_every_fault_has_a_family() -> None:
    assert sorted(each for ids in families("site").values() for each in ids) == sorted(
        label["id"] for label in labels("site")
    )
