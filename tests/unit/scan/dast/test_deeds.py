"""What operations say of themselves, built by different hands."""

from __future__ import annotations

import pytest

from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.deeds import has_parameter, names_one, only_reads, words_said


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        (Operation("GET", "/caches", name="flushCaches"), "flush"),
        (Operation("POST", "/orders/{id}/cancel"), "cancel"),
        (Operation("POST", "/do", parts=(Part(PartPlace.QUERY, "action", example="delete"),)), "delete"),
    ],
)
def test_what_it_does_is_said_in_many_places(operation: Operation, word: str) -> None:
    assert word in set(words_said(operation))


def test_a_name_that_reads_makes_nouns_of_what_follows() -> None:
    assert "cancel" not in set(words_said(Operation("GET", "/reasons", name="listCancelReasons")))


def test_one_object_is_named_by_path_or_by_a_part() -> None:
    assert names_one(Operation("DELETE", "/orders/{id}"))
    assert names_one(Operation("POST", "/remove", parts=(Part(PartPlace.BODY, "/order_id"),)))
    assert not names_one(Operation("DELETE", "/orders"))


def test_a_version_names_no_object() -> None:
    version = Part(PartPlace.PATH, "version", schema={"enum": [1, 2]})
    assert not has_parameter(Operation("GET", "/v{version}/orders", parts=(version,)))


def test_what_searches_only_reads() -> None:
    assert only_reads(Operation("POST", "/orders/search"))
    assert not only_reads(Operation("POST", "/orders"))
