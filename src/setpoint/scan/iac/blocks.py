"""Where Terraform's own files declare a resource: its plans do not say. Called by `guardrails`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.model.scan import CodePlace

LARGEST_FILE: Final = 4 * 2**20
"""Bytes: a hundred times what people keep in one file."""

_BLOCK: Final = re.compile(r'^[ \t]*resource[ \t]+"([^"\n]+)"[ \t]+"([^"\n]+)"', re.MULTILINE)
_INDEX: Final = re.compile(r"\[[^\]]*\]")

Blocks = Mapping[str, tuple[CodePlace, ...]]
"""`aws_s3_bucket.data` → where it stands; several modules may have one of that name."""


def read_blocks(root: Path, files: Iterable[str]) -> Blocks:
    """Of the files that end with `.tf`; one that cannot be read has none."""
    blocks: dict[str, tuple[CodePlace, ...]] = {}
    for file in (each for each in files if each.endswith(".tf")):
        try:
            text = read_bytes(root / file, limit=LARGEST_FILE).decode("utf-8", "replace")
        except InputError:
            continue
        for block in _BLOCK.finditer(text):
            name = f"{block[1]}.{block[2]}"
            place = CodePlace(file, text.count("\n", 0, block.start()) + 1)
            blocks[name] = (*blocks.get(name, ()), place)
    return blocks


def block_of(address: str, plan: str, blocks: Blocks) -> CodePlace | None:
    """The one place that an address of the plan can mean; of several, the one beside the plan."""
    name = ".".join(_INDEX.sub("", address).split(".")[-2:])
    places = blocks.get(name, ())
    if len(places) > 1:
        places = tuple(each for each in places if _folder(each.file) == _folder(plan))
    return places[0] if len(places) == 1 else None


def _folder(file: str) -> str:
    return file.rpartition("/")[0]
