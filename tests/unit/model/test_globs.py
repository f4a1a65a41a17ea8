from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.globs import matches

SIGNS = st.text("ab*?[.\n", max_size=8)


def naive(glob: str, text: str) -> bool:
    if not glob:
        return not text
    if glob[0] == "*":
        return any(naive(glob[1:], text[index:]) for index in range(len(text) + 1))
    return bool(text) and glob[0] in ("?", text[0]) and naive(glob[1:], text[1:])


@given(SIGNS, st.text("ab[.\n", max_size=8))
def test_a_glob_stands_for_what_its_signs_mean(glob: str, text: str) -> None:
    assert matches(glob, text) is naive(glob, text)


@given(st.text())
def test_a_star_stands_for_everything(text: str) -> None:
    assert matches("*", text)


@pytest.mark.parametrize("glob", ["*a" * 40 + "c", "*a?" * 30 + "*c"])
def test_no_glob_takes_for_ever(glob: str) -> None:
    started = time.perf_counter()
    assert not matches(glob, "a" * 5000 + "b")
    assert time.perf_counter() - started < 1
