"""What comes before what, by the rules of each ecosystem; from their own documentation, and as properties."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.component.versions import LONGEST, Key, version_key
from setpoint.model.ecosystem import ECOSYSTEMS, Ordering

pytest.importorskip("univers", reason="the extra sbom is not installed")

IN_ORDER = {
    Ordering.PYPI: ["1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0+local", "1.0.post1", "1.1", "1!0.1"],
    # semver.org, section 11
    Ordering.SEMVER: [
        *("1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"),
        *("1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2", "2"),
    ],
    Ordering.GO: [
        *("v0.0.0-20200101000000-abcdefabcdef", "v0.0.1", "v1.2.4-0.20230101000000-abcdefabcdef", "v1.2.4"),
        *("go1.21rc2", "go1.21", "1.21.1", "v2.0.0+incompatible"),
    ],
    Ordering.PUB: ["1.0.0-dev", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.1"],
    Ordering.MAVEN: ["1.0-alpha1", "1.0-beta-1", "1.0-rc1", "1.0-SNAPSHOT", "1.0", "1.0-sp1", "1.1", "1.10"],
    Ordering.GEM: ["1.0.a", "1.0.b2", "1.0.rc1", "1.0", "1.0.1", "1.9", "1.10"],
    Ordering.NUGET: ["1.0.0-alpha", "1.0.0-beta", "1.0.0", "1.0.0.1", "1.0.1", "1.10.0"],
    # getcomposer.org, "Stabilities"
    Ordering.COMPOSER: [
        *("1.0-dev", "1.0.0-alpha1", "1.0.0-b2", "1.0.0-beta10", "1.0.0-RC1", "v1.0.0", "1.0.0-patch1", "1.0.0-p2"),
        *("1.2.3.9", "1.2.3.10"),
    ],
    # deb-version(7)
    Ordering.DEBIAN: ["1.0~rc1-1", "1.0-1", "1.0-1+deb12u1", "1.0-2", "1.0a-1", "1.10-1", "1:0.1-1"],
    Ordering.RPM: ["1.0~rc1-1", "1.0-1", "1.0^git1-1", "1.0.1-1.el9", "1.0.1-1.el9_2", "1.10-1", "1:0.1-1"],
    # apk-package(5)
    Ordering.APK: [
        *("1.2_alpha1", "1.2_beta", "1.2_pre3", "1.2_rc1-r5", "1.2-r0", "1.2-r1", "1.2_git20230717-r4", "1.2_p1"),
        *("1.2a", "1.2.01", "1.2.1", "1.10"),
    ],
    Ordering.CONAN: ["1.0", "1.1.0-pre", "1.1.0", "1.10"],
    Ordering.NUMBERS: ["0.9", "1.0", "1.0-1", "1.0.2", "1.2-3", "1.10"],
}


@pytest.mark.parametrize(("ordering", "versions"), IN_ORDER.items())
def test_versions_are_ordered_as_their_ecosystem_does(ordering: Ordering, versions: list[str]) -> None:
    keys = [version_key(ordering, each) for each in versions]
    assert None not in keys
    lower: Key
    higher: Key
    for lower, higher in pairwise(keys):
        assert lower < higher
        assert not higher < lower


@pytest.mark.parametrize("ordering", set(Ordering) - set(IN_ORDER))
def test_without_an_order_nothing_is_a_version(ordering: Ordering) -> None:
    assert version_key(ordering, "1.0") is None


def test_every_ecosystem_has_an_order() -> None:
    assert {each.ordering for each in ECOSYSTEMS.values()} <= set(IN_ORDER)


@pytest.mark.parametrize(
    ("ordering", "one", "other"),
    [
        (Ordering.PYPI, "1.0", "v1.0.0"),
        (Ordering.PYPI, "1.0-1", "1.0.post1"),
        (Ordering.PYPI, " 2.0C1 ", "2.0rc1"),
        (Ordering.SEMVER, "v1.2.3+build.1", "1.2.3+build.2"),
        (Ordering.SEMVER, "01.2", "1.2.0"),
        (Ordering.GO, "v1.2.3+incompatible", "1.2.3"),
        (Ordering.GO, "go1.21rc2", "1.21.0-rc.2"),
        (Ordering.MAVEN, "1.0.0.Final", "1"),
        (Ordering.GEM, "1.0", "1.0.0"),
        (Ordering.NUGET, "1.0.0-BETA", "1.0-beta"),
        (Ordering.COMPOSER, "v1.0", "1.0.0.0-stable"),
        (Ordering.DEBIAN, "0:1.00-1", "1.0-1"),
        (Ordering.RPM, "0:1.0-1", "1.0-1"),
        (Ordering.APK, "1.2-r0", "1.2"),
    ],
)
def test_spellings_of_one_version_are_equal(ordering: Ordering, one: str, other: str) -> None:
    first, second = version_key(ordering, one), version_key(ordering, other)
    assert first is not None
    assert not first < second
    assert not second < first


@pytest.mark.parametrize(
    ("ordering", "text"),
    [
        (Ordering.PYPI, "2004d"),
        (Ordering.PYPI, "2.0.0-final"),
        (Ordering.PYPI, ""),
        (Ordering.SEMVER, "1.2.3.4"),
        (Ordering.SEMVER, "1.0.0-alpha..1"),
        (Ordering.SEMVER, "latest"),
        (Ordering.GO, "(devel)"),
        (Ordering.COMPOSER, "dev-main"),
        (Ordering.COMPOSER, "2.0.x-dev"),
        (Ordering.GEM, "not a gem"),
        (Ordering.NUGET, "abc"),
        (Ordering.NUGET, "v"),
        (Ordering.DEBIAN, "abc"),
        (Ordering.RPM, "x:1"),
        (Ordering.APK, "edge"),
        (Ordering.NUMBERS, "1.0beta"),
        (Ordering.MAVEN, "1 2"),
        (Ordering.PYPI, "1" * (LONGEST + 1)),
        (Ordering.PYPI, "\u0661.\u0662"),
        (Ordering.SEMVER, "\u0661.\u0662.\u0663"),
    ],
)
def test_what_no_scheme_accepts_has_no_key(ordering: Ordering, text: str) -> None:
    assert version_key(ordering, text) is None


@pytest.mark.parametrize("ordering", Ordering)
@pytest.mark.parametrize("part", ["1", "a", "1a", "1-", "1.", "~", "^", "-beta1", "_p1", "+1"])
def test_long_versions_take_no_time_to_speak_of(ordering: Ordering, part: str) -> None:
    """A pattern that tried every way to read them would never come to an end."""
    texts = [f"1.0{part * 240}"[:LONGEST], f"1.0-beta{part * 240}"[: LONGEST - 1] + "!"]
    keys = [key for key in (version_key(ordering, each) for each in texts) if key is not None]
    assert len(sorted(keys)) == len(keys)


@given(
    st.sampled_from([each for each in Ordering if each is not Ordering.CONAN]),
    st.lists(st.text("0123456789.-+~_:abrcv", max_size=12), max_size=6),
)
def test_whatever_the_text_a_key_is_above_below_or_equal(ordering: Ordering, texts: list[str]) -> None:
    keys = [key for key in (version_key(ordering, each) for each in texts) if key is not None]
    for one in keys:
        for other in keys:
            assert not one < other < one
