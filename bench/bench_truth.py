"""How true the comparator and the CloudFormation reader are, on cases that were written from AWS's documentation.

The cases and how they were made: `bench/truth/README.md`. Prints right and wrong by type, precision and recall, and
every miss; the peer is DeepDiff on the same pairs, which is what a plain comparison of documents would say.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from setpoint.compare.config.comparator import ConfigComparator
from setpoint.errors import InputError
from setpoint.intent.cloudformation.reader import CloudFormationReader
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.canonical import Unknown
from setpoint.model.paths import schema_path, split
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Snapshot
from setpoint.model.urn import Urn

TRUTH: Final = Path(__file__).parent / "truth"


@dataclass(slots=True)
class Score:
    """Cases, and the single paths in them."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0
    misses: list[str] = field(default_factory=list)

    def count(self, kind: str, case: str, *, missed: Sequence[str], invented: Sequence[str], hits: int) -> None:
        self.true_positives += hits
        self.false_positives += len(invented)
        self.false_negatives += len(missed)
        if missed or invented:
            self.wrong[kind] += 1
            self.misses.append(f"  {case} ({kind}): missed {list(missed)}, invented {list(invented)}")
        else:
            self.right[kind] += 1

    def show(self, title: str, *, with_misses: bool = True) -> None:
        right, wrong = sum(self.right.values()), sum(self.wrong.values())
        precision = self.true_positives / max(1, self.true_positives + self.false_positives)
        recall = self.true_positives / max(1, self.true_positives + self.false_negatives)
        print(f"{title}: {right} of {right + wrong} cases right; paths: precision {precision:.3f}, recall {recall:.3f}")
        if with_misses:
            for kind in sorted({*self.right, *self.wrong}):
                print(f"  {kind:28} {self.right[kind]:4} right {self.wrong[kind]:4} wrong")
            print("\n".join(self.misses))


def main() -> int:
    schemas = SchemaCatalogue()
    ours, peer = Score(), Score()
    for case in _cases("comparison.jsonl"):
        _score_paths(ours, case, _compared(schemas, case))
        _score_paths(peer, case, _deepdiffed(case))
    ours.show("comparison")
    peer.show("comparison, peer DeepDiff", with_misses=False)
    templates = Score()
    for case in _cases("cloudformation.jsonl"):
        problems = list(_template_problems(schemas, case))
        templates.count("template", case["case"], missed=problems, invented=(), hits=int(not problems))
    templates.show("cloudformation")
    return 0


def _cases(name: str) -> list[dict[str, Any]]:
    lines = (TRUTH / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _compared(schemas: SchemaCatalogue, case: Mapping[str, Any]) -> list[str]:
    region = "global" if case["type"].startswith("AWS::IAM::") else "eu-west-1"
    urn = Urn.aws("aws", "111122223333", region, case["type"], "case")
    comparison = ConfigComparator(schemas.schema).compare(
        Resource(urn, case["intended"], "case"), Resource(urn, case["actual"], "case")
    )
    return [drift.path for drift in comparison.drifts]


def _deepdiffed(case: Mapping[str, Any]) -> list[str]:
    from deepdiff import DeepDiff

    tree = DeepDiff(case["intended"], case["actual"], ignore_order=True).to_dict()
    told = (place for kind, places in tree.items() for place in places if kind != "deep_distance")
    return [place.removeprefix("root").replace("['", ".").replace("']", "").lstrip(".") for place in told]


def _score_paths(score: Score, case: Mapping[str, Any], told: Sequence[str]) -> None:
    expected = case["drift"]
    missed = [path for path in expected if not any(_same_place(path, other) for other in told)]
    invented = [path for path in told if not any(_same_place(path, other) for other in expected)]
    score.count(case["type"], case["case"], missed=missed, invented=invented, hits=len(expected) - len(missed))


def _same_place(one: str, other: str) -> bool:
    """Whether one path is at or above the other; list elements and keys are not told apart."""
    first, second = (schema_path(path).replace("[*]", "").split(".") for path in (one, other))
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


def _template_problems(schemas: SchemaCatalogue, case: Mapping[str, Any]) -> Iterator[str]:
    try:
        snapshot = _read_template(schemas, case)
    except InputError as error:
        wanted = case.get("error")
        if wanted is None or str(wanted).lower() not in error.diagnostics().lower():
            yield f"refused: {error.diagnostics()}"
        return
    if "error" in case:
        yield f"not refused; {case['error']!r} was expected"
        return
    yield from _content_problems(snapshot, case)


def _content_problems(snapshot: Snapshot, case: Mapping[str, Any]) -> Iterator[str]:
    resources = {resource.source.rsplit(": ", 1)[1]: resource for resource in snapshot.resources.values()}
    yield from (f"{name} is there" for name in case.get("absent", ()) if name in resources)
    for name, properties in case.get("expect", {}).items():
        told = resources[name].properties if name in resources else {}
        for key, value in properties.items():
            if not _same_value(value, told.get(key)):
                yield f"{name}.{key} is {told.get(key)!r}, not {value!r}"
    for path in case.get("unknown", ()):
        name, _, rest = path.partition(".")
        if name not in resources or not _is_unknown(resources[name].properties, split(rest)):
            yield f"{path} is not unknown"


def _read_template(schemas: SchemaCatalogue, case: Mapping[str, Any]) -> Snapshot:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.yaml"
        path.write_text(case["template"], encoding="utf-8")
        return CloudFormationReader(
            path,
            partition=_partition(case.get("region", "eu-west-1")),
            account=case.get("account", "111122223333"),
            region=case.get("region", "eu-west-1"),
            parameters={name: str(value) for name, value in case.get("parameters", {}).items()},
            exports=case.get("exports", {}),
            stack=None,
            existing=None,
            schemas=schemas.schema,
        ).read()


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


def _same_value(expected: Any, found: Any) -> bool:
    """Scalars as text, so that "5432" is 5432; lists and objects by their parts, tags in any order."""
    if isinstance(expected, dict) and isinstance(found, Mapping):
        return expected.keys() == found.keys() and all(_same_value(each, found[key]) for key, each in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        if all(isinstance(each, dict) and each.keys() == {"Key", "Value"} for each in (*expected, *found)):
            expected, found = (sorted(tags, key=lambda tag: str(tag["Key"])) for tags in (expected, found))
        return len(expected) == len(found) and all(map(_same_value, expected, found))
    if isinstance(expected, (dict, list)) or isinstance(found, (dict, list)):
        return False
    return _text(expected) == _text(found)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_unknown(value: Any, steps: Sequence[str]) -> bool:
    """Whether the value at the end of the steps, or some part of it, is not known."""
    if isinstance(value, Unknown):
        return True
    if not steps:
        parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        return any(_is_unknown(part, ()) for part in parts)
    if isinstance(value, list):
        inner = value[int(steps[0])] if steps[0].isdecimal() and int(steps[0]) < len(value) else None
        return _is_unknown(inner, steps[1:])
    return isinstance(value, Mapping) and _is_unknown(value.get(steps[0]), steps[1:])


if __name__ == "__main__":
    sys.exit(main())
