"""The permissions that reading logs takes; `setpoint permissions` asks."""

from __future__ import annotations

from setpoint.observe.cloudtrail.bucket import GETS, LISTS
from setpoint.observe.cloudtrail.public_keys import KEYS
from setpoint.observe.cloudtrail.queue import DELETES, RECEIVES


def permissions(*, from_bucket: bool, from_queue: bool, verifies: bool) -> frozenset[str]:
    if from_queue:
        return frozenset({RECEIVES, DELETES, GETS})
    if from_bucket:
        return frozenset({LISTS, GETS, *([KEYS] if verifies else [])})
    return frozenset()
