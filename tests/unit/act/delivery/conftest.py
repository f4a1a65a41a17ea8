"""An alert to vary, and servers on loopback that take messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from setpoint.act.interface import Alert
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn

URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "records")


@pytest.fixture
def make_alert() -> Callable[..., Alert]:
    def make(
        title: str = "a bucket is public",
        *,
        severity: Severity = Severity.HIGH,
        kind: str = "drift",
        service: str = "payments",
        details: dict[str, object] | None = None,
        policies: tuple[str, ...] = ("exposure/bucket-public",),
    ) -> Alert:
        return Alert(
            at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            severity=severity,
            kind=kind,
            subject=URN,
            service=service,
            title=title,
            details=details or {"path": "PublicAccessBlockConfiguration"},
            helps=f"setpoint findings --service {service}",
            policies=policies,
        )

    return make
