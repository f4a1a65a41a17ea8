"""SQL injection into what is kept: the database works out a product while it writes, and shows it afterwards."""

from __future__ import annotations

from typing import ClassVar

from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.sql import JOINED, MULTIPLIED, SqlInjection, may_join
from setpoint.scan.dast.checks.injection.stored_products import StoredProducts
from setpoint.scan.dast.checks.probing import Probe
from setpoint.scan.dast.interface import Workbench

_NUMBER = "(SELECT <one>*<other>)"


class StoredSqlInjection(StoredProducts):
    """SQL injection by what was written before: shown elsewhere with a product that the database worked out."""

    name = "stored-sql-injection"
    weakness: ClassVar[FaultKind] = SqlInjection.weakness

    def template(self, bench: Workbench, probe: Probe, number: int) -> str:
        """A number first as one; a name behind itself, where nobody else's rows can be meant."""
        place = probe.place
        if number:
            return MULTIPLIED if probe.breaks else ""
        if place.value.lstrip("-").replace(".", "", 1).isdecimal():
            return _NUMBER
        return place.value + JOINED if may_join(bench, place) else MULTIPLIED
