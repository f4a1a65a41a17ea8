"""`advisories:`, as the file says it."""

from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.advisories import AdvisorySettings, AdvisorySources, read_advisories


def read(text: str) -> AdvisorySettings:
    return read_advisories(Fields(parse_yaml(text.encode(), "setpoint.yaml")))


def test_by_default_nothing_is_fetched() -> None:
    assert read("ledger: x") == AdvisorySettings()
    assert read("ledger: x").sources == AdvisorySources()


def test_with_ecosystems_what_is_exploited_is_read_too() -> None:
    settings = read("advisories:\n  ecosystems: [pypi, npm, PyPI]\n")
    assert settings.sources == AdvisorySources(("PyPI", "npm"), "", "", "")
    assert settings.every == 3600.0


def test_everything_may_be_said() -> None:
    section = "{ecosystems: [Go], every: 5m, address: 'https://mirror/osv', kev: false, epss_address: 'https://e/s'}"
    settings = read(f"advisories: {section}\n")
    assert settings == AdvisorySettings(AdvisorySources(("Go",), "https://mirror/osv", None, "https://e/s"), 300.0)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("{}", "setpoint.yaml:1: advisories.ecosystems is missing"),
        ("{ecosystems: []}", "advisories.ecosystems"),
        ("{ecosystems: [pypy]}", "setpoint.yaml:1: there is no ecosystem 'pypy'"),
        ("{ecosystems: ['Debian:12']}", "OSV exports Debian as a whole"),
        ("{ecosystems: [Go], every: 1s}", "advisories.every"),
        ("{ecosystems: [Go], address: 'http://mirror'}", "without TLS"),
        ("{ecosystems: [Go], kev_address: 'https://me:secret@mirror'}", "user name"),
        ("{ecosystems: [Go], kve: true}", "unknown key 'kve' in advisories"),
    ],
)
def test_bad_sections(section: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(f"advisories: {section}\n")
    assert told in caught.value.diagnostics()
    assert "secret" not in caught.value.diagnostics()
