"""Lockfiles compared with the advisories of a ledger, as `setpoint scan` does it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from setpoint.errors import NotKnownError
from setpoint.model.inventory import KnownExploited
from setpoint.model.policy import Severity
from setpoint.observe.advisories.reading import read_advisory
from setpoint.settings import Settings, load_settings
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.scan_advisories import NO_ADVISORIES, AdvisoryJudge

NOW = datetime(2026, 10, 1, tzinfo=UTC)
ADVISORY = {
    "id": "GHSA-x84v-xcm2-53pg",
    "modified": "2024-01-01T00:00:00Z",
    "aliases": ["CVE-2018-18074"],
    "summary": "Credentials are sent on",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "requests"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.20.0"}]}],
        }
    ],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "setpoint.yaml"
    file.write_text("ledger: ledger.sqlite\n", encoding="utf-8")
    return load_settings(file)


def _take_in(settings: Settings, *, exploited: bool = False) -> None:
    ledger = open_ledger(settings.ledger_address())
    writer = ledger.visitor().inventory()
    writer.put_advisories([read_advisory(ADVISORY, where="a")], NOW)
    if exploited:
        writer.put_known_exploited([KnownExploited("CVE-2018-18074", NOW)], NOW)
    ledger.close()


def test_what_is_affected_and_what_is_not(settings: Settings, tmp_path: Path) -> None:
    _take_in(settings)
    (tmp_path / "a.requirements.txt").write_text("requests==2.19.0\n", encoding="utf-8")
    (tmp_path / "b.requirements.txt").write_text("requests==2.20.0\nidna==3.7\n", encoding="utf-8")
    told = AdvisoryJudge(settings).judge(tmp_path, ["a.requirements.txt", "b.requirements.txt"])
    (flawed,) = told.flawed
    assert (flawed.flaw, flawed.severity, flawed.score) == ("CVE-2018-18074", Severity.HIGH, 7.5)
    assert (flawed.package, flawed.version, flawed.fixed) == ("pypi/requests", "2.19.0", ("2.20.0",))
    assert (flawed.file, flawed.line) == ("a.requirements.txt", 1)
    assert told.untold == ()


def test_what_is_exploited_already_is_critical(settings: Settings, tmp_path: Path) -> None:
    _take_in(settings, exploited=True)
    (tmp_path / "requirements.txt").write_text("requests==2.19.0\n", encoding="utf-8")
    (flawed,) = AdvisoryJudge(settings).judge(tmp_path, ["requirements.txt"]).flawed
    assert flawed.severity is Severity.CRITICAL


def test_what_cannot_be_told_is_named(settings: Settings, tmp_path: Path) -> None:
    _take_in(settings)
    (tmp_path / "requirements.txt").write_text("requests\n", encoding="utf-8")
    (tmp_path / "poetry.lock").write_text("[[", encoding="utf-8")
    told = AdvisoryJudge(settings).judge(tmp_path, ["poetry.lock", "requirements.txt"])
    assert told.flawed == ()
    assert "requirements.txt:1: pypi/requests is listed without a version" in told.untold
    assert any(each.startswith("poetry.lock: this is not TOML") for each in told.untold)


def test_a_ledger_without_advisories_cannot_tell(settings: Settings, tmp_path: Path) -> None:
    open_ledger(settings.ledger_address()).close()
    (tmp_path / "requirements.txt").write_text("requests==2.19.0\n", encoding="utf-8")
    judge = AdvisoryJudge(settings)
    assert judge.unavailable() == ""
    with pytest.raises(NotKnownError, match=NO_ADVISORIES):
        judge.judge(tmp_path, ["requirements.txt"])


def test_without_a_ledger_it_says_so(settings: Settings) -> None:
    told = "there is no ledger with advisories here; take them in with: setpoint advisories sync"
    assert AdvisoryJudge(None).unavailable() == AdvisoryJudge(settings).unavailable() == told
    assert AdvisoryJudge(None).reads("shop/poetry.lock")
    assert not AdvisoryJudge(None).reads("shop/a.py")
