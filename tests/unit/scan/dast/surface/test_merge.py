from __future__ import annotations

from setpoint.model.dast import KnownFrom, Operation, Part, PartPlace, Surface
from setpoint.scan.dast.surface.merge import merged


def surface(base: str, *operations: Operation) -> Surface:
    return Surface(base, operations, (f"of {base}",))


def test_the_first_that_tells_of_an_operation_stands_and_others_add_to_it() -> None:
    first = Operation("GET", "/a/{x}", name="read", known_from=frozenset({KnownFrom.DOCUMENT}))
    more = Part(PartPlace.QUERY, "q")
    other = Operation("GET", "/a/{id}", (Part(PartPlace.PATH, "id"), more), known_from=frozenset({KnownFrom.CRAWL}))
    found = merged(surface("http://h", first), surface("http://h", other, Operation("POST", "/a")))
    assert [each.key for each in found.operations] == ["GET /a/{x}", "POST /a"]
    assert found.operations[0].parts == (more,)
    assert found.operations[0].known_from == {KnownFrom.DOCUMENT, KnownFrom.CRAWL}


def test_surfaces_of_different_bases_meet_at_the_common_one() -> None:
    found = merged(
        surface("http://h/api/v1", Operation("GET", "/a")),
        surface("http://h/api/v2", Operation("GET", "/a", page="/p")),
    )
    assert found.base == "http://h/api"
    assert [(each.path, each.page) for each in found.operations] == [("/v1/a", ""), ("/v2/a", "/v2/p")]
    assert found.remarks == ("of http://h/api/v1", "of http://h/api/v2")


def test_a_surface_without_operations_moves_nothing() -> None:
    found = merged(surface("http://h/api", Operation("GET", "/a")), surface("http://h"))
    assert (found.base, found.operations[0].path) == ("http://h/api", "/a")
