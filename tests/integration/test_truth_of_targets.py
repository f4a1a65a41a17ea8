"""The frozen targets are as they were frozen, and each of their faults still shows: a library's new version must not
mend them.
"""

import pytest
from tests.assets.targets.check import FROZEN, check_routes, check_target, digests, labels
from tests.assets.targets.scoring import Finding, score


def test_the_truth_is_frozen() -> None:
    assert digests() == FROZEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["api", "site", "site-tls"])
@pytest.mark.parametrize("repaired", [False, True])
def test_each_fault_shows_on_the_faulty_target_only(target: str, repaired: bool) -> None:
    assert check_target(target, repaired=repaired) == []


@pytest.mark.parametrize("target", ["api", "site"])
def test_each_label_names_a_route_of_its_target(target: str) -> None:
    assert check_routes(target) == []


@pytest.mark.parametrize("target", ["api", "site", "site-tls"])
def test_whoever_reports_just_the_labels_finds_everything(target: str) -> None:
    told = [Finding(label["method"], label["route"], label["cwe"], label["part"]) for label in labels(target)]
    outcome = score(target, told)
    assert (outcome.missed, outcome.false, outcome.unlabelled) == (frozenset(), (), ())


@pytest.mark.parametrize("target", ["api", "site"])
def test_a_finding_on_a_near_miss_or_on_the_repaired_twin_is_false(target: str) -> None:
    near = [
        Finding(place["method"], place["route"], label["cwe"])
        for label in labels(target)
        for place in label["near_misses"]
    ]
    outcome = score(target, near)
    assert outcome.unlabelled == ()
    assert len(outcome.false) >= 30
    assert score(target, near[:3], repaired=True).false == tuple(near[:3])


def test_a_part_tells_site_wide_faults_of_one_weakness_apart() -> None:
    assert score("site", [Finding("*", "*", 693, "header:X-Content-Type-Options")]).found == {"site.config.nosniff"}
    assert score("site", [Finding("GET", "/", 693)]).found >= {"site.config.nosniff", "site.config.csp-missing"}


def test_a_path_counts_for_the_template_that_covers_it() -> None:
    assert score("api", [Finding("GET", "/v1/orders/17", 639)]).found == {"api.bola.order-read"}
    assert score("api", [Finding("get", "/v1/orders/{id}", 863)]).found == {"api.bola.order-read"}
    assert score("api", [Finding("PUT", "/v1/orders/17", 639)]).found == {"api.bola.order-write"}
