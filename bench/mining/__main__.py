"""Writes what AWS's documentation states in so many words, one fact a line, each with its page: `documented.jsonl`.

What holds only under a condition is left out, and so is that of which two texts say different things. What was read
and found wrong stands in `not_defaults.txt`; what is looked up by hand stands in `defaults/`, and wins.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.mining.facts import facts_of
from bench.mining.prose import Text, folded, operation_prose, schema_prose, shape_prose
from bench.mining.reference import Reference
from bench.mining.sentences import Stated, stated_defaults
from setpoint.files import parse_json, read_bytes
from setpoint.intent.schemas import catalogue

TARGET: Final = Path(catalogue.__file__).parent / "documented.jsonl"
WRONG: Final = Path(__file__).parent / "not_defaults.txt"
SCALARS: Final = ("string", "integer", "number", "boolean")


@dataclass(frozen=True, slots=True)
class Found:
    """A line to be written, and what states it."""

    entry: dict[str, Any]
    sentence: str


def main() -> None:
    parser = argparse.ArgumentParser(description="Read AWS's documentation for defaults.")
    parser.add_argument("wheel", type=Path, help="of aws-cdk-lib, the one that bench/mining/reference.py names")
    parser.add_argument("--sample", type=int, metavar="SEED", help="write nothing: show 60 entries to be read")
    options = parser.parse_args()
    wrong = [line for line in WRONG.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    stated = [
        found
        for found in _all_found(Reference.of_wheel(options.wheel))
        if not any(each in f"{found.entry['type']} {found.entry['path']}" for each in wrong)
    ]
    if options.sample is not None:
        _show(random.Random(options.sample).sample(stated, 60))
        return
    lines = (json.dumps(found.entry, ensure_ascii=False) for found in stated)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(stated):,} facts of {len({found.entry['type'] for found in stated}):,} types")


def _show(sample: Sequence[Found]) -> None:
    for found in sample:
        print(json.dumps(found.entry, ensure_ascii=False), f"    {found.sentence.strip()}", sep="\n")


def _all_found(reference: Reference) -> Iterator[Found]:
    folder = catalogue.shipped_schemas()
    files = parse_json(read_bytes(folder / "providers" / f"{catalogue.FALLBACK_REGION}.json"), "providers")
    for type_name, file in sorted(files.items()):
        schema = schema_prose(folder / "resources" / f"{file}.json")
        for path, kind in sorted(schema.kinds.items()):
            if kind in SCALARS and not schema.is_fixed(path):
                texts = [
                    *reference.texts(type_name, path),
                    *schema.texts(type_name, path),
                    *operation_prose(type_name, path),
                    *shape_prose(type_name, path),
                ]
                yield from _found(type_name, path, kind, texts, schema.allowed[path])


def _found(type_name: str, path: str, kind: str, texts: Sequence[Text], allowed: Sequence[Any]) -> Iterator[Found]:
    name = path.removesuffix("[*]").rpartition(".")[2]
    found = [
        (text, stated) for text in texts for stated in stated_defaults(text.prose, name, kind, allowed or text.allowed)
    ]
    if found:
        if _agree(found) or (kind != "boolean" and _agrees_in_every_case(found)):
            text, stated = found[0]
            spellings = list(dict.fromkeys(stated.value for _, stated in found))
            also = {"also": spellings[1:]} if len(spellings) > 1 else {}
            entry = {"type": type_name, "path": path, "value": stated.value, **also, "source": text.source}
            yield Found(entry, stated.sentence)
        return
    for text in texts:
        for fact, sentence in facts_of(text.prose, path):
            yield Found({"type": type_name, "path": path, "fact": fact, "source": text.source}, sentence)
            return


def _agree(found: Sequence[tuple[Text, Stated]]) -> bool:
    """Whether all say the same, however they spell it, and without a condition at least once."""
    return _say_the_same(found) and any(not stated.conditional for _, stated in found)


def _agrees_in_every_case(found: Sequence[tuple[Text, Stated]]) -> bool:
    """Whether one text tells several cases apart, and says the same of each: `For HTTP, the default is 5.`"""
    cases: defaultdict[str, set[str]] = defaultdict(set)
    for text, stated in found:
        if stated.sentence.lstrip(" -").startswith(("For ", "If ")):
            cases[text.source].add(stated.sentence)
    return _say_the_same(found) and any(len(sentences) > 1 for sentences in cases.values())


def _say_the_same(found: Sequence[tuple[Text, Stated]]) -> bool:
    return len({_spelt_alike(stated.value) for _, stated in found}) == 1


def _spelt_alike(value: Any) -> str:
    return folded(value) if isinstance(value, str) else json.dumps(value)


if __name__ == "__main__":
    main()
