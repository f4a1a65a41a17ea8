"""What comparing costs where everything changed, on one core, against DeepDiff.

50,000 resources are canonicalised and compared: copies of the recordings (those of the corpus where it is there, else
those of the tests), each with a value of its own that nobody declared. DeepDiff compares a sample of the same pairs,
without any knowledge of schemas, in any order.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.drift_truth import CORPUS
from bench.measure import peak_memory, spending
from setpoint.cli.drift_replay import Replay
from setpoint.intent.recordings import Recording, read_recordings
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.resource import Resource

RESOURCES: Final = 50_000
PEER_SAMPLE: Final = 1_000
"""DeepDiff's time is linear in the number of pairs: a sample is scaled."""

SHIPPED: Final = Path(__file__).parent.parent / "tests" / "assets" / "recordings" / "shop.jsonl"


def main() -> None:
    from deepdiff import DeepDiff

    recordings = [each for each in read_recordings(CORPUS if CORPUS.is_file() else SHIPPED) if each.actual is not None]
    pairs = [_changed(recordings[number % len(recordings)], number) for number in range(RESOURCES)]
    replay = Replay(SchemaCatalogue())
    for recording in recordings:
        replay.compare(recording)  # the schemas are read once, and the rules built
    with spending() as spent:
        told = sum(bool(replay.compare(pair).drifts) for pair in pairs)
    assert told == RESOURCES, told
    with spending() as peer:
        for pair in pairs[:PEER_SAMPLE]:
            assert pair.actual is not None
            DeepDiff(pair.intended.properties, pair.actual.properties, ignore_order=True)
    own, other = spent.cpu / RESOURCES, peer.cpu / PEER_SAMPLE
    print(
        f"{RESOURCES:,} changed resources of {len(recordings)} recordings: {spent.cpu:.1f} s, {own * 1e6:.0f} us each"
    )
    print(f"DeepDiff on the same pairs: {other * 1e6:,.0f} us each (sample of {PEER_SAMPLE:,})")
    print(f"1/{other / own:.0f} of DeepDiff's time; peak {peak_memory():.0f} MB")


def _changed(recording: Recording, number: int) -> Recording:
    assert recording.actual is not None
    live = copy.deepcopy(dict(recording.actual.properties))
    live["ChangedByHand"] = f"by somebody, {number}"
    return replace(recording, actual=Resource(recording.actual.urn, live, recording.where))


if __name__ == "__main__":
    main()
