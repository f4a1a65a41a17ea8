"""Says whether the cases are what their labels say: python -m bench.sast.check

Every snippet stands once in its function, the frozen files are unchanged, the applications answer the traffic as it
says, and a labelled line runs under the request that its label names: dead code and scripts stay unexecuted.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.sast.labels import HERE, LABELS, MODULE, Place, places
from bench.sast.secrets.make import Line, make
from bench.sast.traffic import TRAFFIC

ROOT: Final = HERE.parents[1]
PYTHON: Final = ROOT / "agent" / ".venv" / "bin" / "python"
"""The interpreter that has Flask and FastAPI."""
FROZEN: Final = HERE / "FROZEN"
PIPELINES: Final = HERE / "pipelines" / "labels.jsonl"
OURS: Final = (
    *("__init__.py", "README.md", "FROZEN", "labels.py", "traffic.py", "standins.py", "driving.py", "check.py"),
    *("interpreters.py", "joining.py", "outcome.py", "scanning.py", "scoring.py", "serving.py"),
)
"""What reads the cases and is none, which may change."""
SECONDS: Final = 300


def faults_of_labels(labelled: Sequence[Place]) -> Iterator[str]:
    for name, count in Counter(place.id for place in labelled).items():
        if count > 1:
            yield f"{name}: {count} places"
    alike = Counter((place.file, place.function, place.family) for place in labelled if place.function != MODULE)
    for (file, function, family), count in alike.items():
        if count > 1:
            yield f"{file}: {function}: {count} places of {sorted(family)}, which a finding could not tell apart"
    for place in labelled:
        if len(place.lines()) != 1:
            yield f"{place.id}: {len(place.lines())} lines in {place.function} of {place.file} hold the snippet"


def faults_of_pipelines() -> Iterator[str]:
    for line in PIPELINES.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        count = (PIPELINES.parent / label["file"]).read_text(encoding="utf-8").count(label["snippet"])
        if count != 1:
            yield f"{label['id']}: the snippet stands {count} times in {label['file']}"


def faults_of_secrets(lines: Sequence[Line]) -> Iterator[str]:
    kinds = Counter(line.is_secret for line in lines)
    if kinds[True] < 40 or kinds[False] < 40:
        yield f"{kinds[True]} secrets and {kinds[False]} look-alikes"


def faults_of_answers(driven: Mapping[str, Any]) -> Iterator[str]:
    expected = {request["id"]: request["status"] for request in json.loads(TRAFFIC.read_text("utf-8"))["requests"]}
    for name, statuses in driven["answers"].items():
        if set(statuses) != {expected[name]}:
            yield f"{name}: answered {statuses}, not {expected[name]}"


def faults_of_running(labelled: Iterable[Place], lines: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Lines of modules run when they are imported, so that no request can be told to reach them."""
    for place in labelled:
        if place.language != "python" or place.function == MODULE:
            continue
        under = lines.get(f"{place.file}:{place.lines()[0]}", [])
        if place.driven_by and place.driven_by not in under:
            yield f"{place.id}: does not run under {place.driven_by}"
        if not place.driven_by and under:
            yield f"{place.id}: runs under {under[0]}, though its label names no request"


def faults_of_attacks(labelled: Iterable[Place], signs: Mapping[str, Sequence[bool]]) -> Iterator[str]:
    known = {place.id: place for place in labelled}
    for name, seen in signs.items():
        if set(seen) != {known[name].is_weakness}:
            yield f"{name}: its attack is {'seen' if any(seen) else 'not seen'} in {known[name].function}"


def drive() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "driven.json")
        command = [str(PYTHON), "-m", "bench.sast.driving", str(result)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)
        if done.returncode:
            sys.exit(f"the applications cannot be driven:\n{done.stderr}")
        driven: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return driven


def frozen_lines() -> list[str]:
    """As `sha256sum` writes them."""
    files = sorted(
        path.relative_to(HERE).as_posix()
        for path in HERE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.relative_to(HERE).as_posix() not in OURS
    )
    return [f"{hashlib.sha256((HERE / file).read_bytes()).hexdigest()}  {file}" for file in files]


def faults_of_frozen() -> Iterator[str]:
    kept = set(FROZEN.read_text(encoding="utf-8").splitlines())
    for line in sorted(kept ^ set(frozen_lines())):
        yield f"{line.split('  ', 1)[1]}: not as it was frozen"


def table(labelled: Iterable[Place]) -> Iterator[str]:
    """Weaknesses and false alarms for each number and language."""
    counts = Counter((place.cwe, place.language, place.is_weakness) for place in labelled)
    languages = ("python", "javascript", "go", "java")
    yield "| CWE | " + " | ".join(languages) + " |"
    yield "| --- |" + " ---: |" * len(languages)
    for cwe in sorted({cwe for cwe, _, _ in counts}):
        cells = (f"{counts[cwe, language, True]} / {counts[cwe, language, False]}" for language in languages)
        yield f"| {cwe} | {' | '.join(cells)} |"


def main() -> None:
    labelled = places()
    faults = [*faults_of_labels(labelled), *faults_of_pipelines(), *faults_of_frozen()]
    with tempfile.TemporaryDirectory() as folder:
        faults += faults_of_secrets(make(Path(folder)))
    if not faults:
        driven = drive()
        faults += [*faults_of_answers(driven), *faults_of_running(labelled, driven["lines"])]
        faults += faults_of_attacks(labelled, driven["signs"])
    print("\n".join(table(labelled)))
    weak = sum(place.is_weakness for place in labelled)
    print(f"\n{len(labelled)} places, {weak} of them weaknesses; sha256 of the labels:")
    print(hashlib.sha256(LABELS.read_bytes()).hexdigest())
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
