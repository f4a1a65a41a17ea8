"""What `setpoint run` and `up` repeat: everything that the loop is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from setpoint.act.delivery.secrets import check_secrets
from setpoint.compare.config.comparator import ConfigComparator
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.decide.inside import InsideAssessor
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.intent.baseline import read_baseline
from setpoint.intent.late import LateReader
from setpoint.loop.clock import Clock
from setpoint.loop.hints import Hints
from setpoint.loop.parts import Parts
from setpoint.settings import Settings
from setpoint.telemetry import SILENT, Telemetry
from setpoint.wiring.alerting import courier, notifiers
from setpoint.wiring.identity_plane import identity_parts
from setpoint.wiring.judging import assessor, code_parts, component_parts, confinement_check
from setpoint.wiring.parts import Wiring, check_intent
from setpoint.wiring.stores import open_first_ledger, signed_thresholds


@contextmanager
def loop_parts(
    settings: Settings, stopping: Callable[[], bool], telemetry: Telemetry = SILENT, hints: Hints | None = None
) -> Iterator[Parts]:
    """Everything that the loop is made of. Alerts go to the error stream, and to the file that the settings name.

    `hints` are given by others beside the loop.
    """
    wiring = Wiring(settings, telemetry)
    judge = PolicyJudge(wiring.policies, settings.overrides, settings.service)
    intent = LateReader(lambda: wiring.intent)
    check_intent(intent)
    keeper = signed_thresholds(settings)
    keeper.check()
    alert_courier = courier(settings)
    with open_first_ledger(settings) as ledger:
        yield Parts(
            intent=intent,
            observer=wiring.observer_of_all(ledger),
            comparator=ConfigComparator(wiring.schemas.schema),
            judge=judge,
            assessor=assessor(settings),
            reverter=wiring.reverter,
            notifier=notifiers(settings),
            ledger=ledger,
            clock=Clock(ledger.latest_time()),
            settings=settings.loop,
            stands_by=settings.database is not None,
            stopping=stopping,
            accepted=lambda: (settings.waivers, read_baseline(settings.baseline)),
            services=settings.services,
            keeper=keeper,
            courier=alert_courier,
            changes=wiring.changes,
            tracer=wiring.tracer,
            instances=wiring.instances,
            identity=identity_parts(settings, [wiring.clients, *wiring.accounts.values()]),
            inside=InsideAssessor(settings.agents, settings.risk),
            components=component_parts(ComponentGuardrails(wiring.policies, settings.overrides, settings.service)),
            code=code_parts(),
            confinement=confinement_check(),
            telemetry=telemetry,
            hints=hints or Hints(),
        )


def check_before_start(settings: Settings) -> None:
    """What costs little to know: raises the `Error` on which one of several processes would end, while others write."""
    signed_thresholds(settings).check()
    check_secrets(settings.alerts)
