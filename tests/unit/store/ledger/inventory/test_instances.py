"""Instances are counted by what they run, as it is known best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.model.component import Sbom
from setpoint.model.inventory import Instance

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_instances_are_found_by_their_components(shelf: Any, bill: Callable[..., Sbom]) -> None:
    old, new = bill("requests@1.0", "flask@1.0"), bill("requests@2.0")
    for version, each in (("1", old), ("2", new)):
        shelf.writer.add_sbom(each, NOW)
        shelf.writer.set_release_sbom("shop", version, each.digest, NOW)
    shelf.report(*(Instance("shop", f"web-{number}", "1", "production") for number in range(3)))
    shelf.report(Instance("shop", "web-9", "2", "staging"), Instance("other", "job", "7"))
    both = shelf.numbers("requests")
    assert shelf.reader.counts(both) == {"shop": 4}
    assert shelf.reader.counts(shelf.numbers("flask")) == {"shop": 3}
    uses = shelf.reader.uses(both)
    assert [(each.service, each.instances, each.releases, each.environments) for each in uses] == [
        ("shop", 3, ("1",), ("production",)),
        ("shop", 1, ("2",), ("staging",)),
    ]
    summary = shelf.reader.summary()
    assert (summary.services, summary.instances, summary.unknown_instances) == (2, 5, 1)


def test_what_was_found_running_goes_before_the_image_and_that_before_the_release(
    shelf: Any, bill: Callable[..., Sbom]
) -> None:
    running, image, release = bill("a@1"), bill("a@2"), bill("a@3")
    for each in (running, image, release):
        shelf.writer.add_sbom(each, NOW)
    shelf.report(Instance("shop", "one", "1", image="sha256:ab"))
    assert shelf.reader.running_sboms("shop") == {"": 1}
    shelf.writer.set_release_sbom("shop", "1", release.digest, NOW)
    assert shelf.reader.running_sboms("shop") == {release.digest: 1}
    shelf.writer.set_image_sbom("sha256:ab", image.digest, NOW)
    assert shelf.reader.running_sboms("shop") == {image.digest: 1}
    shelf.report(Instance("shop", "one", sbom=running.digest))
    assert shelf.reader.running_sboms("shop") == {running.digest: 1}
    shelf.writer.set_release_sbom("shop", "1", image.digest, NOW)
    assert shelf.reader.running_sboms("shop") == {running.digest: 1}


def test_what_a_report_leaves_empty_stays_as_it_was(shelf: Any) -> None:
    shelf.report(Instance("shop", "one", "1", "production", "sha256:ab", source="ecs"))
    shelf.report(Instance("shop", "one", source="agent"), at=NOW + timedelta(minutes=1))
    (known,) = shelf.reader.instances(service="shop", after=("", ""), limit=9)
    assert (known.release, known.environment, known.image, known.source) == (
        "1",
        "production",
        "sha256:ab",
        "ecs, agent",
    )
    assert (known.first_seen, known.last_seen) == (NOW, NOW + timedelta(minutes=1))


def test_what_ran_in_the_release_before_says_nothing_of_the_next(shelf: Any, bill: Callable[..., Sbom]) -> None:
    ran = bill("a@1")
    shelf.writer.add_sbom(ran, NOW)
    shelf.report(Instance("shop", "one", "1", sbom=ran.digest))
    shelf.report(Instance("shop", "one", "2"))
    assert shelf.reader.running_sboms("shop") == {"": 1}


def test_a_bill_that_nobody_sent_yet_is_asked_for(shelf: Any, bill: Callable[..., Sbom]) -> None:
    missing = bill("a@1").digest
    reported = shelf.writer.report_instances([Instance("shop", "one", sbom=missing)], NOW)
    assert (reported.new, reported.unknown_sboms) == (1, {missing})


def test_instances_that_are_gone_count_no_more(shelf: Any) -> None:
    shelf.report(*(Instance("shop", f"web-{number}") for number in range(5)))
    assert shelf.writer.remove_instances("shop", ["web-0", "web-1", "never"], NOW) == 2
    assert shelf.writer.remove_instances("unheard", ["web-0"], NOW) == 0
    shelf.report(Instance("shop", "web-2"), at=NOW + timedelta(hours=2))
    assert shelf.reader.oldest_sight() == NOW
    assert shelf.writer.expire_instances(NOW + timedelta(hours=1), NOW) == 2
    assert shelf.reader.oldest_sight() == NOW + timedelta(hours=2)
    assert [each.id for each in shelf.reader.instances(service=None, after=("", ""), limit=9)] == ["web-2"]
    assert shelf.reader.summary().instances == 1


def test_affected_instances_come_page_by_page(shelf: Any, bill: Callable[..., Sbom]) -> None:
    for version in ("1", "2", "3"):
        sbom = bill(f"requests@{version}", "flask@1")
        shelf.writer.add_sbom(sbom, NOW)
        for service in ("a", "b"):
            shelf.writer.set_release_sbom(service, version, sbom.digest, NOW)
            names = [f"{version}-{number}" for number in range(int(version) * 2)]
            shelf.report(*(Instance(service, name, version) for name in names))
    wanted = shelf.numbers("requests") + shelf.numbers("flask")
    whole = shelf.reader.instances_of(wanted, limit=99)
    assert len(whole) == 24
    assert all(len(each.components) == 2 for each in whole)
    for limit in (1, 3, 4, 5, 23, 24):
        found: list[Any] = []
        while page := shelf.reader.instances_of(wanted, after=found[-1].place if found else ("", 0, ""), limit=limit):
            assert len(page) <= limit
            found += page
        assert found == whole


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.builds(
                Instance,
                st.sampled_from(["hypo-a", "hypo-b"]),
                st.sampled_from(["1", "2", "3"]),
                st.sampled_from(["", "1", "2"]),
                st.sampled_from(["", "production"]),
                st.sampled_from(["", "sha256:ab"]),
            ),
            max_size=6,
        ),
        max_size=6,
    ),
    st.sets(st.sampled_from(["1", "2", "3"])),
)
def test_counts_are_those_of_the_instances(shelf: Any, batches: list[list[Instance]], gone: set[str]) -> None:
    for each in batches:
        shelf.report(*each)
    shelf.writer.remove_instances("hypo-a", gone, NOW)
    listed = shelf.reader.instances(service=None, after=("", ""), limit=99)
    counted = Counter(each.service for each in listed)
    assert {name: sum(shelf.reader.running_sboms(name).values()) for name in counted} == counted
    assert shelf.reader.summary().instances == len(listed)


def test_instances_without_a_bill_come_page_by_page(shelf: Any, bill: Callable[..., Sbom]) -> None:
    sbom = bill("requests@1")
    shelf.writer.add_sbom(sbom, NOW)
    shelf.writer.set_release_sbom("a", "1", sbom.digest, NOW)
    for service in ("a", "b"):
        for version in ("1", "2"):
            shelf.report(*(Instance(service, f"{version}-{number}", version) for number in range(3)))
    whole = shelf.reader.instances_without_bill(service=None, limit=99)
    names = [(each.instance.service, each.instance.id) for each in whole]
    assert names == [(service, f"{version}-{n}") for service, version in ("a2", "b1", "b2") for n in range(3)]
    for limit in (1, 2, 3, 4, 8, 9):
        found: list[Any] = []
        while page := shelf.reader.instances_without_bill(
            service=None, after=found[-1].place if found else ("", 0, ""), limit=limit
        ):
            assert len(page) <= limit
            found += page
        assert found == whole
    assert [each.instance.service for each in shelf.reader.instances_without_bill(service="a", limit=9)] == ["a"] * 3


def test_the_bill_that_counts_is_told_with_an_instance(shelf: Any, bill: Callable[..., Sbom]) -> None:
    sbom = bill("requests@1")
    shelf.writer.add_sbom(sbom, NOW)
    shelf.writer.set_release_sbom("shop", "1", sbom.digest, NOW)
    shelf.report(Instance("shop", "one", "1"), Instance("shop", "two", "2"))
    told = shelf.reader.instances(service="shop", after=("", ""), limit=9)
    assert [(each.sbom, each.bill) for each in told] == [("", sbom.digest), ("", "")]
