"""Where the ledger is: a file, or a database whose password stands in no configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.settings import Settings, load_settings

SECRET = "postgresql://setpoint:sesame@db.internal:5433/ledger?sslmode=verify-full"


def load(folder: Path, text: str) -> Settings:
    path = folder / "setpoint.yaml"
    path.write_text(f"aws: {{regions: [eu-west-1]}}\nintent: [{{terraform: x}}]\n{text}\n", encoding="utf-8")
    return load_settings(path)


@pytest.mark.parametrize("text", ["", "ledger: setpoint.sqlite", "ledger: sqlite:///setpoint.sqlite"])
def test_a_file_has_all_of_it_beside_it(tmp_path: Path, text: str) -> None:
    settings = load(tmp_path, text)
    file = tmp_path / "setpoint.sqlite"
    assert (settings.ledger, settings.database, settings.ledger_address()) == (file, None, str(file))
    assert settings.ingest.journal == tmp_path / "setpoint.sqlite.journal"


def test_of_a_database_other_files_lie_beside_the_configuration_or_where_it_says(tmp_path: Path) -> None:
    settings = load(tmp_path, "ledger: postgresql://setpoint@db.internal/ledger")
    assert settings.ledger_address() == "postgresql://setpoint@db.internal/ledger"
    assert settings.ledger == tmp_path / "setpoint"
    assert settings.server.master_key == tmp_path / "setpoint.master.key"
    settings = load(tmp_path, "ledger: postgresql://db.internal/ledger\nstate: /var/lib/setpoint")
    assert settings.ingest.journal == Path("/var/lib/setpoint/setpoint.journal")


def test_the_address_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(tmp_path, "ledger: {url_env: LEDGER}")
    with pytest.raises(InputError, match="the environment variable LEDGER is not set"):
        settings.ledger_address()
    monkeypatch.setenv("LEDGER", SECRET)
    assert settings.ledger_address() == SECRET
    file = tmp_path / "ledger.url"
    file.write_text(f"{SECRET}\n")
    settings = load(tmp_path, "ledger: {url_file: ledger.url}")
    with pytest.raises(InputError, match="others may read"):
        settings.ledger_address()
    file.chmod(0o600)
    assert settings.ledger_address() == SECRET
    assert "sesame" not in f"{settings!r} {settings.database}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"ledger: {SECRET}", ":3: the ledger's address holds a password"),
        ("ledger: postgresql://db/ledger?password=sesame", ":3: the ledger's address holds a password"),
        ("ledger: postgresql://u:sesame@db:port/ledger", ":3: the ledger's address cannot be read"),
        ("ledger: mysql://u:sesame@db/ledger", ":3: the ledger is in no database that is supported"),
        ("ledger: {}", ":3: ledger names no place for its url"),
        ("ledger: {url_env: A, url_file: b}", ":3: ledger names two places for its url"),
        ("ledger: {url_env: A, pool: 9}", ":3: unknown key 'pool' in ledger"),
        ("state: elsewhere", ":3: state means nothing where the ledger is a file"),
    ],
)
def test_what_cannot_be_is_told_without_the_password(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    said = caught.value.diagnostics()
    assert told in said
    assert "sesame" not in said


@pytest.mark.parametrize("url", ["mysql://u:sesame@db/ledger", "sesame", "postgresql://u:sesame@db:port/x"])
def test_what_the_environment_holds_is_not_echoed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    settings = load(tmp_path, "ledger: {url_env: LEDGER}")
    monkeypatch.setenv("LEDGER", url)
    with pytest.raises(InputError) as caught:
        settings.ledger_address()
    assert "setpoint.yaml:3" in caught.value.where
    assert "sesame" not in caught.value.diagnostics()
