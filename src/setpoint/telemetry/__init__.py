"""The door to traces and metrics: what the loop, the server and ingest say of their work, and nothing while it is off.

Nothing here imports OpenTelemetry; `otlp.py` does, when the settings or the environment name somebody to tell.
"""

from setpoint.telemetry.interface import AWS_CALLS, AWS_DURATION, SILENT, Silent, Span, Telemetry
from setpoint.telemetry.opening import TelemetrySettings, open_telemetry

__all__ = ["AWS_CALLS", "AWS_DURATION", "SILENT", "Silent", "Span", "Telemetry", "TelemetrySettings", "open_telemetry"]
