"""`telemetry:`: where traces and metrics are sent, if anywhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.telemetry import TelemetrySettings


def read_telemetry(fields: Fields) -> TelemetrySettings:
    settings = TelemetrySettings(_endpoint(fields), fields.optional_text("service_name"))
    fields.done()
    return settings


def _endpoint(fields: Fields) -> str | None:
    endpoint = fields.optional_text("otlp_endpoint")
    if endpoint is None:
        return None
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.username or parts.password:
        raise InputError(
            "telemetry.otlp_endpoint is no address of an OTLP receiver",
            where=fields.where("otlp_endpoint"),
            remedy="write its base URL, such as http://127.0.0.1:4318; credentials go into OTEL_EXPORTER_OTLP_HEADERS",
        )
    return endpoint
