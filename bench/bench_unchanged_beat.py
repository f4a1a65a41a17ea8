"""A beat over unchanged resources, everything but the API calls, against DeepDiff comparing the same documents.

Goals: at most 1/50 of DeepDiff's time at 100,000 resources; linear or better from 1,000; under 600 MB.

Each size runs in a process of its own, so that its memory is its own. The first beat concludes; the second finds
everything as remembered, and is the one that is measured. Reading the documents (parsing them as an API client would)
happens inside the beat; the same parsing alone is measured too and given apart. DeepDiff gets the documents parsed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.estate import ServedEstate, documents
from bench.measure import peak_memory, spending

SIZES = (1_000, 10_000, 100_000)
BEATS = 3
PEER_SAMPLE = 1_000
"""DeepDiff takes a minute and more for 100,000 documents; its time is linear in their number, so a sample is scaled."""


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(_measure(int(sys.argv[1]))))
        return
    peer = _deepdiff_seconds_each()
    print(f"DeepDiff, same documents parsed beforehand: {peer * 1e6:8.1f} us each (sample of {PEER_SAMPLE:,})")
    results = [_in_own_process(size) for size in SIZES]
    for result in results:
        size, beat, parse = result["size"], result["beat"], result["parse"]
        own = beat - parse
        print(
            f"{size:>8,} unchanged: beat {beat:7.3f} s ({beat / size * 1e6:5.1f} us each, {parse:.3f} s parsing); "
            f"1/{peer * size / own:.0f} of DeepDiff without parsing, 1/{peer * size / beat:.0f} with it; "
            f"peak {result['memory']:.0f} MB"
        )
    first, last = results[0], results[-1]
    growth = (last["beat"] / last["size"]) / (first["beat"] / first["size"])
    print(f"time per resource at {last['size']:,} over that at {first['size']:,}: {growth:.2f} (linear: 1)")
    met = peer * last["size"] / last["beat"] >= 50 and last["memory"] < 600
    print(f"goals (1/50 with parsing, 600 MB): {'met' if met else 'MISSED'}")


def _in_own_process(size: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.bench_unchanged_beat", str(size)], stdout=subprocess.PIPE, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _measure(size: int) -> dict[str, Any]:
    from bench.loop import measured_heartbeat

    estate = ServedEstate(size)
    with tempfile.TemporaryDirectory() as folder, measured_heartbeat(estate, Path(folder)) as heartbeat:
        first = heartbeat.beat()
        assert first.examined == size, first
        beats = []
        for _ in range(BEATS):
            with spending() as spent:
                again = heartbeat.beat()
            assert again.examined == 0, again
            assert again.observed == size, again
            beats.append(spent.cpu)
        with spending() as parsing:
            for _ in estate.observe():
                pass
    return {"size": size, "beat": statistics.median(beats), "parse": parsing.cpu, "memory": peak_memory()}


def _deepdiff_seconds_each() -> float:
    from deepdiff import DeepDiff

    pairs = [(json.loads(text), json.loads(text)) for _, text in documents(PEER_SAMPLE)]
    with spending() as spent:
        for intended, actual in pairs:
            assert not DeepDiff(intended, actual)
    return spent.cpu / PEER_SAMPLE


if __name__ == "__main__":
    main()
