"""Paths become one operation where they name objects, and stay apart where they name what is done."""

from __future__ import annotations

from setpoint.model.dast import ANONYMOUS, Caller
from setpoint.scan.dast.surface.templates import MAX_SIBLINGS, names_in, template_of

TITLES = tuple(f"/blog/how-to-make-{each}" for each in "abcdefghijklmnopqrst")
ANN, BEN = Caller("ann", "user", 1), Caller("ben", "user", 1)


def test_many_titles_are_objects() -> None:
    names = names_in((path, ANONYMOUS) for path in TITLES)
    assert {template_of(path, names)[0] for path in TITLES} == {"/blog/{id}"}


def test_few_are_pages() -> None:
    assert names_in((path, ANONYMOUS) for path in TITLES[:MAX_SIBLINGS]) == frozenset()


def test_what_says_that_it_destroys_is_never_hidden_behind_a_template() -> None:
    names = names_in((path, ANONYMOUS) for path in (*TITLES, "/blog/delete-all-posts"))
    assert template_of("/blog/delete-all-posts", names)[0] == "/blog/delete-all-posts"


def test_what_each_of_two_peers_alone_is_led_to_is_its_own() -> None:
    names = names_in([("/people/ann", ANN), ("/people/ben", BEN), ("/people/all", ANN), ("/people/all", BEN)])
    assert [template_of(f"/people/{each}", names)[0] for each in ("ann", "ben", "all")] == [
        "/people/{id}",
        "/people/{id}",
        "/people/all",
    ]
