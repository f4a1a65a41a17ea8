"""`telemetry:`."""

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.settings import load_settings
from setpoint.telemetry import TelemetrySettings

REST = "aws: {regions: [eu-west-1]}\nintent: [{terraform: terraform.tfstate}]\n"


def load(folder: Path, text: str) -> TelemetrySettings:
    path = folder / "setpoint.yaml"
    path.write_text(text + REST, encoding="utf-8")
    return load_settings(path).telemetry


def test_it_is_off_unless_somebody_is_named(tmp_path: Path) -> None:
    settings = load(tmp_path, "")
    assert settings == TelemetrySettings(None, None)
    assert not settings.is_on({})
    assert not settings.is_on({"OTEL_EXPORTER_OTLP_ENDPOINT": " "})
    assert settings.is_on({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://127.0.0.1:4318/v1/metrics"})


def test_it_is_on_where_somebody_is(tmp_path: Path) -> None:
    settings = load(tmp_path, "telemetry: {otlp_endpoint: 'http://[::1]:4318', service_name: guard}\n")
    assert settings == TelemetrySettings("http://[::1]:4318", "guard")
    assert settings.is_on({})
    assert not settings.is_on({"OTEL_SDK_DISABLED": "true"})


@pytest.mark.parametrize(
    "endpoint",
    ["127.0.0.1:4318", "ftp://host", "http://", "http://[::1", "http://host:x", "https://me:pw@host", "http://host?x"],
)
def test_what_is_no_address_is_refused(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, f"telemetry: {{otlp_endpoint: '{endpoint}'}}\n")
    assert caught.value.where.endswith("setpoint.yaml:1")
    assert "me:pw" not in caught.value.diagnostics()
