"""The reader: which format a file has, what its fingerprint depends on, and files that are no source at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.interface import IntentReader
from setpoint.intent.terraform.reader import TerraformReader
from setpoint.model.snapshot import Snapshot

Read = Callable[[Path], Snapshot]
Write = Callable[[Any], Path]


def _reader(path: Path, *, region: str = "eu-west-1") -> IntentReader:
    return TerraformReader(path, partition="aws", account="123456789012", region=region)


def test_the_fingerprint_moves_with_the_content_and_the_place_only(write: Write) -> None:
    path = write({"version": 4, "resources": []})
    first = _reader(path).fingerprint()
    assert _reader(write({"version": 4, "resources": []})).fingerprint() == first
    assert _reader(path, region="us-east-1").fingerprint() != first
    assert _reader(write({"version": 4, "serial": 2, "resources": []})).fingerprint() != first


def test_reading_twice_gives_the_same(sample: Callable[[str], Snapshot]) -> None:
    assert sample("fleet.tfstate") == sample("fleet.tfstate")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"resource {}", "this is not JSON"),
        (b'{"version": 4, "resources": [{"mode": "managed", "type"', "this is not JSON"),
        (b"[]", "the document is a list; an object was expected"),
        (b"{}", "neither a Terraform state nor the JSON of terraform show; give what terraform state pull"),
        (b"PK\x03\x04 and more", "a saved plan in Terraform's own format; give terraform show -json of it"),
        (b'{"version": 4, "resources": ' + b"[" * 200 + b"]" * 200 + b"}", "nested more than 100 levels deep"),
    ],
)
def test_a_file_that_is_no_source_is_refused(read: Read, write: Write, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(write(content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for ask in (_reader(tmp_path / "gone").read, _reader(tmp_path / "gone").fingerprint):
        with pytest.raises(InputError, match="there is no such file"):
            ask()
