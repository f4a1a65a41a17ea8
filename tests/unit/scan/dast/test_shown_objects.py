from __future__ import annotations

from setpoint.scan.dast.shown_objects import shown_object, shown_objects


def test_objects_are_found_however_they_are_wrapped() -> None:
    assert shown_objects({"data": {"items": [{"id": 1}], "total": 1}}) == [{"id": 1}]
    assert shown_objects([{"id": 1}, "x", {"id": 2}]) == [{"id": 1}, {"id": 2}]
    assert shown_objects({"message": "no"}) == []
    assert shown_object({"data": {"order": {"id": 1}}}) == {"id": 1}
    assert shown_object([1]) == {}


def test_what_an_envelope_says_of_the_call_is_no_object() -> None:
    order = {"id": 7, "title": "a lamp"}
    assert shown_object({"code": 200, "message": "ok", "data": order}) == order
    assert shown_object({"id": 7, "data": {}}) == {"id": 7, "data": {}}
