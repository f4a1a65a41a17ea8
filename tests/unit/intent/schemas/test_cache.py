from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.intent.schemas.cache import Cache, user_cache


def test_what_was_put_is_there_for_the_next_process(tmp_path: Path) -> None:
    Cache(tmp_path / "new" / "folder").put("name", {"a": [1, "ä"]})
    assert Cache(tmp_path / "new" / "folder").get("name") == {"a": [1, "ä"]}
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["name.json"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[]", b'{"value": 1}', b'{"digest": "0", "value": 1}', b"\xff"]
)
def test_a_broken_file_is_no_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "name.json").write_bytes(content)
    cache = Cache(tmp_path)
    assert cache.get("name") is None
    cache.put("name", 2)
    assert cache.get("name") == 2


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file" / "below")
    cache.put("name", 1)
    assert cache.get("name") is None


def test_a_name_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "name.json").mkdir()
    Cache(tmp_path).put("name", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["name.json"]


def test_the_cache_is_where_the_desktop_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache() == tmp_path / "setpoint"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_cache() == tmp_path / ".cache" / "setpoint"
