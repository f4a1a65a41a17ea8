from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.loop.settings import HistorySettings
from setpoint.settings.history import read_history


def _read(text: str) -> HistorySettings:
    return read_history(Fields(parse_yaml(text.encode(), "setpoint.yaml")).section("history"))


@pytest.mark.parametrize(("text", "days"), [("{}", 90), ("history: {}", 90), ("history: {keep: 30d}", 30)])
def test_how_long_the_past_is_kept(text: str, days: int) -> None:
    assert _read(text).keep == days * 86400


@pytest.mark.parametrize("text", ["history: {keep: 0}", "history: {keep: for ever}", "history: {kept: 3d}"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(text)
    assert caught.value.where == "setpoint.yaml:1"
