"""Writes the files with secrets and look-alikes, and their labels: python -m bench.sast.secrets.make FOLDER.

The lines are always the same; they are made at run time, since a repository that keeps them is rightly refused.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Final

from bench.sast.secrets.kinds import LOOKALIKES, SECRETS, Pieces

LABELS: Final = "labels.jsonl"
SEED: Final = "secrets of nobody"


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled line."""

    id: str
    file: str
    line: int
    is_secret: bool
    why: str


def make(folder: Path) -> list[Line]:
    """The files and, beside them rather than among them, their labels."""
    texts: dict[str, list[tuple[str, str, bool, str]]] = defaultdict(list)
    for kind, (file, maker) in SECRETS.items():
        texts[file].append((f"secret-{kind}", maker(Pieces(f"{SEED}: {kind}")), True, kind))
    for kind, (file, why, maker) in LOOKALIKES.items():
        texts[file].append((f"lookalike-{kind}", maker(Pieces(f"{SEED}: like {kind}")), False, why))
    labels = []
    for file, lines in sorted(texts.items()):
        Random(f"{SEED}: {file}").shuffle(lines)  # so that no tool is helped by what stands together
        path = folder / "files" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{text}\n" for _, text, _, _ in lines), encoding="utf-8")
        labels += [Line(name, file, at, secret, why) for at, (name, _, secret, why) in enumerate(lines, 1)]
    (folder / LABELS).write_text("".join(json.dumps(asdict(label)) + "\n" for label in labels), encoding="utf-8")
    return labels


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bench.sast.secrets.make FOLDER")
    print(f"{len(make(Path(sys.argv[1])))} lines under {sys.argv[1]}")
