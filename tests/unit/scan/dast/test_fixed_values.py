from __future__ import annotations

from typing import Any

import pytest

from setpoint.model.dast import Operation, Part, PartPlace, Surface
from setpoint.scan.dast.fixed_values import fixed_in_path, is_fixed, with_versions


def in_path(name: str, **schema: Any) -> Part:
    return Part(PartPlace.PATH, name, schema, is_required=True)


VERSION = in_path("version", type="integer", enum=[1, 2, 3], default=3)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (VERSION, 3),
        (in_path("locale", type="string", default="de"), "de"),
        (in_path("format", type="string", enum=["pdf", "csv"]), "pdf"),
        (in_path("section", type="string", const="news"), "news"),
    ],
)
def test_a_version_a_language_or_a_choice_names_no_object(part: Part, value: object) -> None:
    operation = Operation("POST", f"/reports/{{{part.name}}}", (part,))
    assert fixed_in_path(operation) == {part.name: value}
    assert is_fixed(operation)


@pytest.mark.parametrize("part", [in_path("order_id", type="integer", enum=[1, 2]), in_path("user", default="1")])
def test_what_may_name_one_does(part: Part) -> None:
    operation = Operation("POST", f"/things/{{{part.name}}}", (part,))
    assert fixed_in_path(operation) == {}
    assert not is_fixed(operation)


def test_one_object_among_them_is_enough() -> None:
    assert not is_fixed(Operation("GET", "/v{version}/orders/{id}", (VERSION, in_path("id", type="integer"))))
    assert not is_fixed(Operation("GET", "/orders"))


@pytest.mark.parametrize("path", ["/api/v{version}/forgot-password", "/v{version}/login", "/v{version}/register"])
def test_each_version_of_what_logins_are_about_is_asked_by_itself(path: str) -> None:
    found = with_versions(Surface("http://host", (Operation("POST", path, (VERSION,)),))).operations
    assert [each.path for each in found] == [path.replace("{version}", each) for each in "123"]
    assert all(each.parts == () for each in found)


def test_everything_else_stands_as_it_is() -> None:
    surface = Surface("http://host", (Operation("POST", "/v{version}/orders", (VERSION,)), Operation("GET", "/login")))
    assert with_versions(surface) == surface
