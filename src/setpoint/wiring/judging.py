"""What compares and decides beside the loop: for it, for the gate and for the server."""

from __future__ import annotations

from setpoint.compare.code.joining import CodeJoiner
from setpoint.compare.config.comparator import ConfigComparator
from setpoint.compare.interface import ConfinementCheck, Explainer
from setpoint.decide.code import CodeAssessor
from setpoint.decide.component import ComponentAssessor
from setpoint.decide.interface import ComponentPolicies
from setpoint.decide.threshold import ReleaseAssessor
from setpoint.loop.code import CodeParts
from setpoint.loop.flaws import ComponentParts
from setpoint.loop.taking import ScanKeeper, ScanTaker
from setpoint.settings import Settings
from setpoint.wiring.parts import Wiring


def confinement_check() -> ConfinementCheck:
    """What says whether a quarantine holds."""
    # Only who changes something pays for the evaluation of policies.
    from setpoint.compare.identity.confinement import ConfinementByEvaluation

    return ConfinementByEvaluation()


def component_parts(policies: ComponentPolicies | None = None) -> ComponentParts:
    """What says of components what is wrong with them: advisories, and policies where they are given."""
    # Only who compares versions pays for what knows how.
    from setpoint.compare.component.matcher import OsvMatcher

    return ComponentParts(OsvMatcher(), ComponentAssessor(), policies)


def code_parts() -> CodeParts:
    """What says of weaknesses in the source what production says, and what that means."""
    return CodeParts(CodeJoiner(), CodeAssessor())


def explainer(settings: Settings, wiring: Wiring | None = None) -> Explainer:
    """What says why something differs, or does not. Reads a schema when it is asked about its type."""
    return ConfigComparator((wiring or Wiring(settings)).schemas.schema)


def assessor(settings: Settings) -> ReleaseAssessor:
    """What turns signals into thresholds."""
    return ReleaseAssessor(settings.risk)


def scan_taker(settings: Settings, actor: str) -> ScanTaker:
    """What takes scans of releases on behalf of somebody, without a question to the gate."""
    keeper = ScanKeeper(code_parts(), settings.loop.scope, actor)
    return ScanTaker(keeper, settings.services, settings.waivers)
