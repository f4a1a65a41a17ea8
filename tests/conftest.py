"""For every test: a slow or busy machine fails none. What takes how long is measured in `bench/`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("setpoint", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("setpoint")
