"""What is not installed is said before anything is started."""

import sys

import pytest

from setpoint.errors import InputError
from setpoint.model.health import Duty
from setpoint.supervisor.libraries import expect_libraries


def test_what_is_installed_will_do() -> None:
    expect_libraries(Duty)


def test_what_is_missing_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.machinery.PathFinder.find_spec", lambda *_, **__: None)
    monkeypatch.delitem(sys.modules, "duckdb", raising=False)
    expect_libraries([Duty.LOOP])
    with pytest.raises(InputError) as caught:
        expect_libraries([Duty.LOOP, Duty.INGEST])
    assert "'ingest' needs the library" in caught.value.what
    assert caught.value.remedy == "install it with: pip install 'setpoint[server]', or run setpoint up --only loop"
