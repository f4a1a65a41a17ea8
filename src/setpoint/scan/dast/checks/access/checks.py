"""The checks of this theme, in the order in which they are made: what only reads comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from setpoint.scan.dast.checks.access.answers_to_writes import AnswersToWrites
from setpoint.scan.dast.checks.access.assignment import MassAssignment
from setpoint.scan.dast.checks.access.bypasses import Bypasses
from setpoint.scan.dast.checks.access.exposure import Exposure
from setpoint.scan.dast.checks.access.filters import ListFilters
from setpoint.scan.dast.checks.access.forgery import Forgery
from setpoint.scan.dast.checks.access.functions import Functions
from setpoint.scan.dast.checks.access.object_reads import ObjectReads
from setpoint.scan.dast.checks.access.object_writes import ObjectWrites
from setpoint.scan.dast.checks.access.others_passwords import OthersPasswords
from setpoint.scan.dast.checks.access.people_lists import PeopleLists
from setpoint.scan.dast.checks.access.trusted_cookies import TrustedCookies
from setpoint.scan.dast.interface import Check

CHECKS: Final[tuple[Callable[[], Check], ...]] = (
    Exposure,
    ObjectReads,
    ListFilters,
    PeopleLists,
    Functions,
    Bypasses,
    TrustedCookies,
    Forgery,
    ObjectWrites,
    MassAssignment,
    AnswersToWrites,
    OthersPasswords,
)
