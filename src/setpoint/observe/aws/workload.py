"""What reading takes: how many calls a full scan makes, and what AWS charges for them. Shown by `setpoint doctor`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.model.examination import Workload
from setpoint.observe.aws.reader import TypeReader

CHARGES: Final[Mapping[str, float]] = {
    "kms": 0.03 / 10_000,
    "s3": 0.0004 / 1_000,
    "secretsmanager": 0.05 / 10_000,
}
"""Service → US dollars for one call that reads (the price lists of AWS KMS, Amazon S3 "all other requests" and AWS
Secrets Manager, in us-east-1; other regions differ little). Reading by other services is free of charge, and so is
Cloud Control for types of AWS (AWS Cloud Control API product page, "Pricing"). AWS Config, which charges for every
change that it records, is not used."""


def workload(reader: TypeReader, listings: int, declared: int, *, through: str, because: str) -> Workload:
    """`listings` is how often the type is listed in one scan."""
    return Workload(
        type=reader.type,
        through=through,
        because=because,
        declared=declared,
        calls=listings + declared * reader.calls,
        calls_each=max(reader.calls, 1),
        dollars=sum(CHARGES.get(service, 0.0) * calls for service, calls in reader.charged.items()) * declared,
    )
