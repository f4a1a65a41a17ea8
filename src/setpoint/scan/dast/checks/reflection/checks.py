"""The checks of this theme, in the order in which they are made. Read by `checks/every`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from setpoint.scan.dast.checks.reflection.dom import ScriptsOfPages
from setpoint.scan.dast.checks.reflection.entities import ExternalEntities
from setpoint.scan.dast.checks.reflection.file_names import FileNames
from setpoint.scan.dast.checks.reflection.folders import FolderTraversal
from setpoint.scan.dast.checks.reflection.forgery import RequestForgery
from setpoint.scan.dast.checks.reflection.growth import PatternGrowth
from setpoint.scan.dast.checks.reflection.reflected import ReflectedScripts
from setpoint.scan.dast.checks.reflection.scripts_in_names import ScriptsInNames
from setpoint.scan.dast.checks.reflection.seen_inside import SeenInside
from setpoint.scan.dast.checks.reflection.splitting import HeaderSplitting
from setpoint.scan.dast.checks.reflection.stored import StoredScripts
from setpoint.scan.dast.checks.reflection.traversal import PathTraversal
from setpoint.scan.dast.interface import Check

CHECKS: Final[tuple[Callable[[], Check], ...]] = (
    ScriptsOfPages,
    ReflectedScripts,
    HeaderSplitting,
    PathTraversal,
    FolderTraversal,
    FileNames,
    RequestForgery,
    ExternalEntities,
    StoredScripts,
    ScriptsInNames,
    SeenInside,
    PatternGrowth,
)
