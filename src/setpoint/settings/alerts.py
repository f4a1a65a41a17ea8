"""`alerts:`: whom to tell, and how long to try."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from setpoint.act.delivery.settings import AlertSettings
from setpoint.act.delivery.settings import read_alerts as read_alert_settings
from setpoint.fields import Fields
from setpoint.loop.settings import DeliverySettings
from setpoint.model.service import Service


def read_alerts(
    fields: Fields, base: Path, services: Mapping[str, Service]
) -> tuple[Path | None, AlertSettings, DeliverySettings]:
    name = fields.optional_text("file")
    alerts = read_alert_settings(fields, base, {service.owner for service in services.values() if service.owner})
    usual = DeliverySettings()
    delivery = DeliverySettings(
        group_for=fields.seconds("group_for", usual.group_for),
        timeout=fields.seconds("timeout", usual.timeout, least=0.1),
        give_up_after=fields.seconds("give_up_after", usual.give_up_after, least=1.0),
    )
    fields.done()
    return base / name if name else None, alerts, delivery
