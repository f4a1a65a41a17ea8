"""The permissions that reading logs takes, no wider than what is configured; `setpoint permissions` asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.observe.cloudtrail.bucket import GETS, LISTS
from setpoint.observe.cloudtrail.public_keys import KEYS
from setpoint.observe.cloudtrail.queue import DELETES, RECEIVES, region_of


def statements(
    *, bucket: str | None, prefix: str, queue: str | None, verifies: bool, partition: str
) -> Iterator[Mapping[str, Json]]:
    """Of a policy. Messages of a queue may name any bucket, unless one is given beside it."""
    own = f"arn:{partition}:s3:::{bucket}"
    if queue:
        yield _statement("SetpointTakesMessages", (DELETES, RECEIVES), _arn_of_queue(queue, partition))
        yield _statement("SetpointReadsLogs", (GETS,), f"{own}/*" if bucket else "*")
    elif bucket:
        folder = f"{prefix}/AWSLogs" if prefix else "AWSLogs"
        yield _statement("SetpointReadsLogs", (GETS, LISTS), own, f"{own}/{folder}/*")
        if verifies:
            yield _statement("SetpointReadsPublicKeys", (KEYS,), "*")


def _statement(name: str, actions: tuple[str, ...], *resources: str) -> Mapping[str, Json]:
    return {"Sid": name, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _arn_of_queue(address: str, partition: str) -> str:
    """`https://sqs.eu-west-1.amazonaws.com/111122223333/trail`; what an address does not tell is any."""
    account, _, name = urlsplit(address).path.strip("/").rpartition("/")
    return f"arn:{partition}:sqs:{region_of(address) or '*'}:{account or '*'}:{name}"
