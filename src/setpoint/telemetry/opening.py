"""Who is told: as the settings say, or the environment variables that every OpenTelemetry program knows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.telemetry.interface import SILENT, Telemetry

ENDPOINTS: Final = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)
"""Any of these switches it on (OpenTelemetry, *OTLP Exporter Configuration*); OTEL_SDK_DISABLED switches it off."""


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    otlp_endpoint: str | None = None
    """Where an OTLP receiver listens, by HTTP; None: as the environment says, and nowhere where it says nothing."""
    service_name: str | None = None
    """None: OTEL_SERVICE_NAME, or `setpoint`."""

    def is_on(self, environment: Mapping[str, str]) -> bool:
        if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
            return False
        return self.otlp_endpoint is not None or any(environment.get(name, "").strip() for name in ENDPOINTS)


@contextmanager
def open_telemetry(settings: TelemetrySettings, process: str, scope: str) -> Iterator[Telemetry]:
    """Told until the end, when what was not sent yet is sent."""
    if not settings.is_on(os.environ):
        yield SILENT
        return
    try:
        from setpoint.telemetry.otlp import Otlp
    except ImportError as error:
        raise InputError(
            "sending traces and metrics needs OpenTelemetry", remedy="install it with: pip install 'setpoint[server]'"
        ) from error
    name = settings.service_name or os.environ.get("OTEL_SERVICE_NAME") or "setpoint"
    otlp = Otlp(settings.otlp_endpoint, name, {"setpoint.process": process, "setpoint.scope": scope})
    try:
        yield otlp
    finally:
        otlp.close()
