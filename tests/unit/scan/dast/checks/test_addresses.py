from __future__ import annotations

import pytest

from setpoint.model.dast import Part, PartPlace
from setpoint.scan.dast.checks.addresses import may_be_address


@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("callbackUrl", {}, ""),
        ("/image/source", {}, ""),
        ("host", {}, ""),
        ("where", {"type": "string", "format": "uri"}, ""),
        ("where", {}, "https://a.example/"),
    ],
)
def test_by_name_form_or_value(name: str, schema: dict[str, str], value: str) -> None:
    assert may_be_address(Part(PartPlace.BODY, name, schema), value)


@pytest.mark.parametrize("name", ["name", "/url/count", "curl", "hostility", "q"])
def test_what_only_looks_alike(name: str) -> None:
    assert not may_be_address(Part(PartPlace.QUERY, name), "/a")


def test_a_picture_that_is_uploaded_is_no_address() -> None:
    assert not may_be_address(Part(PartPlace.BODY, "profile_picture", {"type": "string", "format": "binary"}))
