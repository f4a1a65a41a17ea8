from __future__ import annotations

import re

import pytest

from setpoint.errors import InputError
from setpoint.scan.dast.checks.every import chosen, every_check, told_of


def test_names_are_of_one_check_each_and_none_is_a_themes() -> None:
    themes = every_check()
    names = [check.name for checks in themes.values() for check in checks]
    assert len(set(names)) == len(names)
    assert set(names).isdisjoint(themes)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_each_says_in_a_line_what_it_looks_for() -> None:
    for checks in every_check().values():
        for check in checks:
            assert told_of(check)
            assert f"{type(check).__name__}(" not in told_of(check)


def test_checks_are_chosen_by_name_or_by_theme_in_their_own_order() -> None:
    assert [each.name for each in chosen(["sql-injection", "cookies"])] == ["cookies", "sql-injection"]
    assert [each.name for each in chosen(["access"])] == [each.name for each in every_check()["access"]]
    assert len(chosen([])) == sum(map(len, every_check().values()))


def test_what_sends_most_and_may_use_up_accounts_comes_last() -> None:
    assert chosen([])[-1].name == "pattern-growth"


def test_a_name_that_none_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'cookies'"):
        chosen(["cookeis"])
