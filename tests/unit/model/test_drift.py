from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.drift import Comparison, Fold, Folded, FoldKind
from setpoint.model.urn import Urn

URN = Urn("aws:1:eu-west-1:AWS::S3::Bucket:one")
rules = st.sampled_from([f"{kind} ({source})" for kind in FoldKind for source in ("schema", "page")] + ["empty"])
comparisons = st.lists(
    st.builds(
        Comparison,
        st.just(URN),
        folds=st.lists(st.builds(Fold, st.just("Path"), st.none(), rules), max_size=3).map(tuple),
        left_out=st.dictionaries(rules, st.integers(1, 5), max_size=3),
    ),
    max_size=4,
)


@given(comparisons)
def test_nothing_that_was_folded_is_lost_on_the_way_to_the_total(some: list[Comparison]) -> None:
    folded = Folded.of(some)
    expected = sum(len(each.folds) + sum(each.left_out.values()) for each in some)
    assert (folded.entities, sum(folded.rules.values())) == (len(some), expected)
    assert sum(folded.kinds().values()) == expected
    counts = list(folded.kinds().values())
    assert counts == sorted(counts, reverse=True)


@given(comparisons)
def test_one_after_the_other_is_all_at_once(some: list[Comparison]) -> None:
    folded = Folded(0, {})
    for each in some:
        folded = folded.with_one(each)
    assert folded == Folded.of(some)
