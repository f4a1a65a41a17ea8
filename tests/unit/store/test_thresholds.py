"""The signed last thresholds: kept whole and private, and trusted only as they were written."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.errors import CouldNotTellError, InputError, LedgerError
from setpoint.model.service import Threshold
from setpoint.store.interface import LastKnown
from setpoint.store.thresholds import SignedThresholds

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
DAY = timedelta(days=1)
KNOWN = LastKnown(
    scope="production",
    beat_ended_at=NOW,
    unknowns=("the last heartbeat did not read all of AWS::S3::Bucket: throttled",),
    thresholds={
        "payments": Threshold("payments", 8.0, 1.4375, 4.0, (), NOW),
        "orders": Threshold("orders", 16.0, 16.0, 0.0, (), NOW),
    },
    oldest_findings={"payments": NOW - 3 * DAY},
    seen={"payments": 2},
)


@pytest.fixture
def keeper(tmp_path: Path) -> SignedThresholds:
    return SignedThresholds(tmp_path / "t.json", tmp_path / "t.key", valid_for=86400.0)


def _refusal(keeper: SignedThresholds, scope: str = "production", now: datetime = NOW) -> str:
    with pytest.raises(CouldNotTellError) as caught:
        keeper.recall(scope, now)
    return caught.value.diagnostics()


def test_what_was_kept_comes_back(keeper: SignedThresholds) -> None:
    keeper.keep(KNOWN)
    known = keeper.recall("production", NOW + DAY - timedelta(seconds=1))
    bare = {name: replace(each, factors=()) for name, each in known.thresholds.items()}
    assert replace(known, thresholds=bare) == KNOWN
    (factor,) = known.thresholds["payments"].factors
    assert (factor.value, factor.because) == (4.0, "what production showed up to 2026-03-01T12:00:00+00:00")
    assert known.thresholds["orders"].factors == ()


def test_only_the_owner_can_read_the_files(keeper: SignedThresholds, tmp_path: Path) -> None:
    keeper.keep(KNOWN)
    keeper.keep(KNOWN)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {
        "t.json": 0o600,
        "t.key": 0o600,
    }


def test_the_key_stays_and_what_is_kept_is_replaced(keeper: SignedThresholds, tmp_path: Path) -> None:
    keeper.keep(KNOWN)
    key = (tmp_path / "t.key").read_bytes()
    keeper.keep(replace(KNOWN, beat_ended_at=NOW + DAY))
    assert (tmp_path / "t.key").read_bytes() == key
    assert keeper.recall("production", NOW + DAY).beat_ended_at == NOW + DAY


def test_it_can_be_carried_elsewhere_with_its_key(keeper: SignedThresholds, tmp_path: Path) -> None:
    keeper.keep(KNOWN)
    elsewhere = tmp_path / "ci"
    elsewhere.mkdir()
    for name in ("t.json", "t.key"):
        (tmp_path / name).rename(elsewhere / name)
    carried = SignedThresholds(elsewhere / "t.json", elsewhere / "t.key", valid_for=1.0)
    # How long it is good for, whoever wrote it has said.
    assert carried.recall("production", NOW + timedelta(hours=23)).scope == "production"


@pytest.mark.parametrize(
    ("scope", "now", "told"),
    [
        ("production", NOW + DAY, "expired at 2026-03-02T12:00:00+00:00"),
        ("production", NOW - timedelta(minutes=2), "are from the future (2026-03-01T12:00:00+00:00)"),
        ("staging", NOW, "are of scope 'production'; bring those of 'staging'"),
    ],
)
def test_what_is_not_for_here_and_now_is_refused(
    keeper: SignedThresholds, scope: str, now: datetime, told: str
) -> None:
    keeper.keep(KNOWN)
    assert told in _refusal(keeper, scope, now)


def test_a_clock_that_is_a_little_behind_does_no_harm(keeper: SignedThresholds) -> None:
    keeper.keep(KNOWN)
    assert keeper.recall("production", NOW - timedelta(seconds=59)).scope == "production"


def _raise_the_threshold(document: Any) -> None:
    document["payload"]["thresholds"]["payments"]["value"] = 8.0


def _put_off_the_expiry(document: Any) -> None:
    document["payload"]["expires_at"] = (NOW + 9 * DAY).isoformat()


def _sign_with_nothing(document: Any) -> None:
    document["signature"] = "é"


def _add_a_field(document: Any) -> None:
    document["payload"]["more"] = 1


@pytest.mark.parametrize("tamper", [_raise_the_threshold, _put_off_the_expiry, _sign_with_nothing, _add_a_field])
def test_what_was_tampered_with_is_refused(
    keeper: SignedThresholds, tmp_path: Path, tamper: Callable[[Any], None]
) -> None:
    keeper.keep(KNOWN)
    document = orjson.loads((tmp_path / "t.json").read_bytes())
    tamper(document)
    (tmp_path / "t.json").write_bytes(orjson.dumps(document))
    assert "are not what was signed" in _refusal(keeper)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_no_other_byte_anywhere_is_taken_for_what_was_written(
    keeper: SignedThresholds, tmp_path: Path, data: st.DataObject
) -> None:
    keeper.keep(KNOWN)
    content = bytearray((tmp_path / "t.json").read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    (tmp_path / "t.json").write_bytes(content)
    try:
        known = keeper.recall("production", NOW)
    except CouldNotTellError:
        return
    # What says the same in another spelling (a capital in \u00e9, white space at the end) is what was signed.
    assert known.thresholds["payments"].value == 1.4375


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"payload": {}}', b"\xff" * 100, b'{"payload":{},"signature":1}']
)
def test_garbage_is_refused(keeper: SignedThresholds, tmp_path: Path, content: bytes) -> None:
    keeper.keep(KNOWN)
    (tmp_path / "t.json").write_bytes(content)
    assert _refusal(keeper).startswith(str(tmp_path / "t.json"))


def test_nothing_is_trusted_that_is_not_there(keeper: SignedThresholds, tmp_path: Path) -> None:
    assert _refusal(keeper).startswith(f"{tmp_path / 't.json'}: there is no such file")
    keeper.keep(KNOWN)
    (tmp_path / "t.key").unlink()
    assert _refusal(keeper).startswith(f"{tmp_path / 't.key'}: there is no such file")


def test_another_key_is_not_the_key(keeper: SignedThresholds, tmp_path: Path) -> None:
    keeper.keep(KNOWN)
    (tmp_path / "t.key").write_text("ab" * 32)
    assert "are not what was signed" in _refusal(keeper)


@pytest.mark.parametrize("text", ["", "secret", "ab" * 31, "zz" * 32, "é"])
def test_a_key_that_is_none_is_told_before_anything_is_written(
    keeper: SignedThresholds, tmp_path: Path, text: str
) -> None:
    key = tmp_path / "t.key"
    key.write_text(text)
    key.chmod(0o600)
    for use in (keeper.check, lambda: keeper.keep(KNOWN)):
        with pytest.raises(InputError, match="this is no key of 64 hexadecimal digits"):
            use()
    assert not (tmp_path / "t.json").exists()


def test_a_key_that_others_can_read_is_none(keeper: SignedThresholds, tmp_path: Path) -> None:
    keeper.check()
    keeper.keep(KNOWN)
    keeper.check()
    (tmp_path / "t.key").chmod(0o640)
    with pytest.raises(InputError, match="others can read this key; let only its owner: chmod 600"):
        keeper.check()
    assert "others can read this key" in _refusal(keeper)


def test_where_nothing_can_be_kept_nothing_is_left_behind(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(LedgerError, match="No such file or directory"):
        SignedThresholds(nowhere / "t.json", tmp_path / "t.key", valid_for=1.0).keep(KNOWN)
    (tmp_path / "folder").mkdir()
    with pytest.raises(LedgerError, match="cannot be kept"):
        SignedThresholds(tmp_path / "folder", tmp_path / "t.key", valid_for=1.0).keep(KNOWN)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "t.key"]
