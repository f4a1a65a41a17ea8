"""Writes the defaults that AWS's documentation states in so many words, one a line, each with its page.

A default under a condition is kept where it is one of several values of something that is no switch. What was read and
found wrong stands in `not_defaults.txt`; what is looked up by hand stands in `defaults/`, and wins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.mining.prose import operation_prose, schema_prose, shape_prose
from bench.mining.sentences import Stated, stated_defaults
from setpoint.files import parse_json, read_bytes
from setpoint.intent.schemas import catalogue

TARGET: Final = Path(catalogue.__file__).parent / "documented.jsonl"
WRONG: Final = Path(__file__).parent / "not_defaults.txt"
SCALARS: Final = ("string", "integer", "number", "boolean")


def main() -> None:
    wrong = [line for line in WRONG.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    entries = [entry for entry in _entries() if not any(each in f"{entry['type']} {entry['path']}" for each in wrong)]
    lines = (json.dumps(entry, ensure_ascii=False) for entry in entries)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(entries):,} defaults of {len({entry['type'] for entry in entries}):,} types")


def _entries() -> Iterator[dict[str, Any]]:
    folder = catalogue.shipped_schemas()
    files = parse_json(read_bytes(folder / "providers" / f"{catalogue.FALLBACK_REGION}.json"), "providers")
    for type_name, file in sorted(files.items()):
        walk, kinds, fixed = schema_prose(folder / "resources" / f"{file}.json")
        for path, kind in sorted(kinds.items()):
            if kind in SCALARS and not any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in fixed):
                prose = [(f"CloudFormation Template Reference, {type_name}", text) for text in walk.descriptions[path]]
                yield from _entry(type_name, path, kind, prose, walk.allowed[path])


def _entry(
    type_name: str, path: str, kind: str, prose: list[tuple[str, str]], allowed: list[Any]
) -> Iterator[dict[str, Any]]:
    name = path.removesuffix("[*]").rpartition(".")[2]
    found = [(source, stated) for source, text in prose for stated in stated_defaults(text, name, kind, allowed)]
    for source, text, of_api in (*operation_prose(type_name, path), *shape_prose(type_name, path)):
        found += [(source, stated) for stated in stated_defaults(text, name, kind, allowed or of_api)]
    values = _distinct([stated for _, stated in found])
    conditional = any(stated.conditional for _, stated in found)
    if not values or (conditional and kind == "boolean"):
        return
    also = {"also": values[1:]} if len(values) > 1 else {}
    yield {"type": type_name, "path": path, "value": values[0], **also, "source": found[0][0]}


def _distinct(stated: list[Stated]) -> list[Any]:
    return list({json.dumps(each.value): each.value for each in stated}.values())


if __name__ == "__main__":
    main()
