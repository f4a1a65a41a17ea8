"""Advisories out of files of each form, and what is refused of them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from tests.unit.observe.advisories.conftest import document

from setpoint.errors import InputError
from setpoint.observe.advisories import files
from setpoint.observe.advisories.files import read_advisories

TWO = [document("T-1"), document("T-2")]
LINES = "\n".join(json.dumps(each) for each in TWO).encode()


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_json", ".json"), content)
    return stream.getvalue()


ZIP = zipped(a_json=json.dumps(TWO[0]).encode(), b_json=json.dumps(TWO[1]).encode(), README=b"no advisory")


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        LINES.replace(b"\n", b"\r\n\r\n") + b"\n",
        gzip.compress(LINES),
        json.dumps(TWO).encode(),
        json.dumps(TWO, indent=2).encode(),
        gzip.compress(json.dumps(TWO).encode()),
        ZIP,
    ],
)
def test_every_form_is_known_by_its_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "advisories"
    path.write_bytes(content)
    assert [each.id for each in read_advisories(path)] == ["T-1", "T-2"]
    assert {each.source for each in read_advisories(path)} == {"advisories"}


@pytest.mark.parametrize("indent", [None, 2])
def test_one_document(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(TWO[0], indent=indent), encoding="utf-8")
    assert [each.id for each in read_advisories(path)] == ["T-1"]


def test_a_folder_with_folders(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.json").write_text(json.dumps(TWO[0]), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(TWO[1]), encoding="utf-8")
    (tmp_path / "README.md").write_text("no advisory", encoding="utf-8")
    assert sorted(each.id for each in read_advisories(tmp_path)) == ["T-1", "T-2"]


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        (b"", "", "empty"),
        (b"[{}", ":1:", "not JSON"),
        (json.dumps([TWO[0], {"id": 7}]).encode(), "[1]", "modified is missing"),
        (LINES + b"\n{}", ":3", "modified is missing"),
        (LINES + b"\n{", ":3", "not JSON"),
        (b'{"id":"T-1","x":' + b"[" * 200 + b"]" * 200 + b"}", ":1", "nested"),
        (gzip.compress(LINES)[:-20], "", "not whole as a gzip file"),
        (gzip.compress(json.dumps(TWO).encode())[:-10], "", "not whole as a gzip file"),
        (ZIP[:-40], "", "not whole as a zip file"),
        (zipped(a_json=b"{"), ":a.json", "not JSON"),
        (b"\x00\x01", "", "not JSON"),
    ],
)
def test_what_is_no_advisory_is_told_by_its_place(tmp_path: Path, content: bytes, where: str, what: str) -> None:
    path = tmp_path / "advisories"
    path.write_bytes(content)
    with pytest.raises(InputError, match=what) as caught:
        list(read_advisories(path))
    assert caught.value.where.startswith(f"{path}{where}")


def test_those_after_a_refused_one_are_read(tmp_path: Path) -> None:
    path = tmp_path / "advisories"
    path.write_bytes(b"{}\n" + LINES)
    refused: list[InputError] = []
    assert [each.id for each in read_advisories(path, refuse=refused.append)] == ["T-1", "T-2"]
    assert [each.where for each in refused] == [f"{path}:1"]


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        list(read_advisories(tmp_path / "nothing"))


def test_a_zip_that_would_grow_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped(a_json=b" " * 40_000))
    monkeypatch.setattr(files, "MAX_DOCUMENT_BYTES", 10_000)
    with pytest.raises(InputError, match="more would come out of it"):
        list(read_advisories(path))
    path.write_bytes(zipped(a_json=json.dumps(TWO[0]).encode(), b_json=json.dumps(TWO[1]).encode()))
    monkeypatch.setattr(files, "MAX_ZIP_BYTES", 300)
    with pytest.raises(InputError, match="more would come out of it"):
        list(read_advisories(path))
    monkeypatch.setattr(files, "MAX_DOCUMENTS", 1)
    with pytest.raises(InputError, match="more than 1 documents"):
        list(read_advisories(path))


def test_a_zip_that_is_packed_otherwise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.json", json.dumps(TWO[0]))
    with pytest.raises(InputError, match="packed in a way that is not read"):
        list(read_advisories(path))


def test_gzip_that_would_grow_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"[" + b" " * 20_000 + b"]"))
    monkeypatch.setattr(files, "MAX_BYTES", 10_000)
    with pytest.raises(InputError, match="more than 10,000 bytes"):
        list(read_advisories(path))
