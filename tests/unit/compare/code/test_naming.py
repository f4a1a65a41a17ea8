"""A file and a function, as the repository and as the running application call them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.code.naming import RunningPaths, plain, with_outer


@pytest.mark.parametrize(
    ("running", "source", "same"),
    [
        (["shop/views.py"], "src/shop/views.py", "shop/views.py"),
        (["/srv/app/shop/views.py"], "src/shop/views.py", "/srv/app/shop/views.py"),
        (["/srv/views.py"], "views.py", "/srv/views.py"),
        (["views.py", "b/views.py"], "a/views.py", "views.py"),
        (["views.py", "admin/views.py"], "shop/admin/views.py", "admin/views.py"),
        (["api/utils.py"], "core/utils.py", None),
        (["one/app/views.py", "two/app/views.py"], "app/views.py", None),
        (["shop/other.py"], "shop/views.py", None),
        ([], "shop/views.py", None),
        (["shop/reviews.py"], "views.py", None),
    ],
)
def test_the_longest_end_in_common_decides(running: list[str], source: str, same: str | None) -> None:
    assert RunningPaths(running).of([source]).get(source) == same


def test_of_two_that_would_be_the_same_file_the_nearer_one_is() -> None:
    paths = RunningPaths(["shop/views.py"])
    assert paths.of(["src/shop/views.py", "tests/views.py"]) == {"src/shop/views.py": "shop/views.py"}
    assert paths.of(["a/shop/views.py", "b/shop/views.py"]) == {}


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), max_size=8))
def test_nobody_is_taken_for_two_and_an_end_is_in_common(paths: list[str]) -> None:
    found = RunningPaths(paths[::2]).of(paths[1::2])
    assert len(set(found.values())) == len(found)
    assert all(running.split("/")[-1] == source.split("/")[-1] for source, running in found.items())
    assert RunningPaths(paths).of(paths) == {each: each for each in paths}


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("search", "search"),
        ("Store.find", "Store.find"),
        ("<module>", ""),
        ("<lambda>", ""),
        ("find.<locals>.<listcomp>", "find"),
        ("find.<locals>.<lambda>", "find"),
        ("find.<locals>.<genexpr>.<locals>.<lambda>", "find"),
        ("find.<locals>.inner", "find.<locals>.inner"),
        ("Store.<lambda>", "Store"),
    ],
)
def test_what_has_no_name_goes_by_the_function_around_it(told: str, name: str) -> None:
    assert plain(told) == name


def test_what_runs_inside_ran_because_what_is_around_it_did() -> None:
    assert with_outer("a.<locals>.b.<locals>.c") == ["a", "a.<locals>.b", "a.<locals>.b.<locals>.c"]
