"""What is wrong with a document is told in our words, whatever pydantic calls it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from setpoint.wire.gate import GateRequest
from setpoint.wire.wording import place, told

GOOD: dict[str, Any] = {"service": "shop", "version": "1"}


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"version": ""}, "version", "it is empty"),
        ({"version": " "}, "version", "it is empty"),
        ({"version": "x" * 513}, "version", "it has more than 512 characters"),
        ({"version": 5}, "version", "text was expected"),
        ({"versoin": "1"}, "versoin", "there is no such field"),
        ({"stage": "runtime"}, "stage", "'build', 'deploy' or 'admit' was expected"),
        ({"what_if": {"later": -1}}, "what_if.later", "at least 0 was expected"),
        ({"what_if": []}, "what_if", "an object was expected"),
    ],
)
def test_a_wrong_field_is_told(changes: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GateRequest.model_validate(GOOD | changes)
    (error,) = caught.value.errors()
    assert (place(error), told(error)) == (where, what)


def test_what_is_missing_is_told() -> None:
    with pytest.raises(ValidationError) as caught:
        GateRequest.model_validate({"service": "shop"})
    assert told(caught.value.errors()[0]) == "it is missing"
