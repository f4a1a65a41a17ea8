"""Layers that are packed by zstd: read where there is a library for it, else told, and never passed over."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.unit.intent.sbom.test_image import BASE, MUSL, distribution, docker, made, purls, tar

NAME = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"


def library() -> ModuleType:
    module: ModuleType = pytest.importorskip(NAME, reason="no library unpacks zstd")
    return module


def test_a_layer_is_unpacked(tmp_path: Path) -> None:
    packed = library().compress(tar(distribution("click", "8.1")))
    image = made(tmp_path, docker(BASE, packed))
    assert (purls(image), image.unread) == ([MUSL, "pkg:pypi/click@8.1", "pkg:pypi/flask@2.0"], ())


@pytest.mark.parametrize("harm", ["cut short", "with a bit that flipped"])
def test_a_damaged_layer_is_named(tmp_path: Path, harm: str) -> None:
    packed = library().compress(tar(distribution("click", "8.1")))
    packed = packed[:-20] if harm == "cut short" else packed[:30] + bytes([packed[30] ^ 0xFF]) + packed[31:]
    image = made(tmp_path, docker(BASE, packed))
    assert [each.where for each in image.unread] == ["1/layer.tar"]
    assert MUSL in purls(image)


def test_without_a_library_the_layer_is_named_and_the_others_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, NAME, None)
    importlib.invalidate_caches()
    image = made(tmp_path, docker(BASE, b"\x28\xb5\x2f\xfd and what is packed"))
    assert MUSL in purls(image)
    (unread,) = image.unread
    assert (unread.where, "backports.zstd is not there" in unread.why) == ("1/layer.tar", True)
