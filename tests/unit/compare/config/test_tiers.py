from __future__ import annotations

from setpoint.compare.config.tiers import Tier, differences
from setpoint.model.drift import Comparison, Drift, DriftKind, Fold, Gap, GapKind
from setpoint.model.urn import Urn

URN = Urn("aws:111122223333:eu-west-1:AWS::Shop::Queue:queue")


def test_every_finding_has_one_tier_in_the_order_of_paths() -> None:
    comparison = Comparison(
        URN,
        drifts=tuple(Drift(URN, kind, f"D{index}", 1, 2) for index, kind in enumerate(DriftKind)),
        gaps=tuple(Gap(URN, f"G{index}", kind, "because") for index, kind in enumerate(GapKind)),
        folds=(
            Fold("F0", 1, "default (page)"),
            Fold("F1", 1, "generated (page)"),
            Fold("F2", 1, "derived (page)"),
            Fold("F3", 1, "identity (page)"),
            Fold("F4", 1, "elsewhere (page)"),
            Fold("F5", [], "empty"),
        ),
    )
    told = differences(comparison)
    assert [each.path for each in told] == sorted(each.path for each in told)
    tiers = {each.path: each.tier for each in told}
    assert tiers["F0"] is Tier.AT_DEFAULT
    assert {tiers["F1"], tiers["F2"]} == {Tier.GENERATED}
    assert tiers.keys().isdisjoint({"F3", "F4", "F5"})
    assert {tiers[f"D{index}"] for index in range(len(DriftKind))} == {Tier.DECLARED, Tier.UNDECLARED}
    assert all(each.because for each in told)


def test_a_value_that_is_never_returned_is_not_shown() -> None:
    [told] = differences(Comparison(URN, gaps=(Gap(URN, "Password", GapKind.NEVER_RETURNED, "never"),)))
    assert (told.tier, told.intended, told.actual) == (Tier.READ_GAP, None, None)
