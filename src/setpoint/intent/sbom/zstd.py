"""Layers that are packed by zstd (RFC 8878): unpacked by Python itself from 3.14 on, before by backports.zstd."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import IO, Final, cast

from setpoint.errors import InputError
from setpoint.intent.sbom.layers import Seekable

LARGEST_WINDOW: Final = 27
"""A power of two: 128 MiB, what the command zstd itself takes without being asked for more (zstd(1), `--memory`)."""


@contextmanager
def unpacked_zstd(stream: Seekable) -> Iterator[Seekable]:
    """What it holds. `InputError` where there is no library, and where it is damaged."""
    zstd = _library()
    options = {zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW}
    try:
        with zstd.ZstdFile(cast("IO[bytes]", stream), options=options) as unpacked:
            yield unpacked
    except zstd.ZstdError as error:
        raise InputError(f"the layer is damaged ({error})") from error


def _library() -> ModuleType:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(
            "the layer is packed by zstd, and the library backports.zstd is not there to unpack it",
            remedy="install it with: pip install 'setpoint[sbom]'",
        ) from error
