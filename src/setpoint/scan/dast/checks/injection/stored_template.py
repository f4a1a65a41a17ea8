"""Templates that one operation writes and another one runs: shown with a product that nobody sent."""

from __future__ import annotations

from typing import ClassVar

from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.stored_products import StoredProducts
from setpoint.scan.dast.checks.injection.template import TOGETHER, TemplateInjection
from setpoint.scan.dast.checks.probing import Probe
from setpoint.scan.dast.interface import Workbench


class StoredTemplateInjection(StoredProducts):
    """Template injection by what was written before: shown elsewhere with a product that the engine worked out."""

    name = "stored-template-injection"
    weakness: ClassVar[FaultKind] = TemplateInjection.weakness

    def template(self, bench: Workbench, probe: Probe, number: int) -> str:  # noqa: ARG002  # the same in every scan
        return "" if number or probe.place.is_typed else probe.place.value + TOGETHER
