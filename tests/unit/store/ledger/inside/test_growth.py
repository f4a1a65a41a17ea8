from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setpoint.store.ledger.inside.growth import MOST_NAMES, added, grown, largest

counts = st.dictionaries(
    st.sampled_from(["calls", "statuses.2xx", "latency.0.1", "effects.outbound"]), st.integers(0, 99)
)


@given(st.lists(counts, max_size=6))
def test_what_a_boot_adds_is_the_largest_of_each(reports: list[dict[str, int]]) -> None:
    total: dict[str, int] = {}
    kept: dict[str, int] = {}
    for each in reports:
        now = largest(kept, each)
        total, kept = added(total, grown(kept, now)), now
    assert {name: count for name, count in kept.items() if count} == total
    assert all(kept[name] >= count for each in reports for name, count in each.items())


def test_there_is_an_end_to_names() -> None:
    many = {f"statuses.{number:04}": 1 for number in range(2 * MOST_NAMES)}
    assert len(largest({}, many)) == len(added(many, many)) == MOST_NAMES
