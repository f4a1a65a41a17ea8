"""Patterns that input has a part in."""

from __future__ import annotations

import re

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

COLOURS = re.compile("blue|green")
LISTED = "blue|green"


def test_patterns_of_input(watching: Watch, blue: str) -> None:
    evidence = watching("sinks.regex", sources=False)
    with request_of(blue):
        found = re.search(f"^{blue}$", "a colour")
        compiled = re.compile(blue)
        replaced = re.sub("(" + blue + ")+", "x", "a colour")
        listed = list(re.finditer(rf"\b{blue}", "a colour"))
    assert (found, compiled.pattern, replaced, listed) == (None, "blue", "a colour", [])
    assert [(each.kind.cwe, each.attack) for each in evidence] == [(1333, False)] * 4


@pytest.mark.parametrize("attack", ["(a+)+$"])
def test_an_attack(watching: Watch, attack: str) -> None:
    evidence = watching("sinks.regex", sources=False)
    with request_of(attack):
        re.compile(f"^{attack}")
    assert [each.attack for each in evidence] == [True]


def test_patterns_that_a_database_matches_with(watching: Watch, blue: str) -> None:
    import sqlalchemy
    from django.db.models.fields import CharField
    from django.db.models.lookups import Contains, IRegex, Regex

    evidence = watching("sinks.regex", sources=False)
    with request_of(blue):
        Regex(CharField(), f"^{blue}")
        IRegex(CharField(), blue)
        Contains(CharField(), blue)
        sqlalchemy.column("colour").regexp_match(blue)
        sqlalchemy.column("colour").contains(blue)
    assert [each.sink for each in evidence] == [
        "django.db.models.lookups.Regex",
        "django.db.models.lookups.Regex",
        "sqlalchemy.regexp_match",
    ]


def test_what_is_escaped_or_written_down(watching: Watch, blue: str) -> None:
    evidence = watching("sinks.regex", "passages.escapers", sources=False)
    with request_of(blue):
        assert re.search(re.escape(blue), "blue")
        assert re.match("blue|green", blue)
        assert re.match(LISTED, blue)
        assert COLOURS.match(blue)
        assert re.sub(r"[^a-z]", "", blue) == blue
    assert evidence == []


def test_libraries_have_their_own(watching: Watch, blue: str) -> None:
    import fnmatch

    evidence = watching("sinks.regex", sources=False)
    with request_of(blue):
        assert fnmatch.fnmatch("blue", blue)
    assert evidence == []


def test_a_constant_beside_a_subject_of_input(watching: Watch, blue: str) -> None:
    evidence = watching("sinks.regex", sources=False)
    colour = "blue"
    with request_of(blue):
        assert re.match("^" + LISTED + "$", blue)
        assert re.search(rf"(^|\s){colour}($|\s)", blue)
    assert evidence == []


def test_errors_are_the_modules_own(watching: Watch, blue: str) -> None:
    watching("sinks.regex", sources=False)
    with request_of(blue):
        with pytest.raises(re.error):
            re.compile(f"({blue}")
        with pytest.raises(TypeError):
            re.compile(7)  # type: ignore[call-overload]  # on purpose


def test_scanners(watching: Watch, blue: str) -> None:
    evidence = watching("sinks.regex", sources=False)
    with request_of(blue):
        found, rest = re.Scanner([(blue, lambda _, text: text), (r"\s+", None)]).scan("blue blue green")  # type: ignore[attr-defined]  # typeshed has none
    assert (found, rest) == (["blue", "blue"], "green")
    assert [each.sink for each in evidence] == ["re.Scanner"]
