"""Names as people compose them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.scan.dast.naming import field_of, noun_of, singular, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("accountId", ("account", "id")),
        ("account_id", ("account", "id")),
        ("X-Account-ID", ("x", "account", "id")),
        ("HTTPServer2", ("http", "server", "2")),
        ("", ()),
    ],
)
def test_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@given(st.lists(st.sampled_from(["order", "user", "note", "item"]), min_size=1, max_size=4))
def test_spellings_of_one_name_have_the_same_words(words: list[str]) -> None:
    camel = words[0] + "".join(each.title() for each in words[1:])
    assert words_of(camel) == words_of("_".join(words)) == words_of("-".join(words).upper()) == tuple(words)


@pytest.mark.parametrize(
    ("many", "one"),
    [("orders", "order"), ("categories", "category"), ("addresses", "address"), ("boxes", "box"), ("status", "status")],
)
def test_singular(many: str, one: str) -> None:
    assert singular(many) == one
    assert singular(one) == one


@pytest.mark.parametrize(
    ("path", "noun"),
    [
        ("/users/{id}/orders", "order"),
        ("/orders/{orderId}", "order"),
        ("/line-items", "item"),
        ("/", ""),
        ("/users/v1", "user"),
        ("/v1", "1"),
    ],
)
def test_nouns_of_paths(path: str, noun: str) -> None:
    assert noun_of(path) == noun


@pytest.mark.parametrize(
    ("pointer", "field"),
    [("/order_ids/0", "order_ids"), ("/items/0/orderId", "orderId"), ("orderId", "orderId"), ("/0", ""), ("", "")],
)
def test_the_field_of_a_pointer(pointer: str, field: str) -> None:
    assert field_of(pointer) == field
