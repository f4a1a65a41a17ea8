"""`services:` and `environment`: how much hangs on each service, who reaches it, what data it handles, who owns it."""

from __future__ import annotations

from setpoint.fields import Fields
from setpoint.model.service import DataClass, Exposure, Service, Tier


def read_services(fields: Fields, environment: str) -> dict[str, Service]:
    """`environment` is that of every service that names no other."""
    return {name: _service(name, fields.section(name), environment) for name in fields.names()}


def _service(name: str, fields: Fields, environment: str) -> Service:
    service = Service(
        name,
        fields.choice("tier", Tier, Tier.STANDARD),
        fields.choice("exposure", Exposure, Exposure.INTERNAL),
        fields.text("owner", "") if fields.has("owner") else "",
        fields.text("environment") if fields.has("environment") else environment,
        fields.choice("data", DataClass) if fields.has("data") else None,
    )
    fields.done()
    return service
